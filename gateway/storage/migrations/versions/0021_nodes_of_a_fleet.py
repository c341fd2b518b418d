"""Nodes of a fleet: the authority, who has joined, which certificates are good, which codes are out."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "fleet_authority",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_authority"),
    )
    op.create_table(
        "fleet_node",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_fleet_node"),
    )
    op.create_table(
        "fleet_certificate",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_fleet_certificate"),
    )
    op.create_index("ix_fleet_certificate_node", "fleet_certificate", ["node"])
    op.create_index("ix_fleet_certificate_expires_at", "fleet_certificate", ["expires_at"])
    op.create_table(
        "fleet_invitation",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_fleet_invitation"),
    )
