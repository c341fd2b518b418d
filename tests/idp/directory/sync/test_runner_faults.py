"""What nobody foresaw, beside a real slapd: whoever waits for a sync hears of it, and everything goes on."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from idp.directory.errors import DirectoryMisconfigured, NotReadYet
from idp.directory.sync.full_syncs import AFTER_FAILURE
from idp.directory.sync.runner import Pace
from idp.directory.sync.source import PositionUnknown
from tests.rig.running import PATIENCE, SELDOM, Running, confirmed, running
from tests.rig.slapd import Directory, person_dn, person_ldif, slapd
from tests.rig.synced import now, synced

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("server"), person_ldif("p0") + person_ldif("p1")) as made:
        yield made


class Telling:
    """The real source until it has something else to say to a question."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.raises: Callable[[], Exception] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def changes(self, *asked: Any) -> Any:
        if self.raises is not None:
            raise self.raises()
        return self._real.changes(*asked)


def test_whoever_waits_for_a_question_hears_of_a_fault_of_ours(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica", source=Telling) as made:
        made.hear(confirmed)
        made.office.source.raises = lambda: ZeroDivisionError("never thought of")
        with pytest.raises(DirectoryMisconfigured, match="never thought of"):
            made.runner.want(full=False).result(PATIENCE)


def test_whoever_waits_for_a_reading_hears_of_a_fault_in_the_question_after_it(
    directory: Directory, tmp_path: Path
):
    with running(directory, tmp_path / "replica", source=Telling) as made:
        made.hear(confirmed)
        made.office.source.raises = lambda: ZeroDivisionError("never thought of")
        with pytest.raises(DirectoryMisconfigured, match="never thought of"):
            made.runner.want(full=True).result(PATIENCE)


def test_whoever_waits_when_the_product_ends_waits_no_longer(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        made.runner.stop()
        answer = made.runner.want(full=False)
        made.threads[0].join(PATIENCE)
    assert answer.cancelled()


def test_a_reading_that_may_not_begin_yet_is_no_success(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica", source=Telling) as made:
        made.hear(confirmed)
        made.office.source.raises = lambda: PositionUnknown("another server")
        assert made.runner.want(full=True).result(PATIENCE) is None
        with pytest.raises(NotReadYet, match="was not read; all of it is read next at") as early:
            made.runner.want(full=False).result(PATIENCE)
        assert timedelta() < early.value.at - now() <= AFTER_FAILURE


def test_a_reading_confirms_by_itself_where_the_next_question_meets_a_server_that_knows_nothing(
    directory: Directory, tmp_path: Path
):
    with running(directory, tmp_path / "replica", source=Telling) as made:
        made.hear(confirmed)
        made.office.source.raises = lambda: PositionUnknown("another server")
        made.heard()
        began = now()
        assert made.runner.want(full=True).result(PATIENCE) is None
        news = made.hear(confirmed)
        assert news.touched is None
        assert news.at == made.office.replica.standing(made.name).synced_at
        assert news.at >= began


def test_everything_is_read_after_its_time_although_a_clock_was_set_back(
    directory: Directory, tmp_path: Path
):
    set_back = timedelta()

    def clock() -> datetime:
        return now() - set_back

    pace = Pace(SELDOM.refresh, timedelta(hours=24))
    with running(directory, tmp_path / "replica", pace, clock=clock) as made:
        made.hear(confirmed)
        first = made.office.replica.standing(made.name).generation
        set_back = timedelta(days=400)
        assert made.runner.want(full=False).result(PATIENCE) is None
        assert made.office.replica.standing(made.name).generation != first


def test_a_database_that_cannot_be_read_at_the_start_ends_nothing(directory: Directory, tmp_path: Path):
    """Its table is away when the thread begins."""
    with synced(tmp_path / "replica", directory.settings()) as office:
        made = Running(office, SELDOM, now)
        with capture_logs() as logs:
            rename_table(tmp_path, "directory_sync", "away")
            thread = threading.Thread(target=made.runner.run)
            thread.start()
            until = time.monotonic() + PATIENCE
            while not logs:
                assert time.monotonic() < until
                time.sleep(0.01)
            rename_table(tmp_path, "away", "directory_sync")
            try:
                made.hear(confirmed)
            finally:
                made.runner.stop()
                thread.join(PATIENCE)
        assert logs[0]["event"] == "directory.sync_failed"


def rename_table(folder: Path, old: str, new: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "replica" / "brana.db")) as database:
        database.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_after_a_fault_the_next_question_tells_what_changed(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica", source=Telling) as made:
        made.hear(confirmed)
        made.office.source.raises = lambda: ZeroDivisionError("never thought of")
        with pytest.raises(DirectoryMisconfigured):
            made.runner.want(full=False).result(PATIENCE)
        made.office.source.raises = None
        with directory.as_root() as root:
            root.delete_s(person_dn("p1"))
        made.runner.want(full=False).result(PATIENCE)
        assert await made.office.logins() == {"p0"}
