"""Shards of the log in the database: which are closed, and where the rows of one lie.

A file keeps all rows in one table. A server gives each later shard a table of its own that inherits the one of before:
whoever reads that one reads all of them, and a shard goes by dropping its table.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import DBAPIError

from gateway.audit.shard import Shard
from gateway.storage.server_faults import ONCE_MORE, code_of
from gateway.storage.tables.audit import audit_entry, audit_shard

LOCKED = "55P03"
GIVES_WAY = "300ms"
"""Waited for a table at a server: whoever wants to record or to read something comes first."""


def is_server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def table_of(shard: int, *, server: bool) -> str:
    """Into which entries of a shard are written."""
    return f"{audit_entry.name}_{shard}" if server and shard else audit_entry.name


def like_the_first(shard: int, first: int) -> str:
    """What makes the table of a shard, on a server. Neither who reads the log waits for it nor who appends."""
    table, parent = table_of(shard, server=True), audit_entry.name
    return (
        f"CREATE TABLE {table} (LIKE {parent} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING STORAGE, "
        f"CHECK (sequence >= {first})) INHERITS ({parent})"
    )


def drops(shard: int) -> str:
    """What takes it away, with all rows at once."""
    return f"DROP TABLE IF EXISTS {table_of(shard, server=True)}"


def without_waiting(connection: Connection, statement: str) -> bool:
    """Whether it was done, on a server; not where somebody else is at a table: a reader for long, or who tidies up."""
    connection.exec_driver_sql("SAVEPOINT shards")
    try:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{GIVES_WAY}'")
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if code_of(error.orig) not in {LOCKED, *ONCE_MORE}:
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT shards")
        return False
    connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")
    connection.exec_driver_sql("RELEASE SAVEPOINT shards")
    return True


def hold_rows(connection: Connection) -> None:
    """Before anything is read: no shard of this snapshot goes while it is read. A server drops a table for everybody,
    and would give an older snapshot none of its rows.
    """
    if is_server(connection):
        connection.exec_driver_sql(f"LOCK TABLE {audit_entry.name} IN ACCESS SHARE MODE")


def closed_shards(connection: Connection) -> Sequence[Shard]:
    """In their order, as they stand there: a file keeps any type in any column."""
    rows = connection.execute(select(audit_shard).order_by(audit_shard.c.number)).all()
    return [of_row(row) for row in rows]


def of_row(row: Row[Any]) -> Shard:
    return Shard(*list(row))  # the columns are its fields


def keep_closed(connection: Connection, one: Shard) -> None:
    names = ("number", "month", "first", "size", "root", "began", "ended")
    connection.execute(audit_shard.insert().values({name: getattr(one, name) for name in names}))
