"""How far the receivers of the audit log have got, and since when one takes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "audit_receiver",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("following", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(64), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_receiver")),
    )
