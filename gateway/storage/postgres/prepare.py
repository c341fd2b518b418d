"""Bringing a PostgreSQL database to the schema of this version, before anything of ours uses it.

An empty database gets the tables as they are now; an older one is migrated from `FIRST` on, as no older one exists,
also while nodes of the version before are at work (`beside.py`); one of a newer version is used where that says it may
be; anything else is refused untouched. All of it is one transaction, and starts of several nodes take turns.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.exc import DBAPIError

from config.settings import Postgres
from gateway.storage.place import named
from gateway.storage.postgres.beside import PASSES, giving_way, require_none_too_old
from gateway.storage.postgres.engine import STARTS, open_engine
from gateway.storage.schema import STAMP, STEP, all_tables, revisions
from gateway.storage.server_faults import code_of
from gateway.storage.step import SELECT, Step, keep_step, why_not
from gateway.storage.telling import tell_of_changes
from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained

FIRST = "0022"
"""The oldest revision that a PostgreSQL database can have: migrations behind it run on both kinds."""
OLDEST_SERVER = 15
SORTS_BY_BYTES = {"C", "POSIX", "C.UTF-8", "C.utf8"}


def prepare(server: Postgres, migrations: Path, patience: timedelta) -> None:
    """Create or migrate. `patience`: with another node's start that is at it. Raises DatabaseUnusable."""
    engine, where = open_engine(server, 1), named(server)
    try:
        with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience // timedelta(milliseconds=1)}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({STARTS})")
            require_fit(connection, where)
            _prepare(connection, where, migrations, patience)
    except DBAPIError as error:
        raise (
            explained(where, error)
            if concerns_the_file(error)
            else DatabaseUnusable(
                where, f"its tables could not be made: {error.orig}; correct that, nothing was changed"
            )
        ) from error
    finally:
        engine.dispose()


def exists(server: Postgres) -> bool:
    """Whether anything of ours is there. Raises DatabaseUnusable."""
    engine, where = open_engine(server, 1), named(server)
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table(STAMP)
    except DBAPIError as error:
        raise explained(where, error) from error
    finally:
        engine.dispose()


def require_fit(connection: Connection, where: str) -> None:
    """Version, encoding and order of the server's database. Raises DatabaseUnusable."""
    version, encoding, collation = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num'), pg_encoding_to_char(encoding), datcollate "
        "FROM pg_database WHERE datname = current_database()"
    ).one()
    if int(version) // 10_000 < OLDEST_SERVER:
        raise DatabaseUnusable(
            where,
            f"the server is version {int(version) // 10_000}; {OLDEST_SERVER} is the oldest that will do",
        )
    if encoding != "UTF8" or collation not in SORTS_BY_BYTES:
        raise DatabaseUnusable(
            where,
            f"its encoding is {encoding} and its order {collation}; make it with "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
        )


def _prepare(connection: Connection, where: str, migrations: Path, patience: timedelta) -> None:
    known = revisions(migrations)
    found = revision(connection, where)
    if found is None:
        create(connection, known[-1])
    elif found not in known or found < FIRST:
        if (why := why_not(found, _step(connection), known[-1])) is not None:
            raise DatabaseUnusable(where, why)
    elif found != known[-1]:
        from alembic import command  # noqa: PLC0415 - 0.3 s, only when needed, and before anybody waits

        from gateway.storage.migrations.run import configured  # noqa: PLC0415

        others = require_none_too_old(connection, where, found)
        upgrade = partial(command.upgrade, configured(connection, migrations), "head")
        change = partial(_migrate, connection, where, (found, known[-1]), upgrade)
        giving_way(connection, where, change, others=others, patience=patience)


def create(connection: Connection, newest: str) -> None:
    """Tables of this version and their triggers, in a database without any."""
    _with_partial_indexes(all_tables()).create_all(connection, checkfirst=False)
    connection.exec_driver_sql(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql(f"INSERT INTO {STAMP} VALUES (?)", (newest,))  # noqa: S608 - a constant
    tell_of_changes(connection)
    keep_step(connection, newest)


def _with_partial_indexes(tables: MetaData) -> MetaData:
    """As on a file. Not said in the tables themselves: a file's process would load this dialect, 2 MiB, for nothing."""
    for table in tables.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"]["where"]
            if where is not None:
                index.dialect_options["postgresql"]["where"] = where
    return tables


def revision(connection: Connection, where: str) -> str | None:
    """None for a database without any tables; raises DatabaseUnusable for one that is not ours."""
    names = inspect(connection).get_table_names()
    if not names:
        return None
    stamps = connection.exec_driver_sql(f"SELECT version_num FROM {STAMP}").all() if STAMP in names else []  # noqa: S608 - a constant
    if len(stamps) != 1:
        raise DatabaseUnusable(where, "it holds tables of others; give the product a database of its own")
    return str(stamps[0][0])


def _step(connection: Connection) -> Step | None:
    if not inspect(connection).has_table(STEP):
        return None
    row = connection.exec_driver_sql(SELECT).first()
    return None if row is None else Step(*row)


def _migrate(connection: Connection, where: str, way: tuple[str, str], upgrade: Callable[[], None]) -> None:
    """`way`: the revisions from which and to which."""
    try:
        upgrade()
        tell_of_changes(connection)
        keep_step(connection, way[1])
    except Exception as error:
        if isinstance(error, DBAPIError) and code_of(error.orig) in PASSES:
            raise
        if concerns_the_file(error):
            raise explained(where, error) from error
        raise DatabaseUnusable(
            where, f"it could not be migrated from {way[0]} and is as it was: {error}"
        ) from error
