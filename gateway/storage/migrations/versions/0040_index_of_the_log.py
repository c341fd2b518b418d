"""An index of the audit log's entries, by every field and word.

It is filled by the running product, the newest entries first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_block",
        sa.Column("block", number, nullable=False, autoincrement=False),
        sa.Column("lowest_at", sa.BigInteger(), nullable=False),
        sa.Column("highest_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", name="pk_audit_block"),
    )
    op.create_table(
        "audit_term",
        sa.Column("block", number, nullable=False, autoincrement=False),
        sa.Column("term", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block", "term", name="pk_audit_term"),
        sqlite_with_rowid=False,
    )
