"""Of an open tunnel it is kept from where its device last asked."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.add_column("tunnel", sa.Column("device_address", sa.Text, nullable=True))
