"""Cosignatures of witnesses on other machines are kept beside the checkpoints, and how each witness stands."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_cosignature",
        sa.Column("witness", sa.String(255), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("size", NUMBER, nullable=False, autoincrement=False),
        sa.Column("first", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("witness", "origin", "size", name="pk_audit_cosignature"),
    )
    op.create_table(
        "audit_witness",
        sa.Column("witness", sa.String(255), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.String(64), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("witness", name="pk_audit_witness"),
    )
