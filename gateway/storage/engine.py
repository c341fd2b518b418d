"""The driver under a connection: statements prepared once, without SQLAlchemy's layers.

Statements are texts in SQLite's spelling, with question marks; where another database wants another spelling, its
driver translates (`gateway.storage.postgres.spelling`).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol, cast

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, IntegrityError

DRIVER = "driver"
"""In the `info` of a connection whose driver is not spoken to directly."""

DRIVER_ERRORS = (sqlite3.Error, DBAPIError)
INTEGRITY_ERRORS = (sqlite3.IntegrityError, IntegrityError)


class Cursor(Protocol):
    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...

    def close(self) -> None: ...


class Driver(Protocol):
    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        """Raises DRIVER_ERRORS."""
        ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """The same."""
        ...


def driver_of(connection: PoolProxiedConnection) -> Driver:
    return cast(Driver, connection.info.get(DRIVER) or connection.dbapi_connection)


def roll_back(driver: Driver) -> None:
    """SQLite has often rolled back by itself when the disk failed; the first error is what matters."""
    with suppress(*DRIVER_ERRORS):
        driver.execute("ROLLBACK")
