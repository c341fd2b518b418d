"""Nobody knows where a device is that has not asked lately, or asks from elsewhere each time: it reaches nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code, Outcome
from gateway.authorize.tunnel_places import MOST_MOVES
from gateway.storage.tunnels import StoredTunnels
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import Pages
from gateway.tunnel_sessions.places import RECENT
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refused
from idp.events import Origin
from tests.rig.tunnel_world import LIFETIME, ORIGIN, Told, World

MINUTE = timedelta(minutes=1)
KNOWN, UNKNOWN = Code.TUNNEL_PLACE_KNOWN, Code.TUNNEL_PLACE_UNKNOWN
PAGES = Pages({"portal.brana.test": MunicipalityCode("588491")})


@pytest.fixture
def office(office: World) -> World:
    office.asking = False
    office.rules = replace(office.rules, pages=PAGES)
    return office


async def opened(office: World) -> Opened:
    return await office.office.open(office.device().id, await office.signed_in(), ORIGIN, office.now)


async def asks(office: World, one: Opened, address: str = ORIGIN.address) -> None:
    await office.office.asked(one.device, Origin(address=address, request_id="r-2"), office.now)


def places_told(office: World) -> list[tuple[Code, str]]:
    return [(one.code, one.reason) for one in office.of(KNOWN, UNKNOWN)]


async def test_what_its_person_opens_leads_nowhere_until_the_device_asks(office: World, told: Told) -> None:
    """The browser may be in the office, and the device, whose agent was stopped, anywhere."""
    one = await opened(office)
    assert told.ports(one.key) == set()
    assert told.admitted[one.key].until is None, "no pages either"
    found = office.office.of(one.device)
    assert found is not None
    assert found[1] is not None
    assert found[1].answers["files"].reason == Why.DEVICE_SILENT
    assert found[1].answers["database"].reason == "key_needed", (
        "what it would not reach anyhow is said as ever"
    )
    (entry,) = office.of(UNKNOWN)
    assert (entry.outcome, entry.reason, entry.person) == (
        Outcome.REFUSED,
        Why.DEVICE_SILENT,
        "novakova.jana",
    )
    await asks(office, one)
    assert told.ports(one.key) == {445}
    assert told.admitted[one.key].pages
    assert places_told(office) == [(UNKNOWN, Why.DEVICE_SILENT), (KNOWN, "")]
    assert office.of(Code.TUNNEL_MOVED) == [], "it is where its person is"


async def test_a_device_that_falls_silent_reaches_nothing_until_it_asks_again(
    office: World, told: Told
) -> None:
    one = await opened(office)
    await office.connections_of(one)  # they keep the session awake
    await asks(office, one)
    await office.moves(RECENT - MINUTE)
    assert told.ports(one.key) == {445}
    await asks(office, one)
    await office.moves(RECENT - MINUTE)
    assert told.ports(one.key) == {445}
    await office.moves(MINUTE)
    assert told.ports(one.key) == set()
    assert told.admitted[one.key].until is None
    assert office.office.open_ones() != [], "a notebook that was asleep goes on"
    device = next(each for each in one.addresses if each.version == 4)
    place = Target(next(iter(office.rules.targets.by_place)).host, Transport.TCP, 445)
    await office.office.connections.hear([Refused(device, place)])
    assert [entry.reason for entry in office.of(Code.TUNNEL_TRIED)] == [Why.DEVICE_SILENT]
    await asks(office, one)
    assert told.ports(one.key) == {445}
    assert places_told(office)[1:] == [(KNOWN, ""), (UNKNOWN, Why.DEVICE_SILENT), (KNOWN, "")]
    assert office.taken_back == []


async def test_a_control_plane_that_comes_back_believes_it_for_as_long(office: World, told: Told) -> None:
    one = await opened(office)
    await asks(office, one)
    office.now += RECENT + MINUTE
    office.begin()
    await office.office.take_up()
    assert told.ports(one.key) == {445}
    await office.moves(RECENT)
    assert told.ports(one.key) == set()


async def test_tunnels_that_are_taken_up_again_after_a_failure_are_as_silent_as_before(
    office: World, told: Told
) -> None:
    """The control plane has not begun anew: it knows when the device asked."""
    one = await opened(office)
    await asks(office, one)
    office.now += RECENT
    await office.office.take_up()
    assert told.ports(one.key) == set()
    await asks(office, one)
    assert told.ports(one.key) == {445}


async def test_of_one_that_never_asked_a_control_plane_that_comes_back_knows_nothing_either(
    office: World, told: Told
) -> None:
    one = await opened(office)
    office.begin()
    await office.office.take_up()
    assert told.ports(one.key) == set()


async def test_what_it_asks_through_the_tunnel_says_nothing_of_where_it_is(office: World, told: Told) -> None:
    one = await opened(office)
    await asks(office, one, "10.90.0.2")
    assert told.ports(one.key) == set()


async def test_a_device_that_asks_from_elsewhere_each_time_is_nowhere(office: World, told: Told) -> None:
    """Each move counts at once, and they are bounded: in entries, and in how often grants are taken back."""
    one = await opened(office)
    for number in range(4 * MOST_MOVES):
        office.now += timedelta(seconds=3)
        await asks(office, one, f"198.51.100.{number + 1}")
        assert told.ports(one.key) == ({445} if number < MOST_MOVES else set())
    assert len(office.of(Code.TUNNEL_MOVED)) == len(office.taken_back) == MOST_MOVES
    assert places_told(office)[1:] == [(KNOWN, ""), (UNKNOWN, Why.PLACE_UNSETTLED)]
    await asks(office, one, f"198.51.100.{MOST_MOVES}")
    assert told.ports(one.key) == set(), "back where it was last known to be, it is not settled"
    await office.moves(RECENT)
    assert told.ports(one.key) == set(), "time alone tells nothing of a place"
    await asks(office, one, "203.0.113.5")
    assert told.ports(one.key) == {445}
    assert office.of(Code.TUNNEL_MOVED)[-1].address == "203.0.113.5"
    assert office.office.open_ones()[0].place == "203.0.113.5"


async def test_opened_anew_it_is_as_unsettled_as_before(office: World, told: Told) -> None:
    one = await opened(office)
    for number in range(MOST_MOVES + 1):
        await asks(office, one, f"198.51.100.{number + 1}")
    again = await office.office.open(one.device, await office.signed_in("T"), ORIGIN, office.now)
    await asks(office, again)
    assert told.ports(again.key) == set()


async def test_a_device_by_two_networks_in_turn_goes_on(office: World, told: Told) -> None:
    one = await opened(office)
    await office.connections_of(one)
    for number in range(20):
        office.now += MINUTE
        await asks(office, one, ("198.51.100.9", "2001:db8::1")[number % 2])
        assert told.ports(one.key) == {445}
    assert len(office.of(Code.TUNNEL_MOVED)) == 20


async def test_what_could_not_be_recorded_is_recorded_later(
    office: World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await opened(office)
    await asks(office, one)

    async def away(*_: object) -> None:
        raise OSError("a database that is away")

    monkeypatch.setattr(type(office.store), "record", away)
    await office.moves(RECENT)
    assert told.ports(one.key) == set(), "what is refused holds before it is recorded"
    monkeypatch.undo()
    await office.moves(MINUTE)
    assert places_told(office)[-1] == (UNKNOWN, Why.DEVICE_SILENT)


@pytest.mark.parametrize("anew", [False, True], ids=["for the first time", "anew"])
async def test_a_question_while_the_tunnel_is_opened_is_of_that_tunnel(
    office: World, told: Told, monkeypatch: pytest.MonkeyPatch, *, anew: bool
) -> None:
    session, device = await office.signed_in(), office.device()
    elsewhere = Origin(address="198.51.100.9", request_id="r-2")
    await office.office.asked(device.id, ORIGIN, office.now)
    if anew:
        await office.office.open(device.id, session, ORIGIN, office.now)
    kept, asking = type(office.tunnels).open, []

    async def keep(store: StoredTunnels, *of: Any) -> None:
        """The device has gone elsewhere when the place of before is being written down."""
        asking.append(asyncio.ensure_future(office.office.asked(device.id, elsewhere, office.now)))
        await asyncio.sleep(0)
        await kept(store, *of)

    monkeypatch.setattr(StoredTunnels, "open", keep)
    one = await office.office.open(device.id, session, ORIGIN, office.now)
    await asyncio.gather(*asking)
    assert office.office.open_ones()[0].place == elsewhere.address
    assert [each.place for each in await office.tunnels.open_ones()] == [elsewhere.address]
    (entry,) = office.of(Code.TUNNEL_MOVED)
    assert (entry.address, entry.details["tunnel"]) == (elsewhere.address, one.id)
    assert told.ports(one.key) == {445}


async def test_a_clock_that_is_set_back_keeps_nobody_believed(office: World, told: Told) -> None:
    """Else a device that fell silent is where it was for as long as the clock was set back by."""
    session = await office.signed_in(facts_at=office.now - MINUTE)
    one = await office.office.open(office.device().id, session, ORIGIN, office.now)
    await asks(office, one)
    await office.moves(-timedelta(seconds=30))
    assert told.ports(one.key) == set(), "it has not asked yet, by this clock"
    await asks(office, one)
    assert told.ports(one.key) == {445}
    assert told.admitted[one.key].until == office.now + LIFETIME, "the filter counts by a clock of its own"
    assert office.office.places.unknown(one.device, office.now + RECENT) == Why.DEVICE_SILENT


async def test_of_a_tunnel_that_was_opened_in_a_time_to_come_nobody_knows_how_long_it_stands(
    office: World, told: Told
) -> None:
    one = await opened(office)
    await asks(office, one)
    await office.moves(-timedelta(hours=1))
    assert office.office.of(one.device) is None
    assert told.ports(one.key) == set()
    assert [entry.reason for entry in office.of(Code.TUNNEL_CLOSED)] == [Why.TOO_LONG]


async def test_an_unsettled_device_is_that_for_no_longer_by_a_clock_that_is_set_back(
    office: World, told: Told
) -> None:
    office.now += timedelta(hours=1)
    device = office.device()
    places = office.office.places
    for number in range(MOST_MOVES + 1):
        places.asked(device.id, f"198.51.100.{number}", office.now)
        places.moves(device.id, office.now)
    assert places.unknown(device.id, office.now) == Why.PLACE_UNSETTLED
    office.now -= timedelta(hours=1)
    places.asked(device.id, "198.51.100.1", office.now)
    assert places.unknown(device.id, office.now) == Why.PLACE_UNSETTLED
    places.asked(device.id, "198.51.100.1", office.now + RECENT)
    assert places.unknown(device.id, office.now + RECENT) is None
