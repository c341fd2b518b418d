"""What relying parties ask for beside the scopes that a version before knows, and requests that they leave here."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    for table in ("authorization_code", "access_token", "refresh_family"):
        op.add_column(table, sa.Column("claims", sa.Text(), nullable=True))
    op.create_table(
        "pushed_request",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pushed_request")),
    )
    op.create_index(op.f("ix_pushed_request_expires_at"), "pushed_request", ["expires_at"])
