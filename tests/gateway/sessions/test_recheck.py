"""A person is read again at once because somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from config.vocabulary import AuthenticationLevel, Language, Role, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.facts import CLOSED
from gateway.sessions.id_token import SignedIn
from gateway.sessions.recheck import Recheck
from gateway.sessions.session import EndReason
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.login.book import Flow
from idp.login.handle import FlowId, HandleHash
from idp.login.states import AwaitingFactor, Standing
from tests.gateway.sessions.office_world import HULIN, World

LATER = timedelta(minutes=1)


@dataclass
class Asked:
    """The directory's answer, and what was recorded of the question."""

    world: World
    answer: Person | None
    away: bool = False
    recorded: list[Entry] = field(default_factory=list)

    async def person(self, _: SubjectId) -> Person | None:
        if self.away:
            raise DirectoryUnreachable("ldaps://office", "try again")
        return self.answer

    async def record(self, entries: Sequence[Entry]) -> None:
        self.recorded += entries

    async def read_again(self, who: SignedIn, now: datetime):
        by = Entry(
            code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=now, subject="urad:officer", person="kucera"
        )
        recheck = Recheck(self.world.office, self.world.sign_ins, self.person, self.record)
        return await recheck.read_again(who.subject, who.login, by, now + LATER)


@pytest.fixture
async def asked(world: World, who: SignedIn, now: datetime) -> Asked:
    await world.open(who, now)
    roles = tuple(RoleHeld(where, role) for where, role in who.roles)
    person = Person(
        subject=who.subject, login=who.login, name=who.name, mail="", state=AccountState.ACTIVE, roles=roles
    )
    return Asked(world, person)


async def test_a_session_with_a_role_that_was_taken_away_ends_at_once(
    asked: Asked, world: World, who: SignedIn, now: datetime
) -> None:
    assert asked.answer is not None
    asked.answer = replace(asked.answer, roles=(RoleHeld(HULIN, Role.AUDITOR),))
    found = await asked.read_again(who, now)
    assert await world.store.open_ones() == []
    assert len(world.announced) == 1
    assert (found.reason, found.ended) == ("role_lost", 1)
    assert found.gained == ((HULIN, Role.AUDITOR),)
    assert set(found.lost) == set(who.roles)
    (entry,) = asked.recorded
    assert (entry.code, entry.person, entry.details["of"]) == (Code.PERSON_RECHECKED, "kucera", who.login)
    assert entry.details["gained"] == [f"{HULIN}:auditor"]


async def test_a_sign_in_that_knew_a_role_which_is_gone_is_stopped_and_that_is_said(
    asked: Asked, world: World, who: SignedIn, now: datetime
) -> None:
    assert asked.answer is not None
    at_code = AwaitingFactor(Standing(person=asked.answer, read_at=now), b"c" * 32)
    made = Flow(
        id=FlowId("f" * 22), browser=HandleHash(b"b" * 32), state=at_code, asked="", address="192.0.2.1",
        locale=Language.CZECH, began_at=now, expires_at=now + 10 * LATER,
    )  # fmt: skip
    await world.sign_ins.transact(lambda book: book.keep_flow(made))
    asked.answer = replace(asked.answer, roles=())
    found = await asked.read_again(who, now)
    assert (found.reason, found.ended, found.stopped) == ("role_lost", 1, 1)
    assert asked.recorded[0].details["stopped"] == 1
    assert await world.sign_ins.look(lambda book: book.flow(made.id)) is None
    assert [one.reason for one in world.entries if one.code is Code.SIGN_IN_FAILED] == ["role_lost"]


async def test_a_gained_role_is_in_the_session_at_once(
    asked: Asked, world: World, who: SignedIn, now: datetime
) -> None:
    assert asked.answer is not None
    asked.answer = replace(asked.answer, roles=(*asked.answer.roles, RoleHeld(HULIN, Role.AUDITOR)))
    found = await asked.read_again(who, now)
    (session,) = await world.store.open_ones()
    assert (HULIN, Role.AUDITOR) in session.roles
    assert (found.reason, found.gained, found.lost) == ("roles_changed", ((HULIN, Role.AUDITOR),), ())
    assert (found.ended, len(world.announced)) == (0, 1)


async def test_nothing_new_revokes_nothing_but_is_recorded(
    asked: Asked, world: World, who: SignedIn, now: datetime
):
    assert (await asked.read_again(who, now)).reason == "nothing_changed"
    assert world.announced == []
    assert [entry.reason for entry in asked.recorded] == ["nothing_changed"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (None, EndReason.ACCOUNT_GONE),
        (AccountState.DISABLED, EndReason.ACCOUNT_DISABLED),
        (AccountState.MUST_CHANGE_PASSWORD, EndReason.PASSWORD_MUST_CHANGE),
    ],
)
async def test_who_left_or_may_not_work_is_out_and_the_entry_of_the_end_says_who_asked(
    asked: Asked, world: World, who: SignedIn, now: datetime, state: AccountState | None, reason: EndReason
):
    asked.answer = None if state is None or asked.answer is None else replace(asked.answer, state=state)
    found = await asked.read_again(who, now)
    assert (found.reason, found.ended) == (reason, 1)
    assert await world.store.open_ones() == []
    assert world.forgotten == [who.subject]  # single sign-on too
    (ended,) = [entry for entry in world.entries if entry.code is Code.SESSION_ENDED]
    assert ended.details["by"] == "kucera"


async def test_an_account_that_is_locked_is_said_to_be_and_its_sessions_go_on(
    asked: Asked, world: World, who: SignedIn, now: datetime
):
    assert asked.answer is not None
    asked.answer = replace(asked.answer, state=AccountState.LOCKED)
    found = await asked.read_again(who, now)
    assert (found.reason, found.ended) == ("account_locked", 0)
    assert len(await world.store.open_ones()) == 1


def test_every_state_that_ends_sessions_has_a_reason_of_its_own() -> None:
    ending = [state for state in AccountState if state.ends_sessions]
    assert set(CLOSED) == set(ending)
    assert len(set(CLOSED.values())) == len(ending)


async def test_while_the_directory_is_away_nothing_changes_and_that_is_recorded(
    asked: Asked, world: World, who: SignedIn, now: datetime
):
    asked.away = True
    with pytest.raises(DirectoryUnreachable):
        await asked.read_again(who, now)
    assert len(await world.store.open_ones()) == 1
    (entry,) = asked.recorded
    assert (entry.outcome, entry.reason) == (Outcome.FAILURE, "directory_unreachable")


async def test_an_account_that_mixes_roles_by_now_is_out_and_the_reason_says_so(
    asked: Asked, world: World, who: SignedIn, now: datetime
):
    assert asked.answer is not None
    asked.answer = replace(asked.answer, state=AccountState.ROLES_MIXED)
    found = await asked.read_again(who, now)
    assert (found.reason, found.ended) == ("roles_mixed", 1)
    assert await world.store.open_ones() == []


async def test_a_session_by_password_alone_ends_when_its_person_becomes_an_administrator(
    asked: Asked, world: World, who: SignedIn, now: datetime
):
    assert asked.answer is not None
    await world.open(replace(who, acr=AuthenticationLevel.PASSWORD, provider_sid="P" * 22), now)
    administrator = (*asked.answer.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR))
    asked.answer = replace(asked.answer, roles=administrator)
    found = await asked.read_again(who, now)
    assert (found.reason, found.ended) == ("factor_too_weak", 1)
    assert found.gained == ((HULIN, Role.LOCAL_ADMINISTRATOR),)
    assert [(entry.reason, entry.details["ended"]) for entry in asked.recorded] == [("factor_too_weak", 1)]
    (left,) = await world.store.open_ones()
    assert left.acr is not AuthenticationLevel.PASSWORD
    assert (HULIN, Role.LOCAL_ADMINISTRATOR) in left.roles
