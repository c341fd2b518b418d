"""What the directory says reaches whoever is signed in at the provider alone: at my account, or at another client."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.settings import SignIn
from config.vocabulary import ApplicationId, AuthenticationLevel, Role, SessionId, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.facts import compare, living
from gateway.sessions.office import SessionOffice
from gateway.sessions.recheck import Recheck, Rechecked
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason, RolesHeld
from gateway.sessions.shown import SessionUnknown
from gateway.sessions.supervision import Supervision
from gateway.storage.database import Database
from idp.directory.person import AccountState, Person, RoleHeld
from idp.events import NOWHERE, Origin
from idp.events import EndReason as AtProvider
from idp.login import desk
from idp.login.book import Book
from idp.login.session import Session as SignOn
from tests.gateway.sessions.office_world import HULIN, LIFETIME
from tests.gateway.sessions.test_own_and_supervision import Caller
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.people import JANA, JANA_ID, PETR_ID
from tests.rig.prepared import prepared

LATER = timedelta(minutes=1)
AUDITOR = RoleHeld(HULIN, Role.AUDITOR)
OFFICER = Caller(SubjectId("urad:officer"), SessionId("O" * 22), HULIN, login="kucera.martin")


@dataclass
class Room:
    """The office over both sides on one database, and a directory that knows Jana."""

    both: Sides
    now: datetime
    told: Person | None = JANA
    recorded: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = SessionOffice(self.both.store, RevokedList(lambda _: None), SignIn(), LIFETIME)
        self.recheck = Recheck(self.office, self.both.identities, self._person, self._record)
        self.supervision = Supervision(self.office, ApplicationId("audit"), self.recheck)

    async def look(self, *, confirmed: bool = True) -> None:
        """What the replica learned a minute after the sign-ins is compared a minute later."""
        page, _ = await self.both.store.open_page(None, 100)
        at, now = self.now + LATER, self.now + 2 * LATER
        people = {JANA_ID: self.told} if self.told is not None else {}
        await compare(self.office, await living(self.office, page, now), people, at, now, confirmed=confirmed)

    async def read_again(self) -> Rechecked:
        by = Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=self.now, subject="cli:root")
        return await self.recheck.read_again(JANA_ID, JANA.login, by, self.now + LATER)

    def reasons(self) -> list[tuple[str, str]]:
        return [
            (entry.session, entry.reason) for entry in self.both.entries() if entry.code is Code.SESSION_ENDED
        ]

    async def _person(self, _: SubjectId) -> Person | None:
        return self.told

    async def _record(self, entries: Sequence[Entry]) -> None:
        self.recorded += entries


@pytest.fixture
def room(tmp_path: Path, now: datetime) -> Iterator[Room]:
    database = Database(prepared(tmp_path / "brana.db"))
    yield Room(sides(database), now)
    database.close()


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "account_closed"),
        (replace(JANA, state=AccountState.DISABLED), "account_closed"),
        (replace(JANA, roles=(AUDITOR,)), "role_lost"),
    ],
)
async def test_whoever_left_or_lost_a_role_is_out_where_no_session_of_ours_is(
    room: Room, told: Person | None, reason: str, confirmed: bool
) -> None:
    theirs, room.told = await room.both.sign_in_at_provider(room.now), told
    await room.look(confirmed=confirmed)
    assert room.reasons() == [(theirs.sid, reason)]
    assert await room.both.at_provider(JANA_ID) == []


async def test_whoever_needs_a_stronger_sign_in_by_now_is_out(room: Room) -> None:
    await _password_alone(room)
    room.told = replace(JANA, roles=(*JANA.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)))
    await room.look()
    assert [reason for _, reason in room.reasons()] == ["factor_too_weak"]


@pytest.mark.parametrize("confirmed", [True, False])
async def test_what_is_gained_is_in_the_sign_on_and_makes_it_no_younger(room: Room, confirmed: bool) -> None:
    await room.both.sign_in_at_provider(room.now)
    room.told = replace(JANA, roles=tuple(sorted((*JANA.roles, AUDITOR))))
    await room.look(confirmed=confirmed)
    (theirs,) = await room.both.at_provider(JANA_ID)
    assert AUDITOR in theirs.person.roles
    assert theirs.facts_at == room.now  # so the provider still asks the directory itself
    assert room.both.entries() == []


async def test_whoever_is_just_being_renamed_stays_and_loses_a_role_afterwards(room: Room) -> None:
    await room.both.sign_in_at_provider(room.now)
    room.told = replace(JANA, login="mala.jana", roles=())
    await room.look(confirmed=False)
    (theirs,) = await room.both.at_provider(JANA_ID)
    assert (theirs.person.login, theirs.person.roles) == ("mala.jana", ())
    room.told = replace(JANA, login="mala.jana")
    await room.look(confirmed=False)
    room.told = replace(JANA, login="mala.jana", roles=())
    await room.look(confirmed=False)
    assert [reason for _, reason in room.reasons()] == ["role_lost"]


async def test_where_nothing_changed_nothing_is_written(room: Room) -> None:
    theirs = await room.both.sign_in_at_provider(room.now)
    await room.look()
    assert await room.both.at_provider(JANA_ID) == [theirs]


@pytest.mark.parametrize(
    ("age", "stays"),
    [
        (timedelta(0), False),
        (LATER, False),
        (1.5 * LATER, True),
        (2 * LATER, True),
        (3 * LATER, False),
        (60 * LATER, False),
    ],
)
async def test_only_a_sign_on_opened_meanwhile_is_spared(room: Room, age: timedelta, stays: bool) -> None:
    """Facts of the very moment of the news are none that came meanwhile; those of a time to come are left by a clock
    that was set back.
    """
    theirs, room.told = await room.both.sign_in_at_provider(room.now), None
    opened = replace(theirs, facts_at=room.now + age)
    await room.both.identities.transact(lambda book: book.keep_session(opened))
    await room.look()
    assert await room.both.at_provider(JANA_ID) == ([opened] if stays else [])


async def test_a_sign_on_that_is_idle_is_left_to_the_sweep(room: Room) -> None:
    theirs, room.told = (
        await room.both.sign_in_at_provider(room.now - timedelta(hours=1)),
        replace(JANA, roles=()),
    )
    await room.look()
    assert await room.both.at_provider(JANA_ID) == [theirs]


async def test_what_was_opened_while_everything_of_a_person_ends_does_too_and_nothing_of_others(
    room: Room,
) -> None:
    """Sessions that whoever ends everything had not looked up yet; Petr's is left to the round that catches up."""
    mine, petrs = await room.both.sign_in(room.now), await room.both.sign_in(room.now, PETR_ID)

    def end_petrs(book: Book) -> None:
        desk.end_one(book, petrs.provider_sid, AtProvider.BY_OFFICER, NOWHERE, room.now)

    await room.both.identities.transact(end_petrs)
    await room.office.end([], EndReason.ACCOUNT_GONE, None, room.now, [JANA_ID])
    assert (await room.both.mine(mine)).end_reason is EndReason.PROVIDER_SESSION_ENDED
    assert (await room.both.mine(petrs)).ended_at is None


async def test_a_session_of_ours_that_was_opened_on_a_sign_on_meanwhile_ends_with_it(room: Room) -> None:
    mine = await room.both.sign_in(room.now)
    await room.office.end([], EndReason.ROLE_LOST, None, room.now, sign_ons=[await room.both.theirs(mine)])
    assert (await room.both.mine(mine)).end_reason is EndReason.PROVIDER_SESSION_ENDED
    assert sorted(room.reasons()) == sorted(
        [(mine.provider_sid, "role_lost"), (mine.id, "provider_session_ended")]
    )


@pytest.mark.parametrize(
    ("told", "reason", "lost", "ended"),
    [
        (None, "account_gone", JANA.roles, 2),
        (replace(JANA, state=AccountState.DISABLED), "account_disabled", JANA.roles, 2),
        (replace(JANA, roles=()), "role_lost", JANA.roles, 2),
        (JANA, "nothing_changed", (), 0),
    ],
)
async def test_reading_again_reaches_a_sign_on_as_it_does_a_session(
    room: Room, told: Person | None, reason: str, lost: Sequence[RoleHeld], ended: int
) -> None:
    await room.both.sign_in_at_provider(room.now)
    await room.both.sign_in_at_provider(room.now)
    room.told = told
    found = await room.read_again()
    held: RolesHeld = tuple((one.municipality, one.role) for one in lost)
    assert (found.reason, found.lost, found.ended) == (reason, held, ended)
    assert len(room.reasons()) == ended
    assert [entry.reason for entry in room.recorded] == [reason]


async def test_reading_again_while_facts_are_of_a_time_to_come_ends_what_it_should(room: Room) -> None:
    theirs, room.told = await room.both.sign_in_at_provider(room.now), replace(JANA, roles=())
    ahead = replace(theirs, facts_at=room.now + timedelta(hours=1))
    await room.both.identities.transact(lambda book: book.keep_session(ahead))
    assert (await room.read_again()).reason == "role_lost"
    assert await room.both.at_provider(JANA_ID) == []


async def test_an_officer_sees_a_sign_on_and_ends_it_in_the_own_name(room: Room) -> None:
    theirs, mine = await room.both.sign_in_at_provider(room.now), await room.both.sign_in(room.now, PETR_ID)
    shown = {one.session: one for one in await room.supervision.live(OFFICER, room.now)}
    assert {name: one.only_signed_on for name, one in shown.items()} == {theirs.sid: True, mine.id: False}
    assert (shown[theirs.sid].login, shown[theirs.sid].municipality) == (JANA.login, "")
    await room.supervision.end(OFFICER, theirs.sid, origin=Origin(address="192.0.2.9"), now=room.now)
    (entry,) = room.both.entries()
    assert (entry.session, entry.reason, entry.address) == (theirs.sid, "ended_by_officer", "192.0.2.9")
    assert entry.details["by"] == OFFICER.login
    assert [one.session for one in await room.supervision.live(OFFICER, room.now)] == [mine.id]
    with pytest.raises(SessionUnknown):
        await room.supervision.end(OFFICER, theirs.sid, origin=Origin(address=""), now=room.now)


async def test_an_officer_has_the_person_of_a_sign_on_read_again(room: Room) -> None:
    theirs, room.told = await room.both.sign_in_at_provider(room.now), None
    await room.supervision.recheck(OFFICER, theirs.sid, origin=Origin(address=""), now=room.now + LATER)
    assert room.reasons() == [(theirs.sid, "account_closed")]
    (entry,) = room.recorded
    assert (entry.session, entry.details["of"], entry.details["ended"]) == (OFFICER.sid, JANA.login, 1)
    assert await room.supervision.live(OFFICER, room.now) == []


async def test_an_idle_sign_on_is_not_shown_as_open(room: Room) -> None:
    await room.both.sign_in_at_provider(room.now)
    assert await room.supervision.live(OFFICER, room.now + timedelta(hours=1)) == []


async def _password_alone(room: Room) -> SignOn:
    theirs = await room.both.sign_in_at_provider(room.now)
    weak = replace(theirs, level=AuthenticationLevel.PASSWORD)
    await room.both.identities.transact(lambda book: book.keep_session(weak))
    return weak
