"""To which clients a session signed its person in, and which of them are still to be told of its end."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.create_table(
        "signed_in_client",
        sa.Column("session", sa.String(22), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session", "client", name=op.f("pk_signed_in_client")),
    )
    op.create_index(op.f("ix_signed_in_client_due_at"), "signed_in_client", ["due_at"])
