"""A PostgreSQL server as SQLAlchemy's engine, and its transactions.

Writers take turns, on all nodes together, by an advisory lock: what is exact because one writer looks and then
writes is exact here by the same statements (docs/decisions/0056-one-writer-at-a-time.md).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from config.settings import Postgres
from gateway.storage.allowance import Allowance
from gateway.storage.engine import DRIVER, driver_of
from gateway.storage.place import named
from gateway.storage.postgres.spelling import spelt
from gateway.storage.postgres.spoken import Spoken, WithoutNul, shorten
from gateway.storage.schema import newest
from gateway.storage.server_faults import ONCE_MORE, code_of, connection_is_over
from gateway.storage.unusable import DatabaseUnusable

WRITERS, STARTS, LEADER = 4_243_001, 4_243_002, 4_243_003
"""Advisory locks of the database: of whoever writes, of whoever prepares the tables, of the node that leads."""

SETTINGS = {
    "synchronous_commit": "on",  # what was answered for survives the server's death; with standbys: theirs, too
    "lock_timeout": "5s",  # another node's transaction takes milliseconds
    "idle_in_transaction_session_timeout": "5s",  # a node that stands still or was cut off gives up its snapshot
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "client_encoding": "UTF8",
}
HOLDS_SHORTLY = "set_config('idle_in_transaction_session_timeout', '2s', true)"
"""Of whoever writes: the lock comes back long before those who wait for it give up, so that nobody else fails."""
REACHING = {
    "connect_timeout": "3",  # seconds, for each host
    "tcp_user_timeout": "3000",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "target_session_attrs": "read-write",
}
OURS = "brana "
"""Our connections call themselves so, and by the newest revision that their version knows: who is at work is seen."""


def connection_text(server: Postgres) -> str:
    """Libpq's own form, the password in it: for the driver alone. Raises DatabaseUnusable."""
    places = [(host, "5432") if host.startswith("/") else _split(host) for host in server.hosts]
    files = {"sslrootcert": server.authority, "sslcert": server.certificate, "sslkey": server.key}
    return make_conninfo(
        host=",".join(host for host, _ in places),
        port=",".join(port for _, port in places),
        dbname=server.name,
        user=server.user,
        password=_password(server),
        sslmode="disable" if server.sockets_only() else "verify-full",
        options=" ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
        application_name=f"{OURS}{newest()}",
        **REACHING,
        **{name: str(file) for name, file in files.items() if file is not None},
    )


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name.strip("[]"), port) if colon and port.isdecimal() else (host.strip("[]"), "5432")


def _password(server: Postgres) -> str | None:
    """Read anew for each connection: a changed password takes effect without a restart."""
    if server.password_env is not None:
        try:
            return os.environ[server.password_env]
        except KeyError:
            raise DatabaseUnusable(
                named(server), f"{server.password_env}, which state.database.password_env names, is not set"
            ) from None
    if server.password_file is None:
        return None
    try:
        return Path(server.password_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseUnusable(
            named(server), f"{server.password_file} cannot be read ({error}); let this user read it"
        ) from error


def connected(server: Postgres) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that leaves BEGIN and COMMIT to us. Raises psycopg.Error, DatabaseUnusable."""
    raw = psycopg.connect(connection_text(server), autocommit=True)
    raw.adapters.register_dumper(str, WithoutNul)
    return raw


def open_engine(server: Postgres, connections: int) -> Engine:
    """Connects when it is first used."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connected(server),
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=connections,
        use_native_hstore=False,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _spoken(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[DRIVER] = Spoken(connection)

    @event.listens_for(engine, "handle_error")
    def _shortly(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, psycopg.Error):
            shorten(context.original_exception, context.sqlalchemy_exception)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _spelt(
        _connection: Any, _cursor: Any, statement: str, values: Any, context: Any, _many: object
    ) -> tuple[str, Any]:
        if context is None or context.compiled is not None or not isinstance(values, tuple):
            return statement, values
        said = spelt(statement)
        return said.text, said.values(values)

    return engine


@dataclass(frozen=True)
class Shared:
    """Implements `gateway.storage.backend.Backend`."""

    where: str
    engine: Engine
    begin_reading: str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_writing: tuple[str, ...] = ("BEGIN", f"SELECT {HOLDS_SHORTLY}, pg_advisory_xact_lock({WRITERS})")
    for_writing: tuple[str, ...] = ()
    group: int = 64  # savepoints: the server keeps so many of a transaction in memory that others see
    near: bool = False

    def require_in_place(self) -> None:
        """A server's database has its name alone."""

    @contextmanager
    def held_to(self, _connection: Connection, allowance: Allowance) -> Iterator[None]:
        """The setting ends with the transaction."""
        allowance.begin(_break_off_after)
        yield

    def again(self, error: BaseException) -> bool:
        """The server was restarted or another leads since the last use, or it gave way to others' work."""
        raised = error.orig if isinstance(error, DBAPIError) else error
        if not connection_is_over(raised):
            return code_of(raised) in ONCE_MORE
        with suppress(DBAPIError):
            self.engine.dispose()  # the others in the pool are no better
        return True


def _break_off_after(connection: Connection, seconds: float) -> None:
    milliseconds = max(1, int(seconds * 1000))  # none at all would be no bound
    driver_of(connection.connection).execute(f"SET LOCAL statement_timeout = {milliseconds}")
