"""What counts in full only later, what ends with an exception, and what must not be lost in a crash."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # those that are there count in full: nobody is to lose a level overnight
    op.add_column("authenticator", sa.Column("level_at_first", sa.String(length=60), nullable=True))
    op.add_column("authenticator", sa.Column("counts_from", sa.BigInteger(), nullable=True))
    op.add_column("provider_session", sa.Column("proof_counts_from", sa.BigInteger(), nullable=True))
    op.add_column("session", sa.Column("ends_at", sa.BigInteger(), nullable=True))
    op.add_column("recovery_account", sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True))
    op.create_table(
        "password_change",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_change")),
    )
    op.create_index(op.f("ix_password_change_began_at"), "password_change", ["began_at"])
