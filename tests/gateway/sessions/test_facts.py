"""What the directory says of signed-in people, and what becomes of their sessions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from config.vocabulary import DirectoryName, Language, Role, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.titles import sentence
from gateway.sessions.facts import Facts, living, stop_sign_ins
from gateway.sessions.id_token import SignedIn
from gateway.sessions.session import EndReason
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable, DirectoryUnusable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.sync.news import News
from idp.directory.work import Work
from tests.gateway.sessions.office_world import HULIN, KEEP, World

LATER = timedelta(minutes=1)
NAME = DirectoryName("urad")


class Office:
    """A replica that knows what it is told to, living beside the sessions of a world."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.people: dict[SubjectId, Person] = {}
        self.trouble: DirectoryUnusable | None = None
        self.now = now
        self.recorded: list[Entry] = []
        self.reachable: list[float] = []
        self.facts = Facts(world.office, self._record, self.reachable.append, NAME, "ldaps://office")
        self._kind: type[DirectoryUnusable] | None = None

    async def look(self, *, confirmed: bool = True, now: datetime | None = None) -> None:
        """One round as the control plane makes it; `now` where comparing begins later than the news."""
        self.now += LATER
        kind = None if self.trouble is None else type(self.trouble)
        first, self._kind = kind is not self._kind, kind
        news = News(
            directory=NAME,
            at=self.now,
            confirmed=confirmed and self.trouble is None,
            trouble=self.trouble,
            first_of_its_kind=first,
        )
        await self.facts.hear(news)
        page, _ = await self.world.store.open_page(None, 100)
        found = await living(self.world.office, page, self.now)
        if self.trouble is None:
            await self.facts.compare(found, self.people, news, now or self.now)

    async def _record(self, entries: Sequence[Entry]) -> None:
        self.recorded += entries


@pytest.fixture
async def office(world: World, who: SignedIn, now: datetime) -> Office:
    made = Office(world, now)
    await world.open(who, now)
    made.people[who.subject] = Person(
        subject=who.subject,
        login=who.login,
        name=who.name,
        mail="novakova@obec.test",
        state=AccountState.ACTIVE,
        roles=tuple(RoleHeld(where, role) for where, role in who.roles),
    )
    return made


async def test_confirmed_facts_stay_young_and_change_nothing(
    office: Office, world: World, who: SignedIn
) -> None:
    await office.look()
    (session,) = await world.store.open_ones()
    assert session.facts_at == office.now
    assert (session.generation, world.announced) == (1, [])
    assert office.reachable == [1]


async def test_a_new_mail_address_revokes_nothing(office: Office, world: World, who: SignedIn) -> None:
    office.people[who.subject] = replace(office.people[who.subject], mail="nova@obec.test")
    await office.look()
    assert world.announced == []


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("kept", [0, 1])
async def test_whoever_lost_a_role_is_out_here_and_at_the_provider_whatever_is_left_or_gained(
    office: Office, world: World, who: SignedIn, confirmed: bool, kept: int
) -> None:
    (session,) = await world.store.open_ones()
    left = office.people[who.subject].roles[:kept]
    office.people[who.subject] = replace(
        office.people[who.subject], roles=(*left, RoleHeld(HULIN, Role.MAYOR))
    )
    await office.look(confirmed=confirmed)
    assert await world.store.open_ones() == []
    assert world.ended == [(who.provider_sid, EndReason.ROLE_LOST)]
    assert world.announced == [frozenset({session.revocation_id})]  # no grant is good any more
    (ended,) = [entry for entry in world.entries if entry.code is Code.SESSION_ENDED]
    assert ended.reason == "role_lost"
    assert world.forgotten == []  # a sign-in begun since shows the factors anew


async def test_whoever_is_just_being_renamed_is_without_roles_until_the_groups_follow_and_stays(
    office: Office, world: World, who: SignedIn
) -> None:
    before = office.people[who.subject]
    office.people[who.subject] = replace(before, login="mala", roles=())
    await office.look(confirmed=False)
    (session,) = await world.store.open_ones()
    assert (session.login, session.roles, len(world.announced)) == ("mala", (), 1)
    office.people[who.subject] = replace(before, login="mala")
    await office.look()
    (session,) = await world.store.open_ones()
    assert set(session.roles) == set(who.roles)
    office.people[who.subject] = replace(before, login="mala", roles=before.roles[:1])
    await office.look()
    assert await world.store.open_ones() == []


async def test_a_gained_role_ends_nothing_and_its_grants_are_decided_anew(
    office: Office, world: World, who: SignedIn
) -> None:
    held = office.people[who.subject].roles
    office.people[who.subject] = replace(
        office.people[who.subject], roles=(*held, RoleHeld(HULIN, Role.MAYOR))
    )
    await office.look()
    (session,) = await world.store.open_ones()
    assert set(session.roles) == {*who.roles, (HULIN, Role.MAYOR)}
    assert (session.generation, len(world.announced)) == (2, 1)
    assert {Code.FACTS_CHANGED, Code.REVOCATION} <= set(world.codes())


async def test_what_is_new_of_somebodys_work_ends_nothing_and_is_recorded_and_decided_anew(
    office: Office, world: World, who: SignedIn
) -> None:
    work = Work(employed_until=date(2026, 3, 31), departments=("finance",))
    office.people[who.subject] = replace(office.people[who.subject], work=work)
    await office.look()
    (session,) = await world.store.open_ones()
    assert (session.work, session.roles, session.generation) == (work, who.roles, 2)
    assert len(world.announced) == 1
    (entry,) = [one for one in world.entries if one.code is Code.FACTS_CHANGED]
    assert entry.details["work"] == ["employed_until 2026-03-31", "department finance"]
    await office.look()
    assert len(world.announced) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (None, EndReason.ACCOUNT_GONE),
        (AccountState.DISABLED, EndReason.ACCOUNT_DISABLED),
        (AccountState.EXPIRED, EndReason.ACCOUNT_EXPIRED),
        (AccountState.MUST_CHANGE_PASSWORD, EndReason.PASSWORD_MUST_CHANGE),
        (AccountState.PASSWORD_EXPIRED, EndReason.PASSWORD_EXPIRED),
    ],
)
async def test_whoever_left_or_may_not_work_is_out_here_and_at_the_provider(
    office: Office, world: World, who: SignedIn, change: AccountState | None, reason: EndReason
) -> None:
    if change is None:
        del office.people[who.subject]
    else:
        office.people[who.subject] = replace(office.people[who.subject], state=change)
    await office.look()
    assert await world.store.open_ones() == []
    assert world.ended == [("provider-session-1", reason)]
    assert world.forgotten == [who.subject]
    assert Code.SESSION_ENDED in world.codes()


async def test_an_account_that_strangers_locked_by_guessing_goes_on_working(
    office: Office, world: World, who: SignedIn
) -> None:
    office.people[who.subject] = replace(office.people[who.subject], state=AccountState.LOCKED)
    await office.look()
    (session,) = await world.store.open_ones()
    assert (session.facts_at, world.announced) == (office.now, [])


async def test_what_was_told_in_between_takes_effect_and_makes_nothing_younger(
    office: Office, world: World, who: SignedIn, now: datetime
) -> None:
    held = office.people[who.subject].roles
    office.people[who.subject] = replace(
        office.people[who.subject], roles=(*held, RoleHeld(HULIN, Role.MAYOR))
    )
    await office.look(confirmed=False)
    (session,) = await world.store.open_ones()
    assert (HULIN, Role.MAYOR) in session.roles
    assert session.facts_at == now


async def test_a_directory_that_is_away_ends_nobody_and_is_told_once(
    office: Office, world: World, now: datetime
) -> None:
    office.trouble = DirectoryUnreachable("ldaps://office", "end the exercise")
    await office.look()
    await office.look()
    (session,) = await world.store.open_ones()
    assert session.facts_at == now  # they grow old, and old facts refuse by themselves
    assert [entry.code for entry in office.recorded] == [Code.DIRECTORY_UNREACHABLE]
    assert office.reachable == [0, 0]
    office.trouble = None
    await office.look()
    assert [entry.code for entry in office.recorded][1:] == [Code.DIRECTORY_RECOVERED]
    assert office.reachable[-1] == 1


async def test_a_directory_that_answers_otherwise_than_configured_is_told_as_that(
    office: Office, world: World
) -> None:
    office.trouble = DirectoryMisconfigured("service account refused", "correct bind_dn or its password")
    await office.look()
    await office.look()
    assert len(await world.store.open_ones()) == 1
    [entry] = office.recorded
    assert (entry.code, entry.outcome) == (Code.DIRECTORY_MISCONFIGURED, Outcome.FAILURE)
    assert "service account refused" in sentence(entry, Language.CZECH)
    assert office.reachable == [0, 0]
    office.trouble = DirectoryUnreachable("ldaps://office", "end the exercise")
    await office.look()
    office.trouble = None
    await office.look()
    assert [entry.code for entry in office.recorded][1:] == [
        Code.DIRECTORY_UNREACHABLE,
        Code.DIRECTORY_RECOVERED,
    ]


async def test_sessions_whose_time_is_over_are_ended_on_the_way(office: Office, world: World) -> None:
    office.now += timedelta(minutes=20)
    await office.look()
    assert await world.store.open_ones() == []
    assert world.ended == [("provider-session-1", EndReason.IDLE)]


async def test_a_role_withdrawn_before_a_second_sign_in_ends_the_first_session_alone(
    office: Office, world: World, who: SignedIn
) -> None:
    left = ((HULIN, Role.ACCOUNTANT),)
    office.people[who.subject] = replace(
        office.people[who.subject], roles=tuple(RoleHeld(where, role) for where, role in left)
    )
    await world.open(replace(who, provider_sid="second-device", roles=left), office.now)
    await office.look()
    sessions = {one.provider_sid: one for one in await world.store.open_ones()}
    assert sessions.keys() == {"second-device"}
    assert sessions["second-device"].generation == 1  # its facts were right, its grants stand


async def test_a_session_opened_during_the_reading_keeps_its_younger_facts(
    office: Office, world: World, who: SignedIn
) -> None:
    roles = ((HULIN, Role.MAYOR),)
    opened_at = office.now + LATER + timedelta(seconds=1)
    await world.open(replace(who, provider_sid="just-now", roles=roles, facts_at=opened_at), opened_at)
    await office.look(now=opened_at)
    sessions = {one.provider_sid: one for one in await world.store.open_ones()}
    assert sessions["just-now"].roles == roles


@pytest.mark.parametrize("confirmed", [True, False])
async def test_facts_of_a_time_to_come_shelter_nobody(
    office: Office, world: World, who: SignedIn, confirmed: bool
) -> None:
    """The clock was set back by an hour after the session was opened."""
    office.now -= timedelta(hours=1)
    office.people[who.subject] = replace(office.people[who.subject], state=AccountState.DISABLED)
    await office.look(confirmed=confirmed)
    assert await world.store.open_ones() == []


async def test_facts_of_a_time_to_come_are_as_old_as_the_next_confirmation(
    office: Office, world: World
) -> None:
    office.now -= timedelta(hours=1)
    await office.look()
    (session,) = await world.store.open_ones()
    assert session.facts_at == office.now


async def test_a_revocation_lasts_from_when_it_is_made_and_not_from_when_facts_were_confirmed(
    office: Office, world: World, who: SignedIn
) -> None:
    held = office.people[who.subject].roles
    office.people[who.subject] = replace(
        office.people[who.subject], roles=(*held, RoleHeld(HULIN, Role.MAYOR))
    )
    later = office.now + 10 * LATER
    await office.look(confirmed=False, now=later)
    assert list((await world.store.revoked(later)).values()) == [later + KEEP]


async def test_a_switch_of_municipality_made_meanwhile_stays(
    office: Office, world: World, who: SignedIn
) -> None:
    (stale,) = await world.store.open_ones()
    by = Entry(code=Code.SESSION_MUNICIPALITY, outcome=Outcome.SUCCESS, at=office.now)
    assert await world.office.act_for(stale, HULIN, by, office.now)
    await world.office.take_facts([stale], "Jana Malá", "mala", who.roles, office.now)
    (session,) = await world.store.open_ones()
    assert (session.name, session.municipality) == ("Jana Malá", HULIN)


SIGNING_IN = [
    (None, "gone"),
    (AccountState.DISABLED, "out"),
    (AccountState.EXPIRED, "out"),
    (AccountState.ROLES_MIXED, "out"),
    (AccountState.ACTIVE, "goes on"),
    (AccountState.LOCKED, "goes on"),
    (AccountState.MUST_CHANGE_PASSWORD, "goes on"),
    (AccountState.PASSWORD_EXPIRED, "goes on"),
]


@pytest.mark.parametrize(("state", "outcome"), SIGNING_IN)
async def test_whoever_is_closed_in_the_middle_of_a_sign_in_finishes_none(
    office: Office, world: World, who: SignedIn, state: AccountState | None, outcome: str
) -> None:
    """A password that must be changed is changed in a sign-in; strangers can lock an account."""
    people = {} if state is None else {who.subject: replace(office.people[who.subject], state=state)}
    under_way = {who.subject: office.now, SubjectId("urad:younger"): office.now + 2 * LATER}
    known_at, now = office.now + LATER, office.now + 3 * LATER
    await stop_sign_ins(world.office, world.sign_ins, under_way, people, known_at, now)
    assert world.forgotten == ([] if outcome == "goes on" else [who.subject])


async def test_a_sign_in_of_a_time_to_come_is_stopped_too(
    office: Office, world: World, who: SignedIn
) -> None:
    """Begun before the clock was set back."""
    under_way = {who.subject: office.now + timedelta(hours=1)}
    await stop_sign_ins(world.office, world.sign_ins, under_way, {}, office.now, office.now + LATER)
    assert world.forgotten == [who.subject]
