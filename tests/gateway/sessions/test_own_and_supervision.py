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
    return Supervision(
        world.office, ApplicationId("audit"), Recheck(world.office, world.sign_ins, nobody, unrecorded)
    )


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
        ("Hulín", (Role.ACCOUNTANT,)),
        ("Kroměříž", (Role.CLERK,)),
    ]


async def test_nobody_switches_to_a_municipality_without_a_role(
    own: OwnSessions, world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    with pytest.raises(NotOwn):
        await own.switch(caller(session), MunicipalityCode("588512"), origin=Origin(address=""), now=now)
    assert world.announced == []


async def test_idle_sessions_are_not_shown_as_open(world: World, who: SignedIn, now: datetime) -> None:
    session, _ = await world.open(who, now)
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


async def test_no_directory_is_asked_about_a_program_which_it_would_end(
    world: World, who: SignedIn, now: datetime
) -> None:
    program = replace(who, subject=SubjectId("technical:budget-import"), login="budget-import")
    session, _ = await world.open(program, now)
    officer = Caller(SubjectId("officer"), SessionId("O" * 22), KROMERIZ, login="kucera.martin")
    supervision = supervising(world)
    with pytest.raises(SessionUnknown):
        await supervision.recheck(officer, session.id, origin=Origin(address="192.0.2.9"), now=now)
    (shown,) = await supervision.live(officer, now)
    assert shown.of_program
