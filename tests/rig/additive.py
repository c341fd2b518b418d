"""What migrations do to the nodes of the version before, which go on working meanwhile: looked at on a real PostgreSQL.

A database as that version made it is migrated step by step, and after each one everything that stood there before must
stand there still, as it was; what is new must ask nothing of whoever does not know it.
"""

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Boolean, Connection, DefaultClause, MetaData, create_engine, text

from config.settings import Postgres
from gateway.storage.database import Database
from gateway.storage.migrations.run import configured, exclusive
from gateway.storage.schema import BESIDE, STAMP, revisions

COLUMNS = """
SELECT table_name || '.' || column_name, data_type || ' ' || coalesce(character_maximum_length::text, '') || ' '
    || is_nullable || ' ' || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL
SELECT indrelid::regclass::text || '.' || indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indisunique AND indrelid::regclass::text NOT LIKE 'pg_%%'
"""
FILES = (
    "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
Things = Mapping[str, Any]
"""Name, as `table.column` → what it is."""


def of_the_version_before(place: Postgres, folder: Path) -> None:
    """Tables as the version before has them: its migrations ran on a file, of which PostgreSQL gets the tables."""
    file = folder / "before.db"
    file.touch()
    with exclusive(file) as connection:
        command.upgrade(configured(connection), BESIDE)
    engine, tables = create_engine(f"sqlite:///{file}"), MetaData()
    tables.reflect(engine)
    engine.dispose()
    tables.remove(tables.tables[STAMP])
    for table in tables.tables.values():
        for column in table.columns:
            column.type = column.type.as_generic()
            if isinstance(column.type, Boolean) and column.server_default is not None:
                column.server_default = DefaultClause(text("false"))
    with _connected(place) as connection:
        tables.create_all(connection)
        connection.exec_driver_sql(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {STAMP} VALUES ('{BESIDE}')")


def faults(place: Postgres, migrations: Path) -> list[str]:
    """What each migration behind `BESIDE` does that a node of the version before does not expect."""
    found = []
    for revision in (one for one in revisions(migrations) if one > BESIDE):
        with _connected(place) as connection:
            before = [_things(connection, one) for one in (COLUMNS, CONSTRAINTS, FILES)]
            command.upgrade(configured(connection, migrations), revision)
            after = [_things(connection, one) for one in (COLUMNS, CONSTRAINTS, FILES)]
        taken = [one for one, since in takes_away(migrations, revision).items() if since <= BESIDE]
        found += [
            f"{revision}: {one}" for one in _differences(before, after) if one.split(" ")[0] not in taken
        ]
    return found


def takes_away(migrations: Path, revision: str) -> dict[str, str]:
    """What a migration says that it takes away (`table` or `table.column`), and the newest revision of the version that
    was the first to do without.
    """
    (file,) = (migrations / "versions").glob(f"{revision}_*.py")
    spec = importlib.util.spec_from_file_location(f"migration_{revision}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(getattr(module, "takes_away", {}))


def _differences(before: list[Things], after: list[Things]) -> Iterator[str]:
    files, files_now = before[2], after[2]
    yield from (f"{table} is gone" for table in files.keys() - files_now.keys())
    kept = files.keys() & files_now.keys()
    for table in kept - {STAMP}:
        if files[table] != files_now[table]:
            yield f"{table} is written anew: whoever reads it meanwhile finds it empty"
    for old, new in zip(before[:2], after[:2], strict=True):
        for name in old:
            if name in new and new[name] != old[name]:
                yield f"{name} is {new[name]}, and was {old[name]}"
            elif name not in new and _table(name) in kept:
                yield f"{name} is gone"
    columns, constraints = (
        {name: now[name] for name in now.keys() - old.keys() if _table(name) in kept}
        for old, now in zip(before[:2], after[:2], strict=True)
    )
    yield from (
        f"{name} is needed in each row and has no default"
        for name, what in columns.items()
        if what.endswith(" NO ")
    )
    yield from (f"{name} is a constraint of an old table: {what}" for name, what in constraints.items())


def _table(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def _things(connection: Connection, query: str) -> dict[str, Any]:
    return {str(name): what for name, what in connection.exec_driver_sql(query)}


@contextmanager
def _connected(place: Postgres) -> Iterator[Connection]:
    with (
        closing(Database(place)) as database,
        database.engine.execution_options(isolation_level="READ COMMITTED").begin() as connection,
    ):
        yield connection
