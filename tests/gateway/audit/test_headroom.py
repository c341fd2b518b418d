"""Room for the access log, on a disk that is full and one that is not."""

from pathlib import Path

import pytest

from gateway.audit.headroom import AHEAD, FOR_DATABASE, LEAST, Room, found, suffices
from tests.rig.tiny_disk import tiny_disk

MIB = 2**20


@pytest.mark.real
def test_lines_have_room_until_the_disk_is_full_and_again_when_it_is_not(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", AHEAD // MIB + 4) as disk:
        file = disk.outside / "access.log"
        assert found(file) is None  # Envoy is just opening a new one
        ballast = disk.fill(leave=LEAST // 2)
        file.touch()
        full = found(file, disk.outside)
        assert full is not None
        assert full.lines < LEAST
        assert full.free is not None
        assert full.free <= LEAST
        ballast.unlink()
        assert found(file) == Room(AHEAD)
        assert file.stat().st_size == 0


def test_a_folder_is_no_access_log(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        found(tmp_path)


@pytest.mark.parametrize(
    ("room", "while_open", "once_closed"),
    [
        (Room(LEAST), True, False),
        (Room(LEAST - 1), False, False),
        (Room(2 * LEAST), True, True),
        (Room(AHEAD, FOR_DATABASE), True, False),
        (Room(AHEAD, FOR_DATABASE - 1), False, False),
        (Room(AHEAD, 2 * FOR_DATABASE), True, True),
        (Room(0, 2 * FOR_DATABASE), False, False),
    ],
)
def test_it_closes_where_kept_room_is_touched_and_opens_with_twice_that(
    room: Room, *, while_open: bool, once_closed: bool
) -> None:
    assert suffices(room, open_so_far=True) is while_open
    assert suffices(room, open_so_far=False) is once_closed
