"""Rows found and kept by key, on one connection.

Every step of a sign-in finds and keeps a dozen of them, so their statements are texts made once for each table and
given to the driver directly: SQLAlchemy's layers cost five times what SQLite does.
"""

from collections import namedtuple
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, select

from gateway.storage.engine import driver_of

Row = Any
"""The columns of a table's row, by name."""
tuple_type: Any = namedtuple  # noqa: PYI024 - of names that a table gives, which no checker can know


class KeyedRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = driver_of(connection.connection)

    def _at(self, table: Table, **keys: Any) -> Row | None:
        """The one row whose columns have these values; of a unique key, or the first that is found."""
        statement, row = _found_by(table, tuple(keys))
        values = self._driver.execute(statement, tuple(keys.values())).fetchone()
        return None if values is None else row(values)

    def _drop(self, table: Table, **keys: Any) -> int:
        """Remove the rows whose columns have these values; how many there were."""
        where = " AND ".join(f"{name} = ?" for name in keys)
        return self._driver.execute(f"DELETE FROM {table.name} WHERE {where}", tuple(keys.values())).rowcount  # noqa: S608 - our names

    def _one(self, table: Table, where: Any) -> Row | None:
        return self._connection.execute(select(table).where(where)).one_or_none()

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Insert, or replace the row with the same primary key."""
        self._driver.execute(_kept(table, tuple(row)), tuple(row.values()))


@lru_cache(maxsize=64)
def _found_by(table: Table, keys: tuple[str, ...]) -> tuple[str, Callable[[Any], Row]]:
    names = [column.name for column in table.columns]
    where = " AND ".join(f"{table.c[name].name} = ?" for name in keys)
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where} LIMIT 1"  # noqa: S608 - our names
    return statement, tuple_type("Row", names)._make


@lru_cache(maxsize=64)
def _kept(table: Table, names: tuple[str, ...]) -> str:
    keys = [column.name for column in table.primary_key]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608 - our names
        f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {changed}' if changed else 'NOTHING'}"
    )
