"""The log's key may be followed by another, and places up to which the log was read carry marks."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "audit_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_key")),
    )
    for table in ("audit_receiver", "alert_place"):
        op.add_column(table, sa.Column("mark", sa.LargeBinary(), nullable=True))
