"""Sessions, here and at the provider, know the device in which somebody signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0052"


def upgrade() -> None:
    for table in ("session", "provider_session"):
        op.add_column(table, sa.Column("device", sa.String(22), nullable=True))
