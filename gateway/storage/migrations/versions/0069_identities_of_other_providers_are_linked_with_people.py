"""Identities of other providers are linked with people, and sessions know by which they were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.add_column("provider_session", sa.Column("via", sa.Text, nullable=True))
    op.create_table(
        "upstream_link",
        sa.Column("identity", sa.LargeBinary, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("upstream_subject", sa.Text, nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger, nullable=True),
    )
    op.create_index("ix_upstream_link_subject", "upstream_link", ["subject"])
