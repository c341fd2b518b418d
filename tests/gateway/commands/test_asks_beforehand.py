"""What the control plane finds out before something is asked for: who could decide, what would open."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.vocabulary import Action, Language, Role, SessionId, SubjectId
from gateway.asks.ask import AskId, Kind, Party
from gateway.authorize.catalogue import closed_in_an_incident
from gateway.commands.asking_office import PlaneTown, ask_office
from gateway.commands.control_plane import ControlPlane
from gateway.commands.portal_closed import closed_cards
from gateway.commands.state import now, open_state
from gateway.grants.claims import Assertion
from gateway.policy_office.incident import Incident
from gateway.sessions.session import Session
from gateway.storage.directory import StoredReplica
from gateway.storage.policy_incidents import StoredIncidents
from gateway.web.identity import PORTAL, REQUESTS
from gateway.web.portal.closed import ByHours, ClosedCard
from idp.directory.errors import DirectoryUnusable
from idp.directory.replicated import ReplicatedPeople
from idp.events import NOWHERE
from idp.http.moments import PRAGUE
from policies.incidents import Closure, ClosureKind
from policies.load import load
from tests.gateway.asks import town
from tests.gateway.commands.test_asking_office import BASE, SPONSOR, SUPPLIER
from tests.gateway.web.people import MAYOR, session
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import fill, group, person

pytestmark = pytest.mark.real
LEADERS = f"""
[[directories.roles]]
group = "cn=mayor,ou={{municipality}},{BASE}"
role = "mayor"
"""
LEADER, CLERK = SPONSOR, SUPPLIER
"""Persons 1 and 2 of the directory."""


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run; a mayor and a clerk in its directory."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(LEADERS)
    state = open_state(installation.configuration)
    made = ControlPlane(state)
    groups = [
        group(number, person(number), dn=f"cn={role},ou={HULIN},{BASE}")
        for number, role in ((1, "mayor"), (2, "clerk"))
    ]
    assert fill(StoredReplica(state.database), [person(1), person(2)], groups, at=now()) is None
    try:
        yield made
    finally:
        await made.close()
        state.database.close()


def in_session(who: SubjectId, role: Role, moment: datetime) -> tuple[Session, Assertion]:
    here = session(
        id=SessionId("S" * 22), subject=who, roles=((HULIN, role),), municipality=HULIN,
        authenticated_at=moment, opened_at=moment, last_seen_at=moment, facts_at=moment,
    )  # fmt: skip
    return here, replace(MAYOR, subject=who, sid=here.id, municipality=HULIN, roles=(role,))


async def test_who_asks_is_none_of_those_who_could_decide_and_no_clerk_is(plane: ControlPlane) -> None:
    deciders = ask_office(plane).deciders
    assert await deciders(HULIN, CLERK, 1) == 1
    assert await deciders(HULIN, CLERK, 2) == 1
    assert await deciders(HULIN, LEADER, 1) == 0
    assert await deciders(town.KROMERIZ, CLERK, 1) == 0


async def test_where_a_directory_cannot_say_nobody_knows_who_decides(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> object:
        raise DirectoryUnusable("urad", "away")

    monkeypatch.setattr(ReplicatedPeople, "everybody", away)
    assert await ask_office(plane).deciders(HULIN, LEADER, 1) is None


async def test_what_would_open_is_asked_of_the_policies_in_force_with_the_session(
    plane: ControlPlane,
) -> None:
    moment = now()
    here, caller = in_session(CLERK, Role.SUPPLIER, moment)
    use = replace(
        town.ask(Kind.EMERGENCY, since=moment, until=moment + timedelta(hours=1)),
        holder=Party(CLERK, "clerk", "Clerk"),
        actions=frozenset({Action.READ}),
    )
    office, shown = ask_office(plane), PlaneTown(plane)
    assert await office.opens(use, caller, NOWHERE) == (), "without a session nobody can tell"
    assert await shown.kept_out_now(use, caller, NOWHERE) is None
    await plane.state.sessions.add(here, b"h" * 32, "requests.example", [])
    (closed,) = await office.opens(use, caller, NOWHERE)
    assert closed.action is Action.READ
    assert await shown.kept_out_now(use, caller, NOWHERE) is not None


async def test_what_an_incident_closes_is_known_by_whom_it_is_about_since_when_and_why(
    plane: ControlPlane,
) -> None:
    moment, shown = now(), PlaneTown(plane)
    times = {"since": moment, "until": moment + timedelta(hours=1)}
    asked = [
        replace(town.ask(**times), id=AskId(name), holder=Party(who, name, name))
        for name, who in (("clerk", CLERK), ("leader", LEADER))
    ]
    past = replace(asked[0], id=AskId("past"), until=moment)
    assert await shown.closed_now([*asked, past]) == {}
    why = {Language.CZECH: "Prověřujeme únik", Language.ENGLISH: "A leak"}
    closing = Closure(kind=ClosureKind.ROLE, target="clerk", reason=why, by="urad:x", at=moment)
    folders = plane.settings.policies
    plane.decide_by(load(folders.region, folders.municipalities, plane.state.district, incidents=[closing]))
    (found,) = (await shown.closed_now([*asked, past])).items()
    assert (found[0], found[1].since) == ("clerk", None), "the database has none of it"
    incident = Incident(id="I" * 16, closure=closing, closed_by_name="kucera.martin")
    await plane.state.database.write(lambda connection: StoredIncidents(connection).keep(incident))
    (found,) = (await shown.closed_now(asked)).items()
    assert (found[1].rule, found[1].since, found[1].why) == (closing.id, moment, why)


async def test_the_portal_is_told_what_an_incident_closes_to_whoever_asks_and_since_when(
    plane: ControlPlane,
) -> None:
    moment, closed = now(), closed_cards(plane)
    here, caller = in_session(CLERK, Role.CLERK, moment)
    await plane.state.sessions.add(here, b"h" * 32, "portal.example", [])
    assert await closed(caller, moment) == ()
    why = {Language.CZECH: "Prověřujeme únik", Language.ENGLISH: "A leak"}
    name = plane.settings.applications[0].id
    closing = Closure(kind=ClosureKind.APPLICATION, target=name, reason=why, by="urad:x", at=moment)
    incident = Incident(id="I" * 16, closure=closing, closed_by_name="kucera.martin")
    await plane.state.database.write(lambda connection: StoredIncidents(connection).keep(incident))
    folders = plane.settings.policies
    plane.decide_by(load(folders.region, folders.municipalities, plane.state.district, incidents=[closing]))
    (found,) = await closed(caller, moment)
    assert isinstance(found, ClosedCard)
    assert (found.card.application, found.said.since) == (name, moment)
    assert found.said.why[Language.ENGLISH].startswith("A leak. ")
    assert await closed(replace(caller, sid=SessionId("T" * 22)), moment) == ()


async def test_the_portal_itself_is_none_of_the_cards_that_it_shows_as_closed(plane: ControlPlane) -> None:
    moment, closed = now(), closed_cards(plane)
    here, caller = in_session(CLERK, Role.CLERK, moment)
    await plane.state.sessions.add(here, b"h" * 32, "portal.example", [])
    why = {Language.CZECH: "Prověřujeme únik", Language.ENGLISH: "A leak"}
    closing = Closure(kind=ClosureKind.ALL_BUT_OFFICERS, reason=why, by="urad:x", at=moment)
    folders, district = plane.settings.policies, plane.state.district
    plane.decide_by(load(folders.region, folders.municipalities, district, incidents=[closing]))
    whole = closed_in_an_incident(here, plane.snapshot, plane.book, here.address, moment)
    assert PORTAL in whole, "it is closed like everything else"
    shown = {one.card.application for one in await closed(caller, moment)}
    assert shown == set(whole) - {PORTAL}
    assert shown


TODAY = """
@id("not-today")
@reason("not_today")
@ask_for("emergency")
@title_cs("Dnes ne")
@title_en("Not today")
@advice_cs("Přijďte zítra.")
@advice_en("Come tomorrow.")
forbid (principal, action, resource in Municipality::"{code}")
when {{ resource in Application::"{application}" && context.time.date == datetime("{today}") }}
unless {{ context has emergency.application && resource in context.emergency.application }};
"""


async def test_the_portal_is_told_what_hours_close_to_whoever_asks_with_where_its_refusal_leads(
    plane: ControlPlane,
) -> None:
    moment, closed = now(), closed_cards(plane)
    here, caller = in_session(CLERK, Role.CLERK, moment)
    await plane.state.sessions.add(here, b"h" * 32, "portal.example", [])
    name, folders = plane.settings.applications[0].id, plane.settings.policies
    today = f"{moment.astimezone(PRAGUE):%Y-%m-%d}"
    with (folders.municipalities / f"{HULIN}.cedar").open("a", encoding="utf-8") as text:
        text.write(TODAY.format(code=HULIN, application=name, today=today))
    plane.decide_by(load(folders.region, folders.municipalities, plane.state.district))
    (found,) = await closed(caller, moment)
    assert isinstance(found, ByHours)
    assert (found.card.application, found.title[Language.ENGLISH]) == (name, "Not today")
    assert found.advice[Language.ENGLISH] == "Come tomorrow."
    assert found.ask == (f"{plane.addresses.of_own(REQUESTS)}/emergency?application={name}&read=1")
    assert await closed(caller, moment + timedelta(days=1)) == ()


async def test_a_delegation_that_no_rule_counts_is_known_for_one(plane: ControlPlane) -> None:
    moment, shown = now(), PlaneTown(plane)
    lent = town.ask(Kind.DELEGATION, since=moment, until=moment + timedelta(hours=1))
    to_a_clerk = replace(lent, asker=Party(LEADER, "l", "L"), holder=Party(CLERK, "c", "C"))
    nobody = replace(lent, id=AskId("nobody"), holder=Party(town.JANA.subject, "n", "N"))
    over = replace(to_a_clerk, id=AskId("over"), until=moment)
    assert await shown.idle([to_a_clerk, nobody, over, town.ask()]) == {to_a_clerk.id}


async def test_whoever_decides_is_told_by_which_rule_in_force_the_request_would_open(
    plane: ControlPlane,
) -> None:
    held = town.somebody(1, "clerk", Role.CLERK, where=HULIN)
    application = next(one.id for one in PlaneTown(plane).askable(HULIN) if Action.READ in one.actions)
    begins = now()
    asked = town.ask(
        asker=held, application=application, actions=frozenset({Action.READ}), municipality=HULIN,
        since=begins, until=begins + timedelta(days=7),
    )  # fmt: skip
    (one,) = await PlaneTown(plane).opened_by(asked, held)
    assert (one.action, one.permits) == (Action.READ, True)
    assert one.rule
