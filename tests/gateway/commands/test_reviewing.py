"""An access review on a control plane: who has what by the replica, and how a removal reaches sessions and sign-ins."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.vocabulary import Action, Role, SessionId, SubjectId
from gateway.access_review.campaign import Campaign, Choice, Held, Kind, Plan, Scope
from gateway.access_review.reviewer import Reviewer
from gateway.access_review.reviewing import Reviewing
from gateway.audit.entry import Code
from gateway.commands.control_plane import ControlPlane
from gateway.commands.reviewing import reviewing
from gateway.commands.state import now, open_state
from gateway.sessions.session import EndReason
from gateway.storage.directory import StoredReplica
from idp.directory.person import RoleHeld
from idp.directory.subject import subject
from idp.events import Actor
from idp.login.exception import new_exception
from idp.login.officer import grant_exception
from tests.gateway.web.people import session
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, group, identity, person

pytestmark = pytest.mark.real
BASE = "ou=groups,dc=obec,dc=test"
FIRST, SECOND = (subject(OFFICE, identity(number)) for number in (1, 2))
MAYOR = Reviewer(subject=SubjectId("urad:mayor"), login="novakova", municipality=HULIN)
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
        (Kind.TECHNICAL, "ucto-export", "accountant"),
        (Kind.EXCEPTION, "p1", excepted.id),
        (Kind.ROLE, "p1", "clerk"),
        (Kind.ROLE, "p2", "clerk"),
    ]
    records = next(one for one in held[2].opens if one.application == "records")
    assert Action.READ in records.actions
    assert "portal" not in {one.application for one in held[2].opens}


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
    assert [one.login for one in found[HULIN]] == ["ucto-export", "p2"]


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
