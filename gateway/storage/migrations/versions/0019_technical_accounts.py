"""Technical accounts have secrets, and their assertions are good once."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "technical_secret",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("account", sa.String(length=48), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technical_secret")),
    )
    op.create_index(op.f("ix_technical_secret_account"), "technical_secret", ["account"])
    op.create_table(
        "technical_assertion",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_technical_assertion")),
    )
    op.create_index(op.f("ix_technical_assertion_expires_at"), "technical_assertion", ["expires_at"])
