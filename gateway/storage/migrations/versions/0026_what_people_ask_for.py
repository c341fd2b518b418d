"""What people asked for beyond their roles, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "ask",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("municipality", sa.String(6), nullable=False),
        sa.Column("application", sa.Text()),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("asker", sa.String(80), nullable=False),
        sa.Column("asker_login", sa.Text(), nullable=False),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("holder_login", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.String(80)),
        sa.Column("sponsor_login", sa.Text()),
        sa.Column("sponsor_name", sa.Text()),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("approvals", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32)),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("activity_role", sa.Text(), nullable=False),
        sa.Column("session", sa.String(22)),
        sa.Column("ended", sa.Text()),
        sa.Column("review_by", sa.BigInteger()),
        sa.Column("reviewed", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_ask"),
    )
    op.create_index("ix_ask_asker", "ask", ["asker"])
    op.create_index("ix_ask_holder", "ask", ["holder"])
    op.create_index("ix_ask_sponsor", "ask", ["sponsor"])
    op.create_index("ix_ask_review_by", "ask", ["review_by"])
    op.create_index("ix_ask_stage_ends_at", "ask", ["stage", "ends_at"])
    op.create_index("ix_ask_municipality_asked_at", "ask", ["municipality", "asked_at"])
