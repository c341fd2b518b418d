"""Write the next migration: what is missing between the newest revision and the tables as they are now."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from gateway.storage.migrations.run import configured, exclusive
from gateway.storage.schema import MIGRATIONS, revisions


def write_next(message: str, migrations: Path = MIGRATIONS) -> None:
    """A file `versions/NNNN_<message>.py`, to be read and corrected by its author, then formatted."""
    known = revisions(migrations)
    number = f"{int(known[-1]) + 1 if known else 1:04}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "brana.db"
        if known:
            with exclusive(path) as connection:
                command.upgrade(configured(connection, migrations), "head")
        with exclusive(path) as connection:
            command.revision(configured(connection, migrations), message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    write_next(" ".join(sys.argv[1:]) or "change")
