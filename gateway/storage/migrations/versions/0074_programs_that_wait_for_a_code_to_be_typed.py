"""Programs without a browser that wait until somebody types their code; keys that tokens are bound to."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.create_table(
        "device_grant",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_code", sa.LargeBinary(), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("refresh", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("wait", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(80), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("session", sa.String(22), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_device_grant")),
        sa.UniqueConstraint("user_code", name=op.f("uq_device_grant_user_code")),
    )
    op.create_index(op.f("ix_device_grant_expires_at"), "device_grant", ["expires_at"])
    for table in ("authorization_code", "access_token", "refresh_family"):
        op.add_column(table, sa.Column("jkt", sa.String(43), nullable=True))
    for table in ("access_token", "refresh_family"):
        op.add_column(table, sa.Column("x5t", sa.String(43), nullable=True))
