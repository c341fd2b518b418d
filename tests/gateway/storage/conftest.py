"""A real database with the product's tables, and a place where entries are kept with it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.audit.entry import Entry
from gateway.storage.database import Database
from gateway.storage.fleet import StoredRegister
from tests.rig.postgres import Server
from tests.rig.prepared import prepared
from tests.rig.session_store import SEAL

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(params=["embedded", pytest.param("postgres", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """What holds of the one kind holds of the other."""
    if request.param == "embedded":
        with closing(Database(prepared(tmp_path / "brana.db"))) as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("postgres")
    with closing(Database(server.database())) as opened:
        yield opened


class Recorded(list[Entry]):
    """Entries in the order they were appended inside write transactions."""

    def append_all(self, connection: Connection, entries: Sequence[Entry]) -> None:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1  # inside the act's own transaction
        self.extend(entries)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def register(database: Database, recorded: Recorded) -> StoredRegister:
    return StoredRegister(database, SEAL, recorded.append_all)
