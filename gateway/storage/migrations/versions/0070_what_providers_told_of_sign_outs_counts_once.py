"""What other providers told of sign-outs counts once."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    op.create_table(
        "upstream_logout_token",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("forget_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_upstream_logout_token_forget_at", "upstream_logout_token", ["forget_at"])
