"""What an officer does so that somebody can sign in, on a real identity store with its log."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel, Language, SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.sessions.assistance import end_of
from gateway.sessions.officers_act import Act, ActRefused, NotDone, TooLong
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import AccountState, Person
from idp.directory.same_person import Account
from idp.events import Actor, Origin
from idp.login import recovery
from idp.login.book import Book, Flow
from idp.login.exception import REASON_MAX, SignInException
from idp.login.handle import hashed, new_flow_id, new_handle
from idp.login.officer import LifetimeTooLong
from idp.login.states import AwaitingOfficersCode, Standing
from tests.gateway.web import people
from tests.rig.assistance import KAREL, LUCIE, TOMAS, Helping, helping
from tests.rig.people import HULIN, NOON, person
from tests.rig.signed_on import signed_on

ORIGIN = Origin(address="192.0.2.15", request_id="r-9")
OFFICER = replace(people.OFFICER, auth_time=NOON)
BY = Actor(OFFICER.login, OFFICER.subject)
ONE_DAY, LAST_DAY = timedelta(hours=24), date(2026, 12, 24)
HERSELF = person(OFFICER.subject, OFFICER.login)


@pytest.fixture
async def office() -> AsyncIterator[Helping]:
    with helping(HERSELF) as made:
        await made.prepare()
        yield made


def code(office: Helping, subject: SubjectId) -> Awaitable[object]:
    return office.assistance.issue_code(OFFICER, subject, ONE_DAY, origin=ORIGIN, now=NOON)


def exception(office: Helping, subject: SubjectId, why: str = "Ztracený telefon", day: date = LAST_DAY):
    return office.assistance.grant(OFFICER, subject, why, day, origin=ORIGIN, now=NOON)


def end(office: Helping, subject: SubjectId) -> Awaitable[object]:
    return office.assistance.end(OFFICER, subject, origin=ORIGIN, now=NOON + timedelta(hours=1))


async def register(office: Helping) -> list[SignInException]:
    return [one.exception for one in await office.assistance.register(OFFICER, NOON)]


def under_way(whose: Person) -> Flow:
    return Flow(
        id=new_flow_id(), browser=hashed(new_handle()), asked="/account", address="address:192.0.2.1",
        state=AwaitingOfficersCode(Standing(person=whose, read_at=NOON)), locale=Language.CZECH,
        began_at=NOON, expires_at=NOON + timedelta(hours=2),
    )  # fmt: skip


async def test_a_code_is_issued_once_shown_and_recorded_with_the_officers_name(office: Helping) -> None:
    issued = await office.assistance.issue_code(OFFICER, LUCIE.subject, ONE_DAY, origin=ORIGIN, now=NOON)
    assert (issued.person, issued.until) == (LUCIE, NOON + ONE_DAY)
    assert str(issued.code) not in repr(issued)
    kept = await office.kept.store.look(lambda book: book.enrolment_code(issued.code))
    assert kept is not None
    assert (kept.subject, kept.issued_by, kept.expires_at) == (LUCIE.subject, BY, issued.until)
    [entry] = office.kept.entries
    assert (entry.code, entry.subject, entry.person) == (
        Code.ENROLMENT_CODE_ISSUED, LUCIE.subject, "mala.lucie"
    )  # fmt: skip
    assert entry.details["by_subject"] == OFFICER.subject
    assert (entry.details["by"], entry.address, entry.request_id) == ("dvorak", "192.0.2.15", "r-9")
    assert str(issued.code) not in repr(entry)


async def test_an_earlier_code_stops_working(office: Helping) -> None:
    first = await office.assistance.issue_code(OFFICER, LUCIE.subject, ONE_DAY, origin=ORIGIN, now=NOON)
    await code(office, LUCIE.subject)
    assert await office.kept.store.look(lambda book: book.enrolment_code(first.code)) is None


async def test_no_code_is_good_for_more_than_a_day(office: Helping) -> None:
    with pytest.raises(LifetimeTooLong):
        await office.assistance.issue_code(
            OFFICER, LUCIE.subject, ONE_DAY + timedelta(seconds=1), origin=ORIGIN, now=NOON
        )
    assert office.kept.entries == []


async def test_an_exception_runs_to_the_end_of_its_last_day_and_is_ended_early(office: Helping) -> None:
    await exception(office, LUCIE.subject, why="  Ztracený \n telefon ")
    [granted] = await register(office)
    assert (granted.login, granted.reason, granted.granted_by) == ("mala.lucie", "Ztracený telefon", BY)
    assert granted.ends_at == datetime(2026, 12, 24, 23, tzinfo=UTC)  # midnight in Prague
    [found] = await office.assistance.find(OFFICER, "mala.lucie", NOON)
    assert found.exception == granted
    await end(office, LUCIE.subject)
    [ended] = await register(office)
    assert (ended.ended_by, ended.runs(NOON + timedelta(hours=2))) == (BY, False)
    assert office.kept.codes() == [Code.EXCEPTION_GRANTED, Code.EXCEPTION_ENDED]
    assert {entry.details["by"] for entry in office.kept.entries} == {"dvorak"}
    assert {entry.details["by_subject"] for entry in office.kept.entries} == {OFFICER.subject}
    assert {entry.address for entry in office.kept.entries} == {"192.0.2.15"}


async def test_an_exception_of_somebody_who_left_the_directory_can_be_ended(office: Helping) -> None:
    await exception(office, LUCIE.subject)
    office.people.remove(LUCIE)
    await end(office, LUCIE.subject)
    assert [one.ended_by for one in await register(office)] == [BY]


Doing = Callable[[Helping], Awaitable[object]]
REFUSED: list[tuple[Doing, NotDone, Act]] = [
    (lambda office: code(office, OFFICER.subject), NotDone.FOR_ONESELF, Act.CODE),
    (lambda office: exception(office, OFFICER.subject), NotDone.FOR_ONESELF, Act.EXCEPTION),
    (lambda office: end(office, OFFICER.subject), NotDone.FOR_ONESELF, Act.END),
    (lambda office: code(office, SubjectId("urad:nobody")), NotDone.PERSON_UNKNOWN, Act.CODE),
    (lambda office: code(office, RECOVERY_ADMINISTRATOR), NotDone.PERSON_UNKNOWN, Act.CODE),
    (lambda office: exception(office, RECOVERY_ADMINISTRATOR), NotDone.PERSON_UNKNOWN, Act.EXCEPTION),
    (lambda office: code(office, KAREL.subject), NotDone.FACTOR_HELD, Act.CODE),
    (lambda office: exception(office, TOMAS.subject), NotDone.NEVER_EXCEPTED, Act.EXCEPTION),
    (lambda office: exception(office, LUCIE.subject, why=" \n "), NotDone.WHY_UNUSABLE, Act.EXCEPTION),
    (
        lambda office: exception(office, LUCIE.subject, why="x" * (REASON_MAX + 1)),
        NotDone.WHY_UNUSABLE,
        Act.EXCEPTION,
    ),
    (
        lambda office: exception(office, LUCIE.subject, why="a\x1b[2Jb"),
        NotDone.WHY_UNUSABLE,
        Act.EXCEPTION,
    ),
    (
        lambda office: exception(office, LUCIE.subject, day=date(2026, 11, 22)),
        NotDone.DAY_OVER,
        Act.EXCEPTION,
    ),
    (
        lambda office: exception(office, LUCIE.subject, day=date(2027, 2, 21)),
        NotDone.TOO_LONG,
        Act.EXCEPTION,
    ),
    (lambda office: exception(office, LUCIE.subject, day=date.max), NotDone.TOO_LONG, Act.EXCEPTION),
    (lambda office: exception(office, LUCIE.subject, day=date.min), NotDone.DAY_OVER, Act.EXCEPTION),
    (lambda office: end(office, LUCIE.subject), NotDone.NO_EXCEPTION, Act.END),
    (lambda office: end(office, RECOVERY_ADMINISTRATOR), NotDone.NO_EXCEPTION, Act.END),
]


@pytest.mark.parametrize(("doing", "reason", "act"), REFUSED)
async def test_an_act_that_may_not_be_is_refused_by_name_and_recorded(
    office: Helping, doing: Doing, reason: NotDone, act: Act
) -> None:
    with pytest.raises(ActRefused) as refused:
        await doing(office)
    assert refused.value.reason is reason
    assert office.kept.entries == []
    assert await register(office) == []
    [entry] = office.entries
    assert (entry.code, entry.outcome, entry.reason) == (Code.OFFICER_ACT_REFUSED, Outcome.REFUSED, reason)
    assert (entry.person, entry.session, entry.details["act"]) == ("dvorak", OFFICER.sid, act)


async def test_an_officer_does_nothing_for_another_account_of_their_own(office: Helping) -> None:
    office.persons.know([[Account(OFFICER.subject, "dvorak"), Account(LUCIE.subject, LUCIE.login)]])
    for doing in (code, exception, end):
        with pytest.raises(ActRefused) as refused:
            await doing(office, LUCIE.subject)
        assert refused.value.reason is NotDone.SAME_PERSON
    assert {(one.reason, one.details["of"]) for one in office.entries} == {("same_person", LUCIE.login)}
    assert await register(office) == []


async def test_a_second_exception_waits_until_the_first_has_ended(office: Helping) -> None:
    """Two would hide which of them is in force."""
    await exception(office, LUCIE.subject)
    with pytest.raises(ActRefused) as refused:
        await exception(office, LUCIE.subject, day=date(2026, 12, 1))
    assert refused.value.reason is NotDone.RUNS_ALREADY
    await end(office, LUCIE.subject)
    await exception(office, LUCIE.subject, day=date(2026, 12, 1))
    assert len(await register(office)) == 2


async def test_the_gateway_is_told_of_sessions_that_end_with_an_exception(office: Helping) -> None:
    await exception(office, LUCIE.subject)
    weak, strong = signed_on(LUCIE, NOON, AuthenticationLevel.PASSWORD), signed_on(LUCIE, NOON)

    def both_are_in(book: Book) -> None:
        book.keep_session(weak)
        book.keep_session(strong)

    await office.kept.store.transact(both_are_in)
    await end(office, LUCIE.subject)
    assert office.over == [weak.sid]


async def test_an_end_that_is_refused_ends_nothing(office: Helping) -> None:
    """Neither a sign-in under way, nor the one session of a recovery secret that is spent by it."""
    last_resort = recovery.person(HULIN)
    theirs, way = signed_on(last_resort, NOON, AuthenticationLevel.PASSWORD), under_way(LUCIE)

    def begin(book: Book) -> None:
        book.keep_session(theirs)
        book.keep_flow(way)

    await office.kept.store.transact(begin)
    for subject in (LUCIE.subject, RECOVERY_ADMINISTRATOR):
        with pytest.raises(ActRefused):
            await end(office, subject)
    look = office.kept.store.look
    assert await look(lambda book: book.flow(way.id)) == way
    assert await look(lambda book: book.session(theirs.sid)) == theirs
    assert (office.kept.entries, office.over) == ([], [])


async def test_the_end_of_a_session_by_an_officer_names_the_officer(office: Helping) -> None:
    await exception(office, LUCIE.subject)
    weak = signed_on(LUCIE, NOON, AuthenticationLevel.PASSWORD)
    await office.kept.store.transact(lambda book: book.keep_session(weak))
    await end(office, LUCIE.subject)
    ended = office.kept.entries[-1]
    assert (ended.session, ended.reason, ended.details["by"]) == (weak.sid, "exception_ended", "dvorak")


async def test_a_day_too_far_ahead_is_answered_with_the_last_one_that_may_be_named(office: Helping) -> None:
    with pytest.raises(TooLong) as refused:
        await exception(office, LUCIE.subject, day=date.max)
    latest = refused.value.latest
    assert end_of(latest) - NOON <= office.assistance.longest < end_of(latest + timedelta(days=1)) - NOON
    await exception(office, LUCIE.subject, day=latest)


async def test_while_the_directory_is_away_nothing_is_granted(office: Helping) -> None:
    office.away = True
    for doing in (code, exception):
        with pytest.raises(DirectoryUnreachable):
            await doing(office, LUCIE.subject)
    assert office.kept.entries == []


async def test_the_day_in_which_summer_time_ends_has_its_25_hours() -> None:
    assert end_of(date(2026, 10, 24)) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert end_of(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)


async def test_people_are_found_with_what_they_have(office: Helping) -> None:
    [karel] = await office.assistance.find(OFFICER, "urban.karel", NOON)
    assert (karel.has_factor, karel.has.codes_left, karel.may_be_excepted) == (True, 0, True)
    assert karel.person.state is AccountState.ACTIVE
    [tomas] = await office.assistance.find(OFFICER, "dostal.tomas", NOON)
    assert (tomas.has_factor, tomas.may_be_excepted) == (False, False)
    assert await office.assistance.find(OFFICER, "nikdo", NOON) == []
