"""Policies that the control planes of a fleet share, and which of them each decides by."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "fleet_policies",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_policies"),
    )
    op.create_table(
        "fleet_node_policies",
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("node", name="pk_fleet_node_policies"),
    )
