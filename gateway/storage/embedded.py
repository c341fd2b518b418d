"""The embedded database: a SQLite file as SQLAlchemy's engine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from gateway.storage.allowance import Allowance
from gateway.storage.unusable import DatabaseUnusable

BUSY_TIMEOUT = timedelta(seconds=5)  # a command, another process, may hold the write lock for a moment
LOOKED_EVERY = 50_000  # instructions of SQLite, about a millisecond: whether a search is to be broken off
GROUP = 256  # writes per commit: bounds how long the first of them waits
WRITERS_CACHE = 4_096  # KiB
"""A transaction of the ingest changes some 1.5 MiB of pages, those of indexes again and again. What does not fit is
written to the disk before its time and read back: with 256 KiB half as much again, and three times as much read."""


def open_engine(path: Path, *, lasting: bool = True, patience: timedelta = BUSY_TIMEOUT) -> Engine:
    """Engine for one SQLite file: WAL, foreign keys, every transaction explicit and immediate for writers."""
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False}, hide_parameters=True
    )

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


@dataclass(frozen=True)
class Embedded:
    """Implements `gateway.storage.backend.Backend`."""

    where: str
    engine: Engine
    for_writing: tuple[str, ...] = (f"PRAGMA cache_size=-{WRITERS_CACHE}",)
    begin_reading: str = field(default="BEGIN", init=False)
    begin_writing: tuple[str, ...] = field(default=("BEGIN IMMEDIATE",), init=False)
    group: int = field(default=GROUP, init=False)
    near: bool = field(default=True, init=False)
    _opened: tuple[int, int] | None = field(init=False)
    """Which file it is; None: it is only to be made."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_opened", _file_at(self.where))

    def require_in_place(self) -> None:
        """Its name may lead elsewhere by now: `brana state move` takes it away while it holds the lock of writers."""
        if self._opened is not None and _file_at(self.where) != self._opened:
            raise DatabaseUnusable(
                self.where,
                "it was put aside, or another file is in its place, since it was opened here; nothing was written. "
                "Say it again where it is kept now",
            )

    @contextmanager
    def held_to(self, connection: Connection, allowance: Allowance) -> Iterator[None]:
        raw: Any = connection.connection.dbapi_connection
        allowance.begin(lambda _connection, _seconds: None)  # it is asked while a statement runs
        raw.set_progress_handler(lambda: allowance.stopped, LOOKED_EVERY)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)

    def again(self, _error: BaseException) -> bool:
        """SQLite has waited by itself."""
        return False


def _file_at(path: str) -> tuple[int, int] | None:
    with suppress(OSError):
        found = os.stat(path)  # noqa: PTH116 - for every transaction; a Path takes longer than the call
        return found.st_dev, found.st_ino
    return None
