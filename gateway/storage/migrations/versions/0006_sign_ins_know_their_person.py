"""Sign-ins under way know whose they are; of new browsers it is kept which was a person's first."""

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
    first: sa.Column[bool] = sa.Column("first", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("new_device", first)
    # where a person has confirmed none yet, the earliest is the one that the others are confirmed in
    op.execute(
        "UPDATE new_device SET first = 1 WHERE at = ("
        " SELECT min(earliest.at) FROM new_device AS earliest WHERE earliest.subject = new_device.subject"
        ") AND NOT EXISTS ("
        " SELECT 1 FROM known_browser AS known WHERE known.subject = new_device.subject AND NOT EXISTS ("
        "  SELECT 1 FROM new_device AS asked"
        "  WHERE asked.browser = known.browser AND asked.subject = known.subject))"
    )
