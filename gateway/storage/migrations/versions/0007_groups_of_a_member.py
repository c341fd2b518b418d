"""Memberships of the replica: one row for each member, with all groups that list it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.rename_table("directory_membership", "directory_membership_before")
    op.create_table(
        "directory_membership",
        sa.Column("generation", sa.BigInteger(), primary_key=True),
        sa.Column("member", sa.BigInteger(), primary_key=True),
        sa.Column("containers", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO directory_membership (generation, member, containers) "
        "SELECT generation, member, json_group_array(container) FROM ("
        "SELECT generation, member, container FROM directory_membership_before ORDER BY 1, 2, 3"
        ") GROUP BY generation, member ORDER BY generation, member"
    )
    op.drop_table("directory_membership_before")
