"""An end that could not be kept, as the database was away: it holds all the same, and is kept when that is back."""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.authorize.tunnel_office import AGAIN
from gateway.authorize.tunnel_pages import opened_at
from gateway.authorize.tunnel_places import look
from gateway.storage.tunnel_ends import EndsInFile, EndsUnreadable
from gateway.tunnel_sessions.ends import End
from gateway.tunnel_sessions.opened import Opened, TunnelId, Why
from gateway.tunnel_sessions.places import STAYS
from gateway.tunnels.words import Peer
from idp.events import Origin
from tests.rig.tunnel_world import ORIGIN, Told, World

SECOND = timedelta(seconds=1)


def ports(office: World, one: Opened) -> set[int]:
    """Which it reaches, as the process of the tunnel was told."""
    assert isinstance(office.process, Told)
    return office.process.ports(one.key)


@pytest.fixture
async def one(office: World) -> Opened:
    return await office.office.open(office.device().id, await office.signed_in(), ORIGIN, office.now)


def goes_away(office: World) -> None:
    """The database, as far as it is asked to take back what was granted."""

    async def taken_back(_: object) -> None:
        raise OSError("a database that is away")

    office.office._taken_back = taken_back


def comes_back(office: World) -> None:
    office.office._taken_back = office._taken_back


async def closes(office: World, one: Opened) -> None:
    with pytest.raises(OSError, match="away"):
        await office.office.close(one.device, Why.CLOSED_BY_PERSON, ORIGIN, office.now)


async def test_it_is_over_at_once_and_kept_when_that_goes(office: World, one: Opened) -> None:
    goes_away(office)
    await closes(office, one)
    await office.settles()
    assert ports(office, one) == set()
    assert office.office.of(one.device) is None
    assert office.office.open_ones() == []
    assert [opened_at(each, office.office.whose, office.now) for each in one.addresses] == [None] * 2
    assert office.of(Code.TUNNEL_CLOSED) == []
    comes_back(office)
    await office.moves(2 * AGAIN)
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert (closed.reason, closed.request_id) == (Why.CLOSED_BY_PERSON, ORIGIN.request_id)
    assert [name for name, _ in office.taken_back] == [one.device]
    assert await office.tunnels.open_ones() == []
    await office.moves(2 * AGAIN)
    assert not await office.office.close(one.device, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    assert len(office.taken_back) == 1


async def test_by_a_clock_that_is_set_back_it_is_kept_no_later(office: World, one: Opened) -> None:
    goes_away(office)
    await closes(office, one)
    await office.settles()
    comes_back(office)
    await office.moves(-timedelta(hours=1))
    assert [closed.reason for closed in office.of(Code.TUNNEL_CLOSED)] == [Why.CLOSED_BY_PERSON]


async def test_what_asks_meanwhile_wakes_nothing(office: World, one: Opened) -> None:
    goes_away(office)
    await closes(office, one)
    comes_back(office)
    await office.office.asked(one.device, Origin(address="192.0.2.99", request_id="r"), office.now)
    assert ports(office, one) == set()
    assert office.of(Code.TUNNEL_MOVED) == []


async def test_who_opens_it_anew_takes_back_what_was_granted_before(office: World, one: Opened) -> None:
    goes_away(office)
    await closes(office, one)
    comes_back(office)
    session = await office.signed_in("T")
    again = await office.office.open(one.device, session, ORIGIN, office.now + SECOND)
    assert [name for name, _ in office.taken_back] == [one.device]
    assert [entry.reason for entry in office.of(Code.TUNNEL_CLOSED)] == [Why.CLOSED_BY_PERSON]
    assert office.office.open_ones() == [again]


async def test_packets_from_elsewhere_are_told_of_though_the_end_is_kept_later(
    office: World, one: Opened
) -> None:
    async def record(entries) -> None:
        await office.store.record(None, office.now, entries)

    async def looks() -> None:
        there = Peer(key=one.key, handshake=office.now, received=1, sent=1, address="198.51.100.9")
        await look(office.office, [there], record, office.now, closes=True)

    await office.office.asked(one.device, ORIGIN, office.now)
    await looks()
    office.now += STAYS
    goes_away(office)
    with pytest.raises(OSError, match="away"):
        await looks()
    assert office.office.places.doubted(one.device)
    comes_back(office)
    await office.moves(2 * AGAIN)
    assert [entry.reason for entry in office.of(Code.TUNNEL_CLOSED)] == [Why.TWO_PLACES]


@pytest.mark.parametrize("again", [False, True])
async def test_a_start_before_the_database_is_back_opens_it_no_more(
    office: World, one: Opened, *, again: bool
) -> None:
    """`again`: it is away at that start too."""
    goes_away(office)
    await closes(office, one)
    for _ in range(1 + again):
        office.begin()
        if again:
            goes_away(office)
        assert [each.until for each in await office.office.take_up()] == [None] * again
        assert ports(office, one) == set()
        assert office.office.of(one.device) is None
    comes_back(office)
    await office.moves(2 * AGAIN)
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert (closed.reason, closed.request_id, closed.address) == (
        Why.CLOSED_BY_PERSON,
        ORIGIN.request_id,
        ORIGIN.address,
    )
    assert await office.tunnels.open_ones() == []
    assert not ended(office).exists()


async def test_what_is_kept_of_ends_goes_with_them(office: World, one: Opened) -> None:
    goes_away(office)
    await closes(office, one)
    assert ended(office).stat().st_mode & 0o077 == 0
    comes_back(office)
    session = await office.signed_in("T")
    again = await office.office.open(one.device, session, ORIGIN, office.now + SECOND)
    assert not ended(office).exists()
    office.begin()
    await office.office.take_up()
    assert office.office.open_ones() == [again]


async def test_an_end_that_the_database_took_after_all_is_no_end_of_another(
    office: World, one: Opened
) -> None:
    """It was told, and its answer was lost."""
    goes_away(office)
    await closes(office, one)
    await office.tunnels.close(one.id, Why.CLOSED_BY_PERSON, office.now, [])
    office.begin()
    assert await office.office.take_up() == []
    assert not ended(office).exists()


async def test_ends_that_cannot_be_read_open_nothing(office: World, one: Opened) -> None:
    ended(office).write_text("[{", "utf-8")
    office.begin()
    with pytest.raises(EndsUnreadable, match="which tunnels are over"):
        await office.office.take_up()
    assert office.office.open_ones() == []


async def test_where_no_file_can_be_written_it_is_over_all_the_same(office: World, one: Opened) -> None:
    ended(office).with_name(".tunnels.ended").mkdir()
    goes_away(office)
    await closes(office, one)
    assert office.office.of(one.device) is None
    comes_back(office)
    await office.moves(2 * AGAIN)
    assert await office.tunnels.open_ones() == []


def ended(office: World) -> Path:
    return office.folder / "tunnels.ended"


async def test_many_ends_at_once_are_written_together_and_stop_nobody(tmp_path: Path, monkeypatch) -> None:
    """A disk takes milliseconds for each, and who signs in waits for the event loop."""
    ends, written, replace = EndsInFile(tmp_path / "tunnels.ended"), [], EndsInFile._replace

    def slowly(self: EndsInFile, kept: Mapping[TunnelId, End]) -> None:
        written.append(threading.get_ident())
        time.sleep(0.05)
        replace(self, kept)

    monkeypatch.setattr(EndsInFile, "_replace", slowly)
    made = [End(tunnel=TunnelId(f"t-{number}"), why=Why.SESSION_OVER) for number in range(200)]
    await asyncio.gather(*map(ends.keep, made))
    assert len(written) <= 3
    assert threading.get_ident() not in written
    assert EndsInFile(tmp_path / "tunnels.ended").read() == {one.tunnel: one for one in made}
    await asyncio.gather(*(ends.forget(one.tunnel) for one in made))
    assert len(written) <= 6
    assert not (tmp_path / "tunnels.ended").exists()


async def test_an_end_is_on_disk_before_who_kept_it_goes_on_though_they_give_up(tmp_path: Path) -> None:
    ends, one = EndsInFile(tmp_path / "tunnels.ended"), End(tunnel=TunnelId("t"), why=Why.SESSION_OVER)
    await ends.keep(one)
    assert EndsInFile(tmp_path / "tunnels.ended").read() == {one.tunnel: one}
    other = End(tunnel=TunnelId("u"), why=Why.SESSION_OVER)
    keeping = asyncio.ensure_future(ends.keep(other))
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await ends.forget(one.tunnel)
    assert EndsInFile(tmp_path / "tunnels.ended").read() == {other.tunnel: other}


async def test_what_could_not_be_written_is_over_for_who_takes_tunnels_up_again_in_this_process(
    office: World, one: Opened
) -> None:
    """After a failure of the rounds: the control plane has not begun anew."""
    ended(office).with_name(".tunnels.ended").mkdir()
    goes_away(office)
    await closes(office, one)
    await office.office.take_up()
    assert ports(office, one) == set()
    ended(office).with_name(".tunnels.ended").rmdir()
    await office.moves(2 * AGAIN)
    assert [each.tunnel for each in EndsInFile(ended(office)).read().values()] == [one.id]
    comes_back(office)
    await office.moves(2 * AGAIN)
    assert await office.tunnels.open_ones() == []
    assert not ended(office).exists()
