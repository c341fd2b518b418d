"""The office of requests as the control plane makes it: whom it tells, on whom orders rest, where a refusal leads."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, Role, SessionId
from gateway.asks.ask import Act, AskId, Kind, Party, Stage
from gateway.asks.doing import Doing
from gateway.asks.records import entry_of
from gateway.asks.store import Changed, Sought
from gateway.asks.wish import party
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.search import Query
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.commands.asking_office import PlaneTown, ask_office, ends_as_party, look_at_backers, where_to_ask
from gateway.commands.control_plane import ControlPlane
from gateway.commands.directories import Directories
from gateway.commands.own_applications import POLICIES, REQUESTS
from gateway.commands.rounds import keep_facts, look_at
from gateway.commands.state import now, open_state
from gateway.commands.travel_told import tell_of_travel
from gateway.commands.waiting import waits_for
from gateway.notices.notice import Channel, NoticeKind
from gateway.sessions.session import RolesHeld
from gateway.storage.audit_search import LogSearch
from gateway.storage.directory import StoredReplica
from gateway.waiting import Waiting
from gateway.web.desk import Refused as NotDone
from gateway.web.refusal import Asked, SwitchFirst
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import subject
from idp.directory.sync.news import News
from idp.events import NOWHERE
from policies.model import AskFor
from tests.gateway.asks import town
from tests.gateway.web.people import MAYOR, session
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, group, identity, person

pytestmark = pytest.mark.real
BASE = "ou=groups,dc=obec,dc=test"
OFFICERS = f"""
[[directories.roles]]
group = "cn=security_officer,ou={{municipality}},{BASE}"
role = "security_officer"
"""
SPONSOR, SUPPLIER = (subject(OFFICE, identity(number)) for number in (1, 2))


@dataclass
class Office:
    plane: ControlPlane
    replica: StoredReplica


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Of a control plane that does not run; two clerks in its directory."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(OFFICERS)
    state = open_state(installation.configuration)
    plane = ControlPlane(state)
    made = Office(plane, StoredReplica(state.database))
    read(made, 1, 2)
    try:
        yield made
    finally:
        await plane.close()
        state.database.close()


def read(office: Office, *clerks: int) -> None:
    people = [person(1), person(2)]
    clerk = group(1, *(person(number) for number in clerks), dn=f"cn=clerk,ou={HULIN},{BASE}")
    assert fill(office.replica, people, [clerk], at=now()) is None


async def ordered(office: Office) -> None:
    """In force, with its sponsor."""
    sponsor, supplier = Party(SPONSOR, "p1", "P 1"), replace(party(town.PAVEL), subject=SUPPLIER)
    made = town.approved(replace(town.ask(Kind.ORDER, town.PAVEL), asker=supplier, holder=supplier), town.EVA)
    moment = now()
    made = replace(made, sponsor=sponsor, since=moment, until=moment + timedelta(hours=1))
    entry = entry_of(made, Act.ASK, supplier, moment, origin=NOWHERE)
    await office.plane.state.asks.change(made.id, None, lambda *_: Changed(made, [entry]), moment, moment)
    await ask_office(office.plane).look_again(moment, first=True)


async def stage(office: Office) -> Stage:
    (found,) = await office.plane.state.asks.find(Sought())
    return found.stage


@pytest.mark.parametrize("touched", [frozenset({identity(1)}), None])
async def test_an_order_ends_when_the_directory_says_that_its_sponsor_has_no_role_any_more(
    office: Office, touched: frozenset[str] | None
) -> None:
    await ordered(office)
    assert len(office.plane.asked) == 1
    read(office, 2)
    directories = Directories(office.plane.state)  # not started: nothing to close
    directories.news.put(News(directory=OFFICE, at=now(), confirmed=touched is None, touched=touched))
    task = asyncio.create_task(keep_facts(office.plane, directories))
    try:
        async with asyncio.timeout(20):
            while await stage(office) is Stage.IN_FORCE:
                await asyncio.sleep(0)
            while any(one.stage is Stage.IN_FORCE for one in office.plane.asked.all()):
                await asyncio.sleep(0)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await stage(office) is Stage.SPONSOR_GONE


async def test_an_order_goes_on_while_its_sponsor_is_there(office: Office) -> None:
    await ordered(office)
    read(office, 1)
    for among in (None, {SPONSOR, SUPPLIER}):
        await look_at_backers(office.plane, OFFICE, among, now())
    assert await stage(office) is Stage.IN_FORCE


async def test_who_holds_a_role_is_found_in_the_replica(office: Office) -> None:
    holding = ask_office(office.plane).holding
    assert {one.login for one in await holding(HULIN, [Role.CLERK])} == {"p1", "p2"}
    assert len(await holding(None, [Role.CLERK, Role.MAYOR])) == 2
    assert await holding(HULIN, [Role.SECURITY_OFFICER]) == []
    assert await holding(town.KROMERIZ, [Role.CLERK]) == []


async def test_whoever_is_told_is_found_without_a_look_at_everybody_and_holds_the_role_now(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane, roles = office.plane, frozenset({Role.CLERK})
    await plane.roster.step(plane.people, roles, now(), hears=True)
    looks: list[object] = []
    monkeypatch.setattr(ReplicatedPeople, "everybody", looks.append)
    holding = ask_office(plane).holding
    assert {one.login for one in await holding(HULIN, [Role.CLERK])} == {"p1", "p2"}
    read(office, 2)  # the roster has not heard of it yet
    assert [one.login for one in await holding(HULIN, [Role.CLERK])] == ["p2"]
    read(office, 1)
    await look_at(plane, News(directory=OFFICE, at=now(), touched=frozenset({identity(1), identity(2)})))
    await plane.roster.step(plane.people, roles, now(), hears=True)
    assert [one.login for one in await holding(HULIN, [Role.CLERK])] == ["p1"]
    assert looks == []


async def test_officers_are_told_of_a_journey_in_the_transaction_that_records_it(office: Office) -> None:
    people = [person(1), person(2)]
    officers = group(1, people[0], dn=f"cn=security_officer,ou={HULIN},{BASE}")
    assert fill(office.replica, people, [officers], at=now()) is None
    state, moment = office.plane.state, now()
    outbox = replace(state.outbox, channels=frozenset({Channel.WEBHOOK}))
    state.__dict__["outbox"] = outbox
    details = {"country": "JP", "country_before": "CZ"}
    entry = Entry(
        code=Code.TRAVEL_IMPOSSIBLE, outcome=Outcome.FAILURE, at=moment, person="p2", address="198.51.100.9",
        details=details,
    )  # fmt: skip
    await tell_of_travel(office.plane, entry)
    (notice,) = await outbox.due(Channel.WEBHOOK, moment, 10)
    assert (notice.happened.kind, notice.happened.person) == (NoticeKind.TRAVEL_IMPOSSIBLE, "p1")
    facts = {"of": "p2", "from": "CZ", "to": "JP", "address": "198.51.100.9"}
    assert notice.happened.facts == facts
    (kept,) = (await LogSearch(state.database).page(Query(codes=frozenset({Code.TRAVEL_IMPOSSIBLE})))).entries
    assert isinstance(kept, Recorded)
    assert kept.entry.details == details


async def test_only_hosted_applications_of_the_municipality_can_be_asked_for(office: Office) -> None:
    offered = {one.id for one in PlaneTown(office.plane).askable(HULIN)}
    assert offered == {one.id for one in office.plane.settings.applications}
    assert not offered & {"portal", "audit", "policies", "requests"}


def request_of(application: str) -> AccessRequest:
    return AccessRequest(
        application=ApplicationId(application),
        municipality=HULIN,
        action=Action.READ,
        method="GET",
        host="a.example",
        target="/",
        address="192.0.2.7",
        request_id="r-1",
        user_agent="",
        page_load=True,
        cookies={},
        language=Language.CZECH,
    )


async def test_a_refusal_leads_to_where_its_access_can_be_asked_for_and_nowhere_else(office: Office) -> None:
    plane, name = office.plane, office.plane.settings.applications[0].id
    moment = now()
    clerk = session(
        id=SessionId("S" * 22),
        roles=((HULIN, Role.CLERK),),
        municipality=HULIN,
        authenticated_at=moment,
        opened_at=moment,
        last_seen_at=moment,
        facts_at=moment,
    )
    refused = replace(refusal("no_role", HULIN, "", "v"), ask_for=AskFor.ACCESS)

    def leads(ask_for: AskFor | None = AskFor.ACCESS, application: str = name, **of: object) -> str:
        about: Refused = replace(refused, ask_for=ask_for, **of)  # type: ignore[arg-type]
        found = where_to_ask(plane, clerk, request_of(application), about)
        assert not isinstance(found, SwitchFirst)
        return (found if isinstance(found, str) else found.at).partition(".")[2].partition("/")[2]

    assert leads() == f"ask?application={name}&read=1"
    assert leads(AskFor.EMERGENCY) == f"emergency?application={name}&read=1"
    assert leads(AskFor.ORDER) == f"orders/new?application={name}&read=1"
    assert leads(AskFor.PURPOSE) == f"purpose?application={name}&read=1"
    assert leads(None) == ""
    assert leads(application="audit") == ""
    assert leads(municipality=town.KROMERIZ) == ""
    asked = town.ask()
    holder = replace(asked.holder, subject=clerk.subject)
    waits = replace(
        asked, holder=holder, application=name, actions=frozenset({Action.READ}), until=moment + town.HOUR
    )
    for another in (
        replace(waits, municipality=town.KROMERIZ),
        replace(waits, application="else"),
        replace(waits, actions=frozenset({Action.WRITE})),
        replace(waits, stage=Stage.REFUSED),
        replace(waits, until=moment),
    ):
        plane.asked.put(another, moment)
        assert leads() == f"ask?application={name}&read=1"
    plane.asked.put(waits, moment)
    assert leads() == f"one?name={waits.id}"
    assert leads(AskFor.ORDER) == f"orders/new?application={name}&read=1", "another thing"


@pytest.mark.parametrize(
    ("roles", "acts_for", "led"),
    [
        (((HULIN, Role.CLERK), (town.KROMERIZ, Role.CLERK)), town.KROMERIZ, SwitchFirst("Kroměříž", "Hulín")),
        (
            ((HULIN, Role.SUPPLIER), (town.KROMERIZ, Role.CLERK)),
            town.KROMERIZ,
            SwitchFirst("Kroměříž", "Hulín"),
        ),
        (((town.KROMERIZ, Role.CLERK),), town.KROMERIZ, ""),  # nobody acts for where they have no role
        ((), None, ""),
    ],
)
async def test_who_acts_for_another_municipality_is_told_to_switch_before_asking(
    office: Office, roles: RolesHeld, acts_for: MunicipalityCode | None, led: str | SwitchFirst
) -> None:
    plane, moment = office.plane, now()
    name = plane.settings.applications[0].id
    here = session(
        id=SessionId("S" * 22), roles=roles, municipality=acts_for,
        authenticated_at=moment, opened_at=moment, last_seen_at=moment, facts_at=moment,
    )  # fmt: skip
    for ask_for in AskFor:
        refused = replace(refusal("no_role", HULIN, "", "v"), ask_for=ask_for)
        assert where_to_ask(plane, here, request_of(name), refused) == led
        assert where_to_ask(plane, here, request_of("audit"), refused) == ""
        assert where_to_ask(plane, here, request_of(name), replace(refused, ask_for=None)) == ""
    if led:
        asked = town.ask()
        waits = replace(
            asked, holder=replace(asked.holder, subject=here.subject), application=name,
            actions=frozenset({Action.READ}), until=moment + town.HOUR,
        )  # fmt: skip
        plane.asked.put(waits, moment)
        refused = replace(refused, ask_for=AskFor.ACCESS)
        assert isinstance(where_to_ask(plane, here, request_of(name), refused), Asked)


async def test_a_deputy_ends_a_delegation_without_any_permit_and_nobody_else_does(office: Office) -> None:
    """Nobody here has a session, so that every permit that is asked for is refused."""
    plane, moment = office.plane, now()
    lent = replace(town.ask(Kind.DELEGATION), stage=Stage.IN_FORCE, since=moment, until=moment + town.HOUR)
    entry = entry_of(lent, Act.ASK, lent.asker, moment, origin=NOWHERE)
    await plane.state.asks.change(lent.id, (), lambda *_: Changed(lent, [entry]), moment, moment)

    def doing(who: Party) -> Doing:
        officer = replace(MAYOR, subject=who.subject, municipality=HULIN)
        return Doing(officer, who, NOWHERE, moment)

    stranger = Party(SUPPLIER, "nekdo", "Někdo")
    for name, who in ((lent.id, stranger), (AskId("another"), lent.holder)):
        with pytest.raises(NotDone):
            await ends_as_party(plane, name, doing(who))
    assert (await plane.state.asks.find(Sought(name=lent.id)))[0].runs(moment)
    await ends_as_party(plane, lent.id, doing(lent.holder))
    (ended,) = await plane.state.asks.find(Sought(name=lent.id))
    assert (ended.stage, ended.ended and ended.ended.by.subject) == (Stage.WITHDRAWN, lent.holder.subject)
    found = await LogSearch(plane.state.database).page(Query())
    told = [one.entry for one in found.entries if isinstance(one, Recorded)]
    assert [one.outcome for one in told].count(Outcome.REFUSED) == 2, "what is refused is recorded"
    assert told[0].code is Code.REQUEST_ENDED


@pytest.mark.parametrize(
    ("role", "counts"),
    [(Role.CLERK, Waiting()), (Role.MAYOR, Waiting(requests=1))],
)
async def test_what_waits_is_counted_for_whoever_the_policies_let_decide(
    office: Office, role: Role, counts: Waiting
) -> None:
    plane, moment = office.plane, now()
    here = session(
        id=SessionId("S" * 22), roles=((HULIN, role),), municipality=HULIN,
        authenticated_at=moment, opened_at=moment, last_seen_at=moment, facts_at=moment,
    )  # fmt: skip
    await plane.state.sessions.add(here, b"h" * 32, "requests.example", [])
    asked = replace(town.ask(), since=moment, until=moment + timedelta(hours=1))
    entry = entry_of(asked, Act.ASK, asked.asker, moment, origin=NOWHERE)
    await plane.state.asks.change(asked.id, (), lambda *_: Changed(asked, [entry]), moment, moment)
    caller = replace(MAYOR, subject=here.subject, sid=here.id, municipality=HULIN, roles=(role,))
    assert await waits_for(plane)(caller, NOWHERE, {REQUESTS, POLICIES}) == counts
    assert await waits_for(plane)(caller, NOWHERE, {POLICIES}) == Waiting()
