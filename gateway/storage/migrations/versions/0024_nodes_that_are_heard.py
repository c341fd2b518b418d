"""What was heard last of each node of a fleet."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "fleet_node_heard",
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("lacks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_fleet_node_heard"),
    )
