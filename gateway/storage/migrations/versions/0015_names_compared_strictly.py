"""What was read while names were compared more loosely is read again."""

from alembic import op

revision = "0015"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        "DELETE FROM known_login"
    )  # a memory of whom a login meant, by names as they were compared then
    # no source knows such a position, so everything is read; until then the replica serves as it is
    op.execute("UPDATE directory_sync SET position = 'names were compared more loosely' WHERE position <> ''")
    op.execute(
        "UPDATE directory_generation SET position = 'names were compared more loosely' WHERE state = 'held'"
    )
