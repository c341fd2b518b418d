"""The replica of a directory knows by which numbers it says whose an account is."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    # empty until a directory is read as a whole, which the new question makes it do
    op.create_table(
        "directory_number",
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("generation", "number", "identity", name=op.f("pk_directory_number")),
        sqlite_with_rowid=False,
    )
