"""What was read while names were compared more loosely is read again."""

from alembic import op

revision = "0015"
down_revision = "0012"


def upgrade() -> None:
    # no source knows such a position, so everything is read; until then the replica serves as it is
    op.execute("UPDATE directory_sync SET position = 'names were compared more loosely' WHERE position <> ''")
    op.execute(
        "UPDATE directory_generation SET position = 'names were compared more loosely' WHERE state = 'held'"
    )
