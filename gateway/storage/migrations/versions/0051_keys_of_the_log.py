"""The log's key may be followed by another: what vouches for it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "audit_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_key")),
    )
