"""Sessions know the enrolled device whose certificate was shown with them."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0060"


def upgrade() -> None:
    op.add_column("session", sa.Column("enrolled", sa.String(22), nullable=True))
