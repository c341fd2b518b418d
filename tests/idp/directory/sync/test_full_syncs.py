"""When everything is read; by a clock that nobody sets."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import DirectoryName
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.migrate import prepare
from idp.directory.errors import DirectoryUnreachable
from idp.directory.sync.full_syncs import AFTER_FAILURE, LONGEST_WAIT, FullSyncs, Outcome

AWAY = DirectoryUnreachable("ldaps://office", "Can't contact LDAP server")


class Office:
    """Reads as often as it may, in no time."""

    def __init__(self, replica: StoredReplica, outcome: Outcome) -> None:
        self.seconds, self.readings, self._outcome = 0.0, 0, outcome
        self.syncs = FullSyncs(
            DirectoryName("urad"), replica, self._read, lambda: self.seconds, lambda _: None
        )

    def _read(self, _told: Callable[..., None]) -> None:
        self.readings += 1
        if isinstance(self._outcome, Exception):
            raise self._outcome

    def tries(self) -> int:
        """How many readings there were after one more try."""
        self.syncs.begin("a test")
        if self.syncs.under_way:
            self.syncs.join()
            self.syncs.settle(self._outcome)
        return self.readings


@pytest.fixture
def replica(tmp_path: Path) -> StoredReplica:
    prepare(tmp_path / "brana.db")
    return StoredReplica(Database(tmp_path / "brana.db", lasting=False))


def test_after_a_reading_the_next_one_waits_and_says_how_long(replica: StoredReplica):
    office = Office(replica, None)
    assert office.syncs.too_early is None
    assert office.tries() == 1
    assert office.syncs.too_early == AFTER_FAILURE
    office.seconds += AFTER_FAILURE.total_seconds() - 1
    assert (office.tries(), office.syncs.too_early) == (1, timedelta(seconds=1))
    office.seconds += 1
    assert (office.syncs.too_early, office.tries()) == (None, 2)


def test_after_failures_it_waits_ever_longer_unless_somebody_asks(replica: StoredReplica):
    office, waits = Office(replica, AWAY), []
    for _ in range(6):
        office.tries()
        waits.append(office.syncs.too_early)
        office.seconds += waits[-1].total_seconds()
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)] + [LONGEST_WAIT] * 2
    office.tries()
    office.syncs.allow()
    assert office.tries() == 8
