"""Alerts over the audit log: what stands, how far was looked, and where people came from."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "alert_place",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("following", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_place")),
    )
    op.create_table(
        "alert_standing",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("calm_since", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_standing")),
    )
    op.create_table(
        "alert_seen",
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "of", "value", name=op.f("pk_alert_seen")),
    )
