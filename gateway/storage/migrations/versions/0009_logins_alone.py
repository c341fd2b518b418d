"""Names of people in the replica: logins alone. Whoever shares a mail address is found by looking at everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "directory_login",
        sa.Column("generation", sa.BigInteger(), primary_key=True),
        sa.Column("login", sa.Text(), primary_key=True),
        sa.Column("identity", sa.LargeBinary(length=16), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO directory_login (generation, login, identity) "
        "SELECT generation, name, identity FROM directory_name WHERE kind = 'login' ORDER BY generation, name, identity"
    )
    op.drop_table("directory_name")
