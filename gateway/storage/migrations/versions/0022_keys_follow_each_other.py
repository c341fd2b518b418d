"""Signing keys follow each other: from when one signs, and until when it is believed."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column(
        "signing_key", sa.Column("signs_from", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("signing_key", sa.Column("ends_at", sa.BigInteger(), nullable=True))
