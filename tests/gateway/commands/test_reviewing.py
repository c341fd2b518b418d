"""An access review on a control plane: who has what by the replica, and how a removal reaches sessions and sign-ins."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.vocabulary import Action, Role, SessionId, SubjectId
from gateway.access_review.campaign import Campaign, Choice, Held, Kind, Plan, Scope
from gateway.access_review.reviewer import NotDone, Reviewer, ReviewRefused
from gateway.access_review.reviewing import Reviewing
from gateway.asks.ask import Act, Ask, Party, Stage
from gateway.asks.ask import Kind as Asked
from gateway.asks.records import entry_of
from gateway.asks.store import Changed, Sought
from gateway.audit.entry import Code
from gateway.commands.asking_office import ask_office
from gateway.commands.control_plane import ControlPlane
from gateway.commands.reviewing import reviewing
from gateway.commands.state import now, open_state
from gateway.sessions.session import EndReason
from gateway.storage.directory import StoredReplica
from idp.directory.person import RoleHeld
from idp.directory.same_person import no_others
from idp.directory.subject import subject
from idp.events import NOWHERE, Actor
from idp.login.exception import new_exception
from idp.login.officer import grant_exception
from tests.gateway.asks import town
from tests.gateway.web.people import session
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, group, identity, person

pytestmark = pytest.mark.real
BASE = "ou=groups,dc=obec,dc=test"
FIRST, SECOND = (subject(OFFICE, identity(number)) for number in (1, 2))
MAYOR = Reviewer(subject=SubjectId("urad:mayor"), login="novakova", municipality=HULIN, others=no_others)
OPERATOR = Actor("cli:root", "cli:root")
PROGRAM = f"""
[[technical_accounts]]
id = "ucto-export"
name = "Export"
owner = "GORDIC"
ends = 2035-12-31
secret = true
roles = [{{ municipality = "{HULIN}", role = "accountant" }}]
"""
CLERK = RoleHeld(HULIN, Role.CLERK)


@dataclass
class Office:
    plane: ControlPlane

    @property
    def reviews(self) -> Reviewing:
        return reviewing(self.plane)

    def read(self, *numbers: int, at: datetime | None = None) -> None:
        """Everything the directory says: these are clerks of Hulín, the others are there without a role."""
        people = [person(1), person(2), person(3)]
        clerks = group(1, *(people[number - 1] for number in numbers), dn=f"cn=clerk,ou={HULIN},{BASE}")
        assert fill(StoredReplica(self.plane.state.database), people, [clerks], at=at or now()) is None

    async def begun(self) -> Campaign:
        moment = now()
        return await self.reviews.begin(MAYOR, HULIN, Plan(Scope.ALL, moment + timedelta(days=7)), moment)

    async def held(self, which: Campaign) -> list[Held]:
        return [one.held for one in (await self.reviews.shown(MAYOR, which.id, now())).items]

    async def decide(self, which: Campaign, number: int, choice: Choice) -> None:
        await self.reviews.decide(MAYOR, which.id, number, choice, "", now())

    async def opened(self, whose: SubjectId, login: str) -> SessionId:
        moment = now()
        new = session(
            id=SessionId(f"session-of-{login}-000001"), subject=whose, login=login, roles=((HULIN, Role.CLERK),),
            provider_sid=f"provider-{login}", authenticated_at=moment, opened_at=moment, last_seen_at=moment,
            facts_at=moment,
        )  # fmt: skip
        await self.plane.state.sessions.add(new, login.encode().ljust(32, b"h"), "portal.test", [])
        return new.id

    async def why_over(self, which: SessionId) -> EndReason | None:
        [found] = await self.plane.state.sessions.by_ids([which])
        return found.end_reason

    async def codes(self) -> list[str]:
        query = "SELECT code FROM audit_entry ORDER BY sequence"
        rows = self.plane.state.database.read_now(
            lambda connection: connection.exec_driver_sql(query).scalars().all()
        )
        return list(rows)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Of a control plane that does not run."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(PROGRAM)
    state = open_state(installation.configuration)
    plane = ControlPlane(state)
    try:
        yield Office(plane)
    finally:
        await plane.close()
        state.database.close()


async def test_who_has_what_is_what_directory_register_and_settings_say(office: Office) -> None:
    office.read(1, 2)
    moment = now()
    excepted = new_exception(FIRST, "p1", "Ztratil telefon", OPERATOR, moment, moment + timedelta(days=3))
    await office.plane.state.identities.transact(
        lambda book: grant_exception(book, excepted, timedelta(days=90))
    )
    held = await office.held(await office.begun())
    assert [(one.kind, one.login, one.what) for one in held] == [
        (Kind.EXCEPTION, "p1", excepted.id),
        (Kind.ROLE, "p1", "clerk"),
        (Kind.ROLE, "p2", "clerk"),
        (Kind.TECHNICAL, "ucto-export", "accountant"),
    ]
    records = next(one for one in held[1].opens if one.application == "records")
    assert Action.READ in records.actions
    assert "portal" not in {one.application for one in held[1].opens}


async def test_a_removed_role_ends_the_sessions_that_carry_it_and_no_others(office: Office) -> None:
    office.read(1, 2)
    campaign = await office.begun()
    mine, other = await office.opened(FIRST, "p1"), await office.opened(SECOND, "p2")
    number = 1 + [one.login for one in await office.held(campaign)].index("p1")
    await office.decide(campaign, number, Choice.REMOVE)
    assert await office.why_over(mine) is EndReason.ROLE_LOST
    assert await office.why_over(other) is None
    kept = await office.plane.kept(FIRST)
    assert kept is not None
    assert kept.person is not None
    assert kept.person.roles == ()
    await office.decide(campaign, number, Choice.CONFIRM)
    kept = await office.plane.kept(FIRST)
    assert kept is not None
    assert kept.person is not None
    assert kept.person.roles == (CLERK,)


async def test_a_removed_role_is_no_part_of_the_next_review(office: Office) -> None:
    office.read(1, 2)
    campaign = await office.begun()
    number = 1 + [one.login for one in await office.held(campaign)].index("p1")
    await office.decide(campaign, number, Choice.REMOVE)
    found = await office.reviews.found([HULIN], now())
    assert [one.login for one in found[HULIN]] == ["p2", "ucto-export"]


async def test_only_a_directory_that_was_heard_lately_is_believed_to_have_followed(office: Office) -> None:
    office.read(1, 2)
    campaign = await office.begun()
    number = 1 + [one.login for one in await office.held(campaign)].index("p1")
    await office.decide(campaign, number, Choice.REMOVE)
    await office.reviews.follow_directory(now())
    assert Code.ACCESS_REMOVAL_FOLLOWED not in await office.codes()
    office.read(2, at=now() - timedelta(days=1))
    await office.reviews.follow_directory(now())
    assert Code.ACCESS_REMOVAL_FOLLOWED not in await office.codes()
    office.read(2)
    await office.reviews.follow_directory(now())
    assert (await office.codes())[-1] == Code.ACCESS_REMOVAL_FOLLOWED


async def test_an_exception_that_a_review_removes_runs_no_more(office: Office) -> None:
    office.read(1)
    moment = now()
    excepted = new_exception(FIRST, "p1", "Ztratil telefon", OPERATOR, moment, moment + timedelta(days=3))
    await office.plane.state.identities.transact(
        lambda book: grant_exception(book, excepted, timedelta(days=90))
    )
    campaign = await office.begun()
    number = 1 + [one.kind for one in await office.held(campaign)].index(Kind.EXCEPTION)
    await office.decide(campaign, number, Choice.REMOVE)
    [kept] = await office.plane.state.identities.look(lambda book: book.exceptions())
    assert kept.ended_by == MAYOR.actor
    assert not kept.runs(now())
    assert replace(kept, ended_at=None, ended_by=None) == excepted


HOLDER = Party(SECOND, "p2", "called otherwise then")


async def in_force(office: Office, *kinds: Asked) -> list[Ask]:
    """Each for the second person, of whom the mayor is approver, sponsor, or who delegates."""
    moment, made = now(), []
    for kind in kinds:
        one = town.ask(kind, since=moment, until=moment + timedelta(hours=1))
        asker = replace(HOLDER, subject=FIRST) if kind is Asked.DELEGATION else HOLDER
        one = replace(town.approved(one, town.PETR), asker=asker, holder=HOLDER)
        entry = entry_of(one, Act.ASK, asker, moment, origin=NOWHERE)
        await office.plane.state.asks.change(
            one.id, None, lambda *_, one=one, entry=entry: Changed(one, [entry]), moment, moment
        )
        made.append(one)
    await ask_office(office.plane).look_again(moment, first=True)
    return made


async def test_what_people_asked_for_is_listed_with_who_let_it_be_and_until_when(office: Office) -> None:
    office.read(1, 2)
    access, order, delegation = await in_force(office, Asked.ACCESS, Asked.ORDER, Asked.DELEGATION)
    await in_force(office, Asked.EMERGENCY, Asked.PURPOSE)
    held = [one for one in await office.held(await office.begun()) if one.until is not None]
    assert [(one.kind, one.what, one.about, one.until, one.lent) for one in held] == [
        (Kind.DELEGATION, delegation.id, "called otherwise then", delegation.until, Role.MAYOR),
        (Kind.ORDER, order.id, "Mala.Eva", order.until, None),
        (Kind.REQUEST, access.id, "Dvorak.Petr", access.until, None),
    ]
    assert {(one.subject, one.login, one.name) for one in held} == {(SECOND, "p2", "Osoba 2")}
    assert [(one.application, one.actions) for one in held[1].opens] == [("records", (Action.SIGN,))]


@pytest.mark.parametrize("kind", [Asked.ACCESS, Asked.ORDER, Asked.DELEGATION])
async def test_what_was_asked_for_ends_at_once_when_a_review_removes_it(office: Office, kind: Asked) -> None:
    office.read(1, 2)
    (asked,) = await in_force(office, kind)
    whose = await office.opened(SECOND, "p2")
    campaign = await office.begun()
    held = await office.held(campaign)
    number = 1 + [one.what for one in held].index(asked.id)
    (before,) = await office.plane.state.sessions.by_ids([whose])
    await office.decide(campaign, number, Choice.CONFIRM)
    assert office.plane.asked.of(SECOND)[0].stage is Stage.IN_FORCE
    await office.decide(campaign, number, Choice.REMOVE)
    (kept,) = await office.plane.state.asks.find(Sought(name=asked.id))
    assert kept.stage is Stage.WITHDRAWN
    assert kept.ended is not None
    assert kept.ended.by.subject == MAYOR.subject
    assert not any(one.runs(now()) for one in office.plane.asked.of(SECOND))
    (after,) = await office.plane.state.sessions.by_ids([whose])
    assert after.generation > before.generation
    assert await office.why_over(whose) is None
    told = [one for one in await office.codes() if one in (Code.REQUEST_ENDED, Code.ACCESS_REVIEW_DECIDED)]
    assert told[0] == told[-1] == Code.ACCESS_REVIEW_DECIDED  # kept, and at last removed
    assert Code.REQUEST_ENDED in told


async def test_what_has_been_withdrawn_meanwhile_is_not_removed_once_more(office: Office) -> None:
    office.read(1, 2)
    (asked,) = await in_force(office, Asked.ACCESS)
    campaign = await office.begun()
    number = 1 + [one.what for one in await office.held(campaign)].index(asked.id)
    moment = now()
    gone = replace(asked, stage=Stage.WITHDRAWN)
    entry = entry_of(gone, Act.WITHDRAW, HOLDER, moment, origin=NOWHERE)
    await office.plane.state.asks.change(asked.id, None, lambda *_: Changed(gone, [entry]), moment, moment)
    with pytest.raises(ReviewRefused) as caught:
        await office.decide(campaign, number, Choice.REMOVE)
    assert caught.value.reason is NotDone.GONE
    assert (await office.codes())[-1] == Code.ACCESS_REVIEW_REFUSED
