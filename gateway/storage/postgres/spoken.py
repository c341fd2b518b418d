"""A connection to PostgreSQL that understands what is written for the embedded database's driver."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.string import StrDumper
from sqlalchemy.exc import DBAPIError

from gateway.storage.engine import Cursor
from gateway.storage.postgres.copied import copied
from gateway.storage.postgres.spelling import spelt
from gateway.storage.server_faults import words_of

AT_ONCE = 64  # rows of which the text is made before it is sent: a larger one gets new memory each time
Raw = psycopg.Connection[tuple[Any, ...]]


class Spoken:
    """Implements `gateway.storage.engine.Driver`; its errors are SQLAlchemy's."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        said = spelt(statement)
        try:
            if not values:
                return self._raw.execute(said.text.replace("%%", "%").encode())
            return self._raw.execute(said.text.encode(), said.values(values))
        except psycopg.Error as error:
            raise told(error) from error

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        said = spelt(statement)
        cursor = self._raw.cursor()
        try:
            cursor.executemany(said.text.encode(), [said.values(row) for row in rows])
        except psycopg.Error as error:
            raise told(error) from error
        return cursor

    def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], /) -> None:
        """Many rows at once, at half the cost of a statement. Implements `gateway.storage.rows.Copying`."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        try:
            with self._raw.cursor() as cursor, cursor.copy(statement) as copying:
                for begin in range(0, len(rows), AT_ONCE):
                    copying.write(copied(rows[begin : begin + AT_ONCE]))
        except psycopg.Error as error:
            raise told(error) from error


class WithoutNul(StrDumper):
    """PostgreSQL's texts hold no NUL, which strangers may send us as a login; nobody has one in a name."""

    def dump(self, obj: str) -> bytes | None:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in obj else obj)  # type: ignore[return-value] # a buffer of its own kind


def told(error: psycopg.Error) -> DBAPIError:
    # the statement is left out: values may be secrets, and the server's words say what was wrong
    shorten(error)
    raised = DBAPIError.instance("", None, error, psycopg.Error)
    assert isinstance(raised, DBAPIError)
    return raised


def shorten(error: psycopg.Error, whole: BaseException | None = None) -> None:
    """Rows that the server quotes are in no message. `whole`: what SQLAlchemy has made of it."""
    error.args = (words_of(error), *error.args[1:])
    if whole is not None:
        whole.args = (f"({type(error).__name__}) {error}", *whole.args[1:])
