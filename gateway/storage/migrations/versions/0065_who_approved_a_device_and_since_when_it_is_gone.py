"""Of devices it is kept who approved them, and since when they are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0062"


def upgrade() -> None:
    op.add_column("device", sa.Column("approved_by", sa.Text, nullable=True))
    op.add_column("device", sa.Column("approved_by_subject", sa.Text, nullable=True))
    op.add_column("device", sa.Column("gone_at", sa.BigInteger, nullable=True))
    op.create_index("ix_device_gone_at", "device", ["gone_at"])
