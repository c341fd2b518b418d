"""Reviews list what people asked for: until when it lasts, and which role a delegation is about."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("access_review_item", sa.Column("until", sa.BigInteger(), nullable=True))
    op.add_column("access_review_item", sa.Column("lent", sa.String(48), nullable=True))
