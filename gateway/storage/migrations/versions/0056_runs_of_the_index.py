"""What neighbouring blocks of the log's index say of a term stands in one row, too.

It is filled by the running product, out of the blocks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_run",
        sa.Column("run", number, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("run", name="pk_audit_run"),
    )
    op.create_table(
        "audit_run_term",
        sa.Column("run", number, nullable=False, autoincrement=False),
        sa.Column("term", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "term", name="pk_audit_run_term"),
        sqlite_with_rowid=False,
    )
