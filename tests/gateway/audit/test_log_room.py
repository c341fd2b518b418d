"""Closed while there is no room for the log, open again by itself, and both recorded at the latest then."""

from collections.abc import Sequence

import pytest

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.headroom import AHEAD, Room
from gateway.audit.log_room import LogRoom
from tests.gateway.audit.making import Clock

FULL, PLENTY = Room(0, 5), Room(AHEAD, 2**40)


class Database:
    """Takes entries, or is full."""

    def __init__(self) -> None:
        self.full = False
        self.entries: list[Entry] = []

    async def record(self, entries: Sequence[Entry]) -> None:
        if self.full:
            raise OSError("no space left")
        self.entries += entries


def test_a_look_that_finds_the_same_changes_nothing() -> None:
    room = LogRoom()
    assert [room.look(one) for one in (PLENTY, FULL, FULL, PLENTY, PLENTY)] == [
        False,
        True,
        False,
        True,
        False,
    ]


async def test_what_closed_and_opened_it_is_recorded_once_there_is_room_in_order() -> None:
    room, database, clock = LogRoom(), Database(), Clock()
    database.full = True
    room.look(FULL)
    room.note(FULL, 100, clock())
    with pytest.raises(OSError, match="no space"):
        await room.tell(database.record)
    database.full = False
    clock.advance(seconds=90)
    room.look(PLENTY)
    room.note(PLENTY, 170, clock())
    await room.tell(database.record)
    await room.tell(database.record)
    closed, opened = database.entries
    assert (closed.code, closed.outcome, closed.reason) == (Code.LOG_FULL, Outcome.FAILURE, "log_full")
    assert closed.details == {"kept_bytes": 0, "free_bytes": 5}
    assert (opened.code, opened.outcome) == (Code.LOG_ROOM_AGAIN, Outcome.SUCCESS)
    assert opened.details == {"closed_seconds": 90, "refused_at_most": 70}


async def test_no_number_is_told_where_envoy_said_none_or_began_anew() -> None:
    for before, after in ((None, 5), (5, None), (9, 3)):
        room, database, clock = LogRoom(), Database(), Clock()
        for look, faults in ((FULL, before), (PLENTY, after)):
            room.look(look)
            room.note(look, faults, clock())
        await room.tell(database.record)
        assert "refused_at_most" not in database.entries[-1].details


async def test_a_disk_that_fills_up_again_and_again_fills_no_memory() -> None:
    room, clock = LogRoom(), Clock()
    for look in [FULL, PLENTY] * 200:
        room.look(look)
        room.note(look, 0, clock())
    assert len(room.waiting) == 100
