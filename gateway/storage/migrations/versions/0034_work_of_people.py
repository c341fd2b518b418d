"""Sessions know what the directory says of their person's work."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    # of sessions that are open nothing is known until their directory is compared with them
    op.add_column("session", sa.Column("work", sa.Text(), nullable=True))
