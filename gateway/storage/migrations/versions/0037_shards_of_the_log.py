"""Shards of the audit log: what is there already is the first, and goes on until the month turns."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "audit_shard",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("dropped_by", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("number", name="pk_audit_shard"),
    )
    for name, kind, default in (
        ("shard", sa.Integer(), "0"),
        ("month", sa.String(7), ""),
        ("first", sa.BigInteger(), "0"),
        ("until", sa.BigInteger(), "0"),
    ):
        op.add_column("audit_tail", sa.Column(name, kind, nullable=False, server_default=default))
