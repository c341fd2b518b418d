"""Impossible travel at the door: one alert an hour, before the answer, and none where nothing is certain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import maxminddb
import pytest
from aiohttp import web

from config.vocabulary import SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.authorize.check import check
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.travel import QUIET, TravelAlarm
from gateway.authorize.verdict import Granted, Refused
from gateway.authorize.whereabouts import Whereabouts
from gateway.commands.countries import located
from gateway.sessions.session import Session
from tests.gateway.authorize.conftest import NOW
from tests.gateway.authorize.door import HOST, Door, signed_in
from tests.rig.countries import write_countries

PRAGUE, TOKYO = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def known(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """By a real database of addresses."""
    reader = maxminddb.open_database(write_countries(tmp_path / "cities.mmdb"))
    return replace(snapshot, whereabouts=Whereabouts(located(reader, [])))


class Told:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fails = False

    async def __call__(self, entry: Entry) -> None:
        if self.fails:
            raise ConnectionError
        self.entries.append(entry)


def verdict(request: AccessRequest, session: Session, known: Snapshot) -> Granted | Refused:
    found = check(request, session, known, NOW, "g")
    assert isinstance(found, Granted | Refused)
    return found


async def test_a_journey_is_told_once_an_hour_of_one_person(
    request_: AccessRequest, session: Session, known: Snapshot
) -> None:
    told, away = Told(), replace(request_, address=TOKYO)
    alarm, found = TravelAlarm(told), verdict(replace(request_, address=TOKYO), session, known)
    for later in (timedelta(), QUIET - timedelta(seconds=1), QUIET):
        await alarm.hear(away, session, found, known.whereabouts, NOW + later)
    assert [one.at for one in told.entries] == [NOW, NOW + QUIET]
    entry = told.entries[0]
    assert (entry.code, entry.outcome) == (Code.TRAVEL_IMPOSSIBLE, Outcome.FAILURE)
    assert (entry.subject, entry.person, entry.address) == (session.subject, session.login, TOKYO)
    assert entry.details == {"country": "JP", "country_before": "CZ"}


async def test_who_stays_or_cannot_be_placed_is_not_told_of(
    request_: AccessRequest, session: Session, known: Snapshot
) -> None:
    told = Told()
    for address in (PRAGUE, "10.1.2.3"):
        here = replace(request_, address=address)
        await TravelAlarm(told).hear(here, session, verdict(here, session, known), known.whereabouts, NOW)
    assert told.entries == []


async def test_an_alert_that_could_not_be_kept_is_told_with_the_next_request(
    request_: AccessRequest, session: Session, known: Snapshot
) -> None:
    told, away = Told(), replace(request_, address=TOKYO)
    alarm, found = TravelAlarm(told), verdict(away, session, known)
    told.fails = True
    with pytest.raises(ConnectionError):
        await alarm.hear(away, session, found, known.whereabouts, NOW)
    told.fails = False
    await alarm.hear(away, session, found, known.whereabouts, NOW)
    assert len(told.entries) == 1


@asynccontextmanager
async def opened(folder: Path, known: Snapshot, told: Told) -> AsyncIterator[Door]:
    door = Door(folder, known, NOW, TravelAlarm(told))
    runner = web.ServerRunner(web.Server(door.authorizer.handle))
    await runner.setup()
    await web.UnixSite(runner, str(door.socket)).start()
    try:
        yield door
    finally:
        await runner.cleanup()
        door.database.close()


@pytest.mark.real
async def test_at_the_door_it_is_told_before_the_answer_and_nobody_comes_in_where_it_cannot_be(
    session: Session, known: Snapshot, tmp_path: Path
) -> None:
    told = Told()
    async with opened(tmp_path, known, told) as door:
        await signed_in(door, session)
        await door.ask()
        assert told.entries == []
        for _ in range(2):
            await door.ask({"x-brana-client-address": TOKYO})
        assert [one.details["country"] for one in told.entries] == ["JP"]
    anew = replace(known, whereabouts=Whereabouts(known.whereabouts.locate))
    (tmp_path / "anew").mkdir()
    async with opened(tmp_path / "anew", anew, told) as door:  # a control plane that has just started
        at_home = replace(session, id=SessionId("H" * 22), opened_at=session.opened_at - timedelta(minutes=1))
        await door.store.add(at_home, b"another browser", HOST, [])
        await signed_in(door, replace(session, address=TOKYO))
        await door.ask({"x-brana-client-address": TOKYO})
        assert [one.details["country"] for one in told.entries] == ["JP", "JP"]
    told.fails = True
    folder = tmp_path / "again"
    folder.mkdir()
    async with opened(folder, known, told) as door:
        await signed_in(door, session)
        await door.ask({"x-brana-client-address": TOKYO})
        assert door.kinds == ["unavailable"]
        assert door.entries == []
