"""What personnel systems have pushed of people is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.create_table(
        "personnel_record",
        sa.Column("id", sa.String(22), primary_key=True),
        sa.Column("account", sa.String(48), nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("subjects", sa.Text, nullable=False),
        sa.Column("unlinked", sa.String(48), nullable=False),
        sa.Column("gives_to", sa.String(80)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("account", "user_name", name="uq_personnel_record_account_user_name"),
    )
    op.create_index("ix_personnel_record_gives_to", "personnel_record", ["gives_to"])
