"""An empty PostgreSQL database that is filled in one transaction: afterwards everything is there, or nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from config.settings import Postgres
from gateway.audit.neutral import neutral
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.place import named
from gateway.storage.postgres.engine import STARTS, WRITERS, open_engine
from gateway.storage.postgres.prepare import create, require_fit, revision
from gateway.storage.postgres.spoken import Raw, told
from gateway.storage.schema import revisions, tables_of_content
from gateway.storage.server_faults import words_of
from gateway.storage.unusable import LONGEST, concerns_the_file, explained

PATIENT = "SET LOCAL idle_in_transaction_session_timeout = '5min'"
"""The file is read between the rows that are sent, from a slow disk too."""


@dataclass(frozen=True)
class Filling:
    where: str
    connection: Connection
    empty: bool

    def copy(
        self, table: Table, batches: Iterable[Sequence[tuple[Any, ...]]], into: str | None = None
    ) -> None:
        """Rows whose columns are in the order of the table's; 0 and 1 are read as flags. Raises StateNotMoved.

        `into`: the name of one that is like it.
        """
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.c)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(into or table.name), names)
        try:
            with self._raw.cursor() as cursor, cursor.copy(statement) as copying:
                for batch in batches:
                    for row in batch:
                        copying.write_row(row)
        except psycopg.Error as error:
            raised = told(error)
            if concerns_the_file(raised):
                raise raised from error
            raise StateNotMoved(
                f"{self.where} does not take a row of {table.name}{_column(error)}: {_said(error)}",
                "run `brana audit verify` without [state.database]: if somebody else has written to the file, restore "
                "a backup; if not, report these words",
            ) from error

    def count(self, table: Table) -> int:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
        found = self._raw.execute(query).fetchone()
        assert found is not None
        return int(found[0])

    def number_on(self, table: Table, column: str, last: int) -> None:
        """The next row that gets a number gets a higher one than `last`."""
        if last > 0:
            self._raw.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", (f'"{table.name}"', column, last)
            )

    def take_stock(self) -> None:
        """The server learns how many rows there are now, by which it chooses its ways to them."""
        for table in tables_of_content():
            self._raw.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.name)))

    @property
    def _raw(self) -> Raw:
        return cast(Raw, self.connection.connection.dbapi_connection)


@contextmanager
def filling(server: Postgres) -> Iterator[Filling]:
    """Tables of this version; `empty`: whether nobody has put anything into them. Others wait, or are told so.

    Raises DatabaseUnusable, StateNotMoved.
    """
    engine, where = open_engine(server, 1), named(server)
    try:
        with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            connection.exec_driver_sql(PATIENT)
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({STARTS})")
            require_fit(connection, where)
            _require_current(connection, where)
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
            yield Filling(where, connection, _is_empty(connection))
    except (DBAPIError, psycopg.Error) as error:
        if concerns_the_file(error):
            raise explained(where, error) from error
        raised = error.orig if isinstance(error, DBAPIError) else error
        raise StateNotMoved(f"{where}: {_said(raised)}", "correct that, and say it again") from error
    finally:
        engine.dispose()


def _require_current(connection: Connection, where: str) -> None:
    """Make the tables where there are none."""
    found, newest = revision(connection, where), revisions()[-1]
    if found is None:
        create(connection, newest)
    elif found != newest:
        raise StateNotMoved(
            f"{where} has tables of the schema {found}, and that of this version is {newest}",
            "name a new database, made as docs/operators.md says (Fleet: PostgreSQL); if nothing is kept in this one, "
            "drop it and make it anew",
        )


def _is_empty(connection: Connection) -> bool:
    each = (f'SELECT EXISTS (SELECT 1 FROM "{table.name}")' for table in tables_of_content())  # noqa: S608 - names of ours
    return not any(connection.exec_driver_sql(query).scalar_one() for query in each)


def _said(error: object) -> str:
    return neutral(words_of(error), LONGEST)


def _column(error: psycopg.Error) -> str:
    """Its name stands before the value that the server quotes."""
    found = re.match(r"COPY \w+, line \d+, column (\w+)", error.diag.context or "")
    return f".{found[1]}" if found else ""
