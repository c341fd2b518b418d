"""The portal's and the officers' side of the session office, over a real store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.district import District, Municipality, read_district
from config.settings import Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.sessions.id_token import SignedIn
from gateway.sessions.own import OwnSessions
from gateway.sessions.recheck import Recheck
from gateway.sessions.session import EndReason, Session
from gateway.sessions.shown import Card, NotOwn, SessionUnknown
from gateway.sessions.supervision import Supervision
from idp.events import Origin
from tests.gateway.sessions.office_world import HULIN, KROMERIZ, World

DISTRICT = Path(__file__).parents[3] / "config/examples/kromeriz.csv"


@dataclass(frozen=True)
class Caller:
    """What an assertion says of somebody."""

    subject: SubjectId
    sid: SessionId
    municipality: MunicipalityCode
    name: str = "Jana Nováková"
    login: str = "novakova"
    roles: tuple[Role, ...] = (Role.CLERK,)
    actions: tuple[Action, ...] = (Action.READ,)


async def nobody(_: SubjectId) -> None:
    """A directory that knows nobody."""


async def unrecorded(entries: Sequence[Entry]) -> None:
    raise AssertionError(entries)


def supervising(world: World) -> Supervision:
    return Supervision(world.office, ApplicationId("audit"), Recheck(world.office, nobody, unrecorded))


def caller(session: Session) -> Caller:
    assert session.municipality is not None
    return Caller(session.subject, session.id, session.municipality)


def card(name: ApplicationId, municipality: MunicipalityCode) -> Card:
    title = Title(cs=name, en=name)
    return Card(application=name, title=title, description=title, address=f"https://{name}.{municipality}/")


@pytest.fixture
def own(world: World) -> OwnSessions:
    district: District = read_district(DISTRICT)
    assert isinstance(district[HULIN], Municipality)
    return OwnSessions(world.office, lambda _session, _address, _now: [ApplicationId("map")], card, district)


async def test_cards_are_for_the_active_municipality(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    (shown,) = await own.cards(caller(session), now)
    assert shown.address == f"https://map.{KROMERIZ}/"
    await own.switch(caller(session), HULIN, origin=Origin(address="192.0.2.7"), now=now)
    (shown,) = await own.cards(caller(session), now)
    assert shown.address == f"https://map.{HULIN}/"
    assert world.entries[-1].code in {Code.SESSION_MUNICIPALITY, Code.REVOCATION}


async def test_memberships_carry_names_and_roles(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    found = await own.memberships(caller(session))
    assert [(one.name, one.roles) for one in found] == [
        ("Kroměříž", (Role.CLERK,)),
        ("Hulín", (Role.ACCOUNTANT,)),
    ]


async def test_nobody_switches_to_a_municipality_without_a_role(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    with pytest.raises(NotOwn):
        await own.switch(caller(session), MunicipalityCode("588512"), origin=Origin(address=""), now=now)
    assert world.announced == []


async def test_somebody_elses_session_cannot_be_ended_from_the_portal(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    mine, _ = await world.open(who, now)
    theirs, _ = await world.open(replace(who, subject=SubjectId("other"), provider_sid="p2"), now)
    with pytest.raises(NotOwn):
        await own.end(caller(mine), theirs.id, origin=Origin(address=""), now=now)
    assert len(await world.store.open_ones()) == 2


async def test_one_session_or_all_of_them_are_signed_out(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    here, _ = await world.open(who, now)
    there, _ = await world.open(replace(who, provider_sid="p2"), now)
    third, _ = await world.open(replace(who, provider_sid="p3"), now)
    assert len(await own.sessions(caller(here), now)) == 3
    await own.end(caller(here), there.id, origin=Origin(address="192.0.2.7"), now=now)
    assert {one.session for one in await own.sessions(caller(here), now)} == {here.id, third.id}
    await own.end_all(caller(here), origin=Origin(address="192.0.2.7"), now=now)
    assert await own.sessions(caller(here), now) == []
    assert [reason for _, reason in world.ended] == [
        EndReason.SIGNED_OUT,
        EndReason.SIGNED_OUT_EVERYWHERE,
        EndReason.SIGNED_OUT_EVERYWHERE,
    ]
    ends = [entry for entry in world.entries if entry.code is Code.SESSION_ENDED]
    assert {(entry.subject, entry.details["by"]) for entry in ends} == {(who.subject, who.login)}


async def test_who_signs_out_everywhere_is_named_even_when_the_own_session_has_ended_meanwhile(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    here, _ = await world.open(who, now)
    there, _ = await world.open(replace(who, provider_sid="p2"), now)
    asking = caller(here)
    await own.end(asking, here.id, origin=Origin(address="192.0.2.7"), now=now)
    await own.end_all(asking, origin=Origin(address="192.0.2.7", request_id="r-1"), now=now)
    ended = world.entries[-1]
    assert (ended.code, ended.session, ended.request_id) == (Code.SESSION_ENDED, there.id, "r-1")
    assert (ended.details["by"], ended.details["by_subject"]) == (asking.login, who.subject)


async def test_idle_sessions_are_not_shown_as_open(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    assert await own.sessions(caller(session), now + timedelta(hours=1)) == []
    assert await supervising(world).live(caller(session), now + timedelta(hours=1)) == []


async def test_an_officer_ends_a_session_in_the_own_name(world: World, who: SignedIn, now: datetime) -> None:
    session, _ = await world.open(who, now)
    officer = Caller(SubjectId("officer"), SessionId("O" * 22), KROMERIZ, login="kucera.martin")
    supervision = supervising(world)
    (shown,) = await supervision.live(officer, now)
    assert (shown.login, shown.municipality) == (who.login, KROMERIZ)
    await supervision.end(officer, session.id, origin=Origin(address="192.0.2.9"), now=now)
    (entry,) = [entry for entry in world.entries if entry.code is Code.SESSION_ENDED]
    assert (entry.subject, entry.person, entry.address) == (who.subject, who.login, "192.0.2.9")
    assert (entry.details["by"], entry.details["by_subject"]) == ("kucera.martin", "officer")
    assert entry.reason == EndReason.ENDED_BY_OFFICER
    with pytest.raises(SessionUnknown):
        await supervision.end(officer, session.id, origin=Origin(address=""), now=now)
