"""What relying parties ask for beside the scopes that a version before knows."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0071"


def upgrade() -> None:
    for table in ("authorization_code", "access_token", "refresh_family"):
        op.add_column(table, sa.Column("claims", sa.Text(), nullable=True))
