"""Relying parties that administrators keep by pages, their secrets as digests, and what people agree to."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    op.create_table(
        "oidc_client",
        sa.Column("id", sa.String(48), nullable=False),
        sa.Column("described", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_client")),
    )
    op.create_table(
        "oidc_client_secret",
        sa.Column("client", sa.String(48), nullable=False),
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client", "id", name=op.f("pk_oidc_client_secret")),
    )
    op.create_table(
        "consent",
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "client", name=op.f("pk_consent")),
    )
