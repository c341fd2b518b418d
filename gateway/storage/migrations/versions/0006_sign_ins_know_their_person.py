"""Sign-ins under way know whose they are, and a person's known browsers are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # whose they are is sealed, and what they say has another form; whoever was signing in begins again
    op.execute("DELETE FROM sign_in_flow")
    op.add_column("sign_in_flow", sa.Column("subject", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_sign_in_flow_subject"), "sign_in_flow", ["subject"])
    op.create_index(op.f("ix_known_browser_subject"), "known_browser", ["subject"])
