"""The recovery administrator's accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "recovery_account",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("sealed_code_secret", sa.LargeBinary(), nullable=True),
        sa.Column("code_counter", sa.BigInteger(), nullable=True),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_account")),
    )
    with op.batch_alter_table("recovery_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_account_issued_at"), ["issued_at"], unique=False)
