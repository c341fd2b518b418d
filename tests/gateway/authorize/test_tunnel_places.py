"""A device with a tunnel is where it asks from; what it reaches, and the log, go by that."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.named_networks import NamedNetworks
from config.settings import Network
from config.vocabulary import NetworkName
from gateway.audit.entry import Code, Outcome
from gateway.authorize.tunnel_held import NotOpened
from gateway.authorize.tunnel_places import look
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.places import RECENT, STAYS
from gateway.tunnels.words import Peer
from idp.events import Origin
from policies.load import load
from tests.rig.tunnel_world import ORIGIN, Told, World

HOME, ABROAD = "192.0.2.7", "198.51.100.9"
MINUTE = timedelta(minutes=1)
AT_HOME = """
@id("files-at-home-alone") @reason("elsewhere")
@title_cs("Soubory jen z domova") @title_en("Files from home alone")
@advice_cs("Jděte domů.") @advice_en("Go home.")
forbid (principal, action, resource in Application::"files")
unless { context.place.networks.contains(Network::"home") };
"""


@pytest.fixture
def office(office: World, tmp_path: Path) -> World:
    (tmp_path / "region" / "20-home.cedar").write_text(AT_HOME, "utf-8")
    policies = load(tmp_path / "region", tmp_path / "municipalities", office.district)
    networks = NamedNetworks([Network(name=NetworkName("home"), networks=["192.0.2.0/24"])])
    office.snapshot = replace(office.snapshot, policies=policies, networks=networks)
    return office


async def opened(office: World, name: str = "S") -> Opened:
    session, device = await office.signed_in(name), office.device()
    return await office.office.open(device.id, session, ORIGIN, office.now)


async def asks(office: World, one: Opened, address: str) -> None:
    await office.office.asked(one.device, Origin(address=address, request_id="r-2"), office.now)


async def looks(office: World, one: Opened, address: str, *, closes: bool = True) -> None:
    peer = Peer(key=one.key, handshake=office.now, received=1, sent=1, address=address)

    async def record(entries) -> None:
        await office.store.record(None, office.now, entries)

    await look(office.office, [peer], record, office.now, closes=closes)


async def test_a_device_that_is_taken_elsewhere_reaches_what_is_permitted_there(
    office: World, told: Told
) -> None:
    one = await opened(office)
    assert told.ports(one.key) == {445}
    await asks(office, one, HOME)
    assert told.ports(one.key) == {445}
    assert office.of(Code.TUNNEL_MOVED) == []
    await asks(office, one, ABROAD)
    assert told.ports(one.key) == set()
    assert [name for name, _ in office.taken_back] == [one.device], "pages by the tunnel are decided anew too"
    (moved,) = office.of(Code.TUNNEL_MOVED)
    assert (moved.address, moved.details["before"], moved.request_id) == (ABROAD, HOME, "r-2")
    assert (moved.person, moved.details["device"]) == ("novakova.jana", one.device)
    (refused,) = [
        one
        for one in office.of(Code.TUNNEL_REFUSED)
        if one.reason == "elsewhere" and one.details["target"] == "files"
    ]
    assert refused.address == ABROAD
    await asks(office, one, HOME)
    assert told.ports(one.key) == {445}
    assert len(office.of(Code.TUNNEL_MOVED)) == 2


async def test_what_failed_of_a_move_is_done_when_it_asks_again(
    office: World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await opened(office)
    taken_back = office.office._taken_back

    async def away(_: object) -> None:
        raise OSError("a database that is away")

    monkeypatch.setattr(office.office, "_taken_back", away)
    with pytest.raises(OSError, match="away"):
        await asks(office, one, ABROAD)
    monkeypatch.setattr(office.office, "_taken_back", taken_back)
    await asks(office, one, ABROAD)
    assert told.ports(one.key) == set()
    assert [name for name, _ in office.taken_back] == [one.device]


async def test_a_move_that_is_decided_later_is_decided_from_where_the_device_is(
    office: World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await opened(office)

    async def away(*_: object) -> None:
        raise OSError("a database that is away")

    monkeypatch.setattr(type(office.store), "by_ids", away)
    with pytest.raises(OSError, match="away"):
        await asks(office, one, ABROAD)
    monkeypatch.undo()
    await office.settles()
    assert told.ports(one.key) == set(), "and it has not asked again"
    assert len(office.of(Code.TUNNEL_MOVED)) == 1
    assert [name for name, _ in office.taken_back] == [one.device]


@pytest.mark.parametrize("fails", ["by_ids", "_taken_back"])
async def test_an_address_is_its_device_s_also_after_a_move_that_failed(
    office: World, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    one = await opened(office)

    async def away(*_: object) -> None:
        raise OSError("a database that is away")

    monkeypatch.setattr(type(office.store) if fails == "by_ids" else office.office, fails, away)
    with pytest.raises(OSError, match="away"):
        await asks(office, one, ABROAD)
    monkeypatch.undo()
    await office.settles()
    for address in one.addresses:
        held = office.office.whose(address)
        assert held is not None
        assert held.opened is office.office.had(address)


async def test_what_was_opened_at_home_for_a_device_elsewhere_ends_when_that_asks(
    office: World, told: Told
) -> None:
    one = await opened(office)
    await asks(office, one, ABROAD)
    assert told.ports(one.key) == set()
    assert len(office.of(Code.TUNNEL_MOVED)) == 1


async def test_what_asked_from_elsewhere_a_minute_ago_opens_nothing_by_its_persons_place(
    office: World, told: Told
) -> None:
    device = office.device()
    await office.office.asked(device.id, Origin(address=ABROAD, request_id="r"), office.now - MINUTE)
    one = await office.office.open(device.id, await office.signed_in(), ORIGIN, office.now)
    assert told.ports(one.key) == set()
    (begun,) = office.of(Code.TUNNEL_OPENED)
    assert begun.address == HOME, "who opened it was there"
    assert one.place == ABROAD


async def test_connections_are_in_the_log_from_where_the_device_is(office: World) -> None:
    one = await opened(office)
    await asks(office, one, "192.0.2.99")
    await office.connections_of(one)
    (begun,) = office.of(Code.TUNNEL_CONNECTED)
    assert begun.address == "192.0.2.99"


async def test_a_control_plane_that_comes_back_knows_where_it_was(office: World, told: Told) -> None:
    one = await opened(office)
    await asks(office, one, ABROAD)
    office.begin()
    await office.office.take_up()
    assert told.ports(one.key) == set()
    (kept,) = office.office.open_ones()
    assert kept.place == ABROAD


async def test_a_control_plane_that_comes_back_believes_a_device_that_is_where_it_was(office: World) -> None:
    one = await opened(office)
    await asks(office, one, ABROAD)
    office.begin()
    await office.office.take_up()
    for _ in range(2):
        await looks(office, one, ABROAD)
        office.now += STAYS
    assert office.of(Code.TUNNEL_CLOSED, Code.TUNNEL_TWO_PLACES) == []


async def test_an_address_of_the_tunnel_itself_is_no_place(office: World, told: Told) -> None:
    one = await opened(office)
    await asks(office, one, "10.90.0.2")
    assert told.ports(one.key) == {445}
    assert office.of(Code.TUNNEL_MOVED) == []


async def test_who_opens_a_tunnel_through_a_tunnel_is_where_its_device_is(office: World, told: Told) -> None:
    one, session = await opened(office), await office.signed_in("T")
    await asks(office, one, ABROAD)
    office.now += 2 * RECENT  # the agent says nothing any more
    within = Origin(address=str(min(one.addresses, key=str)), request_id="r-3")
    again = await office.office.open(one.device, session, within, office.now)
    assert (again.address, again.place) == (ABROAD, ABROAD)
    assert told.ports(again.key) == set()
    await office.office.close(one.device, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    with pytest.raises(NotOpened) as refused:
        await office.office.open(one.device, session, within, office.now)
    assert refused.value.why == Why.NOT_OPENED
    (entry,) = office.of(Code.TUNNEL_NOT_OPENED)
    assert entry.reason == Why.NOT_OPENED


async def test_an_address_in_the_tunnel_is_its_device_s_until_the_end_is_kept(office: World) -> None:
    one = await opened(office)
    await asks(office, one, ABROAD)
    within = min(one.addresses, key=str)
    assert office.office.had(within).place == ABROAD
    seen = []
    office.office._store = Watched(office.tunnels, lambda: seen.append(office.office.had(within)))
    await office.office.close(one.device, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    assert [each.id for each in seen] == [one.id], "the entry of its end is placed too"
    assert office.office.had(within) is None, "whoever bears it now is not the device"


async def test_packets_from_elsewhere_are_recorded_and_close_the_tunnel(office: World, told: Told) -> None:
    one = await opened(office)
    for _ in range(2):
        await asks(office, one, HOME)
        await looks(office, one, HOME)
        await looks(office, one, ABROAD)
    (noted,) = office.of(Code.TUNNEL_TWO_PLACES)
    assert (noted.outcome, noted.reason) == (Outcome.REFUSED, Why.TWO_PLACES)
    assert (noted.address, noted.details["elsewhere"]) == (HOME, ABROAD)
    assert told.ports(one.key) == {445}
    await looks(office, one, HOME)
    await looks(office, one, ABROAD)
    assert told.ports(one.key) == set()
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert closed.reason == Why.TWO_PLACES
    assert office.office.places.doubted(one.device)
    assert len(office.of(Code.TUNNEL_TWO_PLACES)) == 1


async def test_what_could_not_be_recorded_closes_all_the_same_and_is_recorded_by_the_next_look(
    office: World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await opened(office)
    await asks(office, one, HOME)
    await looks(office, one, ABROAD)
    office.now += STAYS

    async def away(*_: object) -> None:
        raise OSError("a database that is away")

    monkeypatch.setattr(type(office.store), "record", away)
    with pytest.raises(OSError, match="away"):
        await looks(office, one, ABROAD)
    assert told.ports(one.key) == set()
    assert office.office.open_ones() == []
    with pytest.raises(OSError, match="away"):
        await looks(office, one, ABROAD)
    monkeypatch.undo()
    assert office.of(Code.TUNNEL_TWO_PLACES) == []
    for _ in range(2):
        await looks(office, one, ABROAD)
    (noted,) = office.of(Code.TUNNEL_TWO_PLACES)
    assert noted.details["elsewhere"] == ABROAD


async def test_opened_again_it_begins_anew(office: World) -> None:
    one = await opened(office)
    await asks(office, one, HOME)
    await looks(office, one, ABROAD)
    office.now += STAYS
    await asks(office, one, HOME)
    await looks(office, one, ABROAD)
    assert office.office.open_ones() == []
    again = await opened(office, "T")
    assert not office.office.places.doubted(one.device)
    await looks(office, again, ABROAD)
    assert office.office.open_ones() == [again]


async def test_packets_from_elsewhere_may_be_recorded_alone(office: World, told: Told) -> None:
    one = await opened(office)
    await asks(office, one, HOME)
    await looks(office, one, ABROAD, closes=False)
    for _ in range(3):
        office.now += STAYS
        await asks(office, one, HOME)
        await looks(office, one, ABROAD, closes=False)
    assert office.of(Code.TUNNEL_CLOSED) == []
    assert len(office.of(Code.TUNNEL_TWO_PLACES)) == 1


async def test_where_a_peer_was_that_does_not_speak_any_more_says_nothing(office: World) -> None:
    one = await opened(office)
    await asks(office, one, HOME)
    for _ in range(5):
        office.now += STAYS
        silent = Peer(key=one.key, handshake=office.now - 3 * MINUTE, received=1, sent=1, address=ABROAD)
        await look(office.office, [silent, replace_key(silent)], never, office.now, closes=True)
    assert office.office.open_ones() != []


class Watched:
    def __init__(self, store, told) -> None:
        self._store, self._told = store, told

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    async def close(self, *of) -> bool:
        self._told()
        return await self._store.close(*of)


def replace_key(peer: Peer) -> Peer:
    """Of nobody who has a tunnel."""
    return Peer(key="x" * 44, handshake=None, received=0, sent=0, address=peer.address)


async def never(_) -> None:
    raise AssertionError
