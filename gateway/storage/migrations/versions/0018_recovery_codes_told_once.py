"""Sessions know that a recovery code opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("provider_session", sa.Column("recovery_code_used_at", sa.BigInteger(), nullable=True))
