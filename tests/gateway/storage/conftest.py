"""A real database with the product's tables, and a place where entries are kept with it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.audit.entry import Entry
from gateway.storage.database import Database
from gateway.storage.migrate import prepare

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "brana.db"
    prepare(path)
    opened = Database(path)
    yield opened
    opened.close()


class Recorded(list[Entry]):
    """Entries in the order they were appended inside write transactions."""

    def append_all(self, connection: Connection, entries: Sequence[Entry]) -> None:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1  # inside the act's own transaction
        self.extend(entries)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()
