"""When the sign-ins of a person last ended, and recovery codes that count in full only later."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # codes that are there count in full, as authenticators did
    op.add_column("recovery_code", sa.Column("level_at_first", sa.String(length=60), nullable=True))
    op.add_column("recovery_code", sa.Column("counts_from", sa.BigInteger(), nullable=True))
    op.create_table(
        "sign_ins_dropped",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_ins_dropped")),
    )
    op.create_index(op.f("ix_sign_ins_dropped_at"), "sign_ins_dropped", ["at"])
