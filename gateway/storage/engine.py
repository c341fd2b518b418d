"""The SQLite file as SQLAlchemy's engine and as the driver's own connections."""

import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event

BUSY_TIMEOUT = timedelta(seconds=5)  # a command, another process, may hold the write lock for a moment


def open_engine(path: Path, *, lasting: bool = True, patience: timedelta = BUSY_TIMEOUT) -> Engine:
    """Engine for one SQLite file: WAL, foreign keys, every transaction explicit and immediate for writers."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that savepoints work
        for pragma in (
            f"busy_timeout={patience // timedelta(milliseconds=1)}",  # first: the next one may have to wait
            "journal_mode=WAL",
            # an audit entry that was answered for survives a power cut
            "synchronous=FULL" if lasting else "synchronous=NORMAL",
            "foreign_keys=ON",
            # KiB; there are half a dozen connections, and the kernel caches the file for all
            f"cache_size=-{256 if lasting else 8192}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def driver_of(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """The driver's own connection: statements prepared once, without SQLAlchemy's layers."""
    return cast(sqlite3.Connection, connection.dbapi_connection)


def roll_back(driver: sqlite3.Connection) -> None:
    """SQLite has often rolled back by itself when the disk failed; the first error is what matters."""
    with suppress(sqlite3.Error):
        driver.execute("ROLLBACK")
