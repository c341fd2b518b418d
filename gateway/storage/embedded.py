"""The embedded database: a SQLite file as SQLAlchemy's engine."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

BUSY_TIMEOUT = timedelta(seconds=5)  # a command, another process, may hold the write lock for a moment
GROUP = 256  # writes per commit: bounds how long the first of them waits


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


@dataclass(frozen=True)
class Embedded:
    """Implements `gateway.storage.backend.Backend`."""

    where: str
    engine: Engine
    begin_reading: str = field(default="BEGIN", init=False)
    begin_writing: tuple[str, ...] = field(default=("BEGIN IMMEDIATE",), init=False)
    group: int = field(default=GROUP, init=False)
    near: bool = field(default=True, init=False)

    def again(self, _error: BaseException) -> bool:
        """SQLite has waited by itself."""
        return False
