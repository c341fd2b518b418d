"""With the place of alerts stands what was passed before it though nothing proved it."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.add_column("alert_place", sa.Column("unproven", sa.Text, nullable=True))
