"""The end of the log carries a mark, by which what somebody put behind it by hand is told from the log's own."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0056"


def upgrade() -> None:
    op.add_column("audit_tail", sa.Column("mark", sa.LargeBinary(32), nullable=True))
