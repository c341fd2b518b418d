"""Refresh tokens of relying parties, one row for a family; and of a code, whether one goes with it."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.create_table(
        "refresh_family",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.String(22), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_refresh_family")),
    )
    for column in ("code", "expires_at"):
        op.create_index(op.f(f"ix_refresh_family_{column}"), "refresh_family", [column])
    op.add_column(
        "authorization_code",
        sa.Column("refresh", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
