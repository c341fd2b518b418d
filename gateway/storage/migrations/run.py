"""Running alembic on one SQLite file, in one transaction and with a copy of the file taken before."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.storage.migrations.copying import Told, copy
from gateway.storage.schema import MIGRATIONS, revisions
from gateway.storage.step import keep_step
from gateway.storage.unusable import DatabaseUnusable


def upgrade(
    path: Path, backup: Path, migrations: Path = MIGRATIONS, told: Told = lambda _done, _total: None
) -> None:
    """Bring the file to the newest revision, or leave it as it was. Raises whatever stood in the way.

    `told`: of the copy that is made first.
    """
    with exclusive(path) as connection:
        copy(path, backup, told)
        command.upgrade(configured(connection, migrations), "head")
        keep_step(connection, revisions(migrations)[-1])
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseUnusable(path, f"rows would point nowhere after the migration: {tuple(broken)}")


def configured(connection: Connection, migrations: Path = MIGRATIONS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def exclusive(path: Path) -> Iterator[Connection]:
    """One transaction that nobody else writes beside; committed at the end, rolled back on any error.

    Foreign keys are off in it: dropping the old form of a table would delete what points at it
    (sqlite.org/lang_altertable.html §7).
    """
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=OFF")

    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(DBAPIError):  # SQLite may have rolled back by itself
                connection.exec_driver_sql("ROLLBACK")
            raise
