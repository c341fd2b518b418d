"""Sign-ins under way are counted by network and by person; sessions know that a new password opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # those that are under way count with none for the minutes they live
    op.add_column("sign_in_flow", sa.Column("network", sa.String(length=64), nullable=True))
    op.add_column("sign_in_flow", sa.Column("known_to", sa.String(length=80), nullable=True))
    op.create_index(
        "ix_sign_in_flow_network", "sign_in_flow", ["network", "subject", "address", "expires_at", "began_at"]
    )
    op.create_index("ix_sign_in_flow_known_to", "sign_in_flow", ["known_to", "expires_at"])
    op.add_column("provider_session", sa.Column("password_changed_at", sa.BigInteger(), nullable=True))
