"""A file is copied before it is migrated: told while it lasts, whole or not at all."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.storage.database import DatabaseUnusable
from gateway.storage.migrate import prepare
from gateway.storage.migrations import copying
from gateway.storage.schema import revisions
from tests.rig.later_schema import Later, filled, handles, stamp_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def later(tmp_path: Path) -> Later:
    return Later.beside(tmp_path)


def test_the_copy_is_told_of_piece_by_piece(
    tmp_path: Path, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = filled(tmp_path / "brana.db"), list[tuple[int, int]]()
    monkeypatch.setattr(copying, "AT_ONCE", 10)
    later.install()
    prepare(path, later.migrations, told=lambda done, total: told.append((done, total)))
    done = [one for one, _ in told]
    size = (tmp_path / f"brana.db.schema-{revisions()[-1]}").stat().st_size
    assert (done[0], done[-1], {total for _, total in told}) == (0, size, {size})
    assert done == sorted(done)
    assert len(told) > 5


def test_where_there_is_no_room_for_the_copy_it_is_said_before_anything_is_changed(
    tmp_path: Path, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "brana.db")
    before = stamp_of(path)
    later.install()
    monkeypatch.setattr(copying, "ROOM_LEFT", shutil.disk_usage(tmp_path).total)
    with pytest.raises(
        DatabaseUnusable, match=r"MiB are free on its disk; free space, .*Nothing was changed"
    ):
        prepare(path, later.migrations)
    assert stamp_of(path) == before
    assert list(tmp_path.glob("*schema*")) == []


class BrokenOff(BaseException):
    """As a signal does, in the middle of the copy."""


def test_a_copy_that_is_broken_off_takes_no_whole_ones_name_and_is_made_at_the_next_start(
    tmp_path: Path, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "brana.db")
    before, newest = stamp_of(path), later.install()
    kept = tmp_path / f"brana.db.schema-{before}"
    kept.write_bytes(b"an earlier copy")
    monkeypatch.setattr(copying, "AT_ONCE", 10)

    def breaks(done: int, total: int) -> None:
        if done > total // 2:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        prepare(path, later.migrations, told=breaks)
    assert (stamp_of(path), kept.read_bytes()) == (before, b"an earlier copy")
    assert [one.name for one in tmp_path.glob("*schema*")] == [kept.name]
    prepare(path, later.migrations)
    assert (stamp_of(path), stamp_of(kept), handles(kept)) == (newest, before, 1)


KILLED = """
import os, signal, sys
from pathlib import Path
from gateway.storage.migrate import prepare
from gateway.storage.migrations import copying
copying.AT_ONCE = 10
prepare(
    Path(sys.argv[1]), Path(sys.argv[2]),
    told=lambda done, total: done > total // 2 and os.kill(os.getpid(), signal.SIGKILL),
)
"""


def test_what_a_killed_start_leaves_of_a_copy_is_no_copy(tmp_path: Path, later: Later) -> None:
    path = filled(tmp_path / "brana.db")
    before, newest = stamp_of(path), later.install()
    words = [sys.executable, "-c", KILLED, str(path), str(later.migrations)]
    assert subprocess.run(words, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    kept = tmp_path / f"brana.db.schema-{before}"
    assert (stamp_of(path), kept.exists()) == (before, False)
    assert (tmp_path / f"{kept.name}.part").exists()
    prepare(path, later.migrations)
    assert (stamp_of(path), stamp_of(kept), handles(kept)) == (newest, before, 1)
    assert not (tmp_path / f"{kept.name}.part").exists()
