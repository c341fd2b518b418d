"""Somebody is suspended and may come again: sessions, sign-ins under way, what is refused, what is recorded."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, SessionId, SubjectId, technical_subject
from gateway.audit.entry import Code, Outcome
from gateway.incidents.by import By
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspending import Whom
from gateway.incidents.suspension import WHY_MAX, Suspended, suspended_of
from idp.directory.person import AccountState
from idp.directory.same_person import Account
from tests.gateway.web import people
from tests.rig.incidents import OFFICER, SAID, UNSURE, WHOM, Incidents
from tests.rig.people import JANA, NOON, PETR
from tests.rig.signed_on import signed_on

HOUR = timedelta(hours=1)
WHY = "Přihlášení z ciziny, heslo je vyzrazené."
PROGRAM = By(subject=technical_subject("vema"), login="vema")
ANOTHER = By(subject=technical_subject("ginis"), login="ginis")


async def with_sessions(desk: Incidents) -> None:
    """One at the gateway with its sign-on, and a sign-on alone."""
    here = people.session(subject=JANA.subject, login=JANA.login, provider_sid="there", facts_at=NOON)
    here = replace(here, authenticated_at=NOON, opened_at=NOON, last_seen_at=NOON)
    await desk.sessions.add(here, sha256(b"handle").digest(), "portal", [])
    there = [
        replace(signed_on(JANA, NOON), sid=SessionId(name), handle=sha256(name.encode()).digest())
        for name in ("there", "alone")
    ]
    await desk.kept.store.transact(lambda book: [book.keep_session(one) for one in there])


async def refused_with(acting) -> Why:
    with pytest.raises(ActRefused) as refused:
        await acting
    return refused.value.reason


async def test_all_sessions_end_in_the_transaction_of_the_suspension_and_it_names_who_and_why(
    desk: Incidents,
) -> None:
    await with_sessions(desk)
    made, ended = await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    assert ended == 2
    assert len(await desk.sessions.open_of([JANA.subject])) == 0
    assert len(desk.revocations) == 1
    assert desk.suspended()
    codes = desk.kept.codes()
    assert codes.count(Code.SESSION_ENDED) == 3  # of the gateway one, of the provider two
    [entry] = [one for one in desk.kept.entries if one.code is Code.PERSON_SUSPENDED]
    assert (entry.subject, entry.person, entry.outcome) == (JANA.subject, JANA.login, Outcome.SUCCESS)
    told = {"by": PETR.login, "by_subject": PETR.subject, "why": WHY, "suspension": made.id}
    assert entry.details == told


async def test_nobody_who_is_suspended_counts_as_active_whatever_the_directory_says(desk: Incidents) -> None:
    await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    standing = await desk.stored.suspended(NOON)
    assert standing.counting(JANA).state is AccountState.SUSPENDED
    assert standing.counting(replace(JANA, state=AccountState.LOCKED)).state is AccountState.SUSPENDED
    assert standing.counting(PETR) == PETR
    assert Suspended().counting(JANA) == JANA
    assert AccountState.SUSPENDED.ends_sessions


async def test_one_with_an_end_is_over_then_by_itself_to_the_second(desk: Incidents) -> None:
    made, _ = await desk.suspending.suspend(WHOM, WHY, NOON + HOUR, OFFICER, NOON)
    just_before = HOUR - timedelta(microseconds=1)
    assert [desk.suspended(after=each) for each in (just_before, HOUR)] == [True, False]
    assert [bool(suspended_of([made], NOON + each).by_subject) for each in (just_before, HOUR)] == [
        True,
        False,
    ]
    assert await desk.stored.standing(NOON + HOUR) == []
    again, _ = await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON + HOUR)
    assert {one.id for one in await desk.stored.latest(9)} == {made.id, again.id}


async def test_it_stands_until_somebody_else_lifts_it(desk: Incidents) -> None:
    await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    lifted = await desk.suspending.resume(JANA.subject, "Heslo změněno.", OFFICER, NOON + HOUR)
    assert (lifted.lifted_at, lifted.lifted_by) == (NOON + HOUR, OFFICER.actor)
    assert not desk.suspended()
    [entry] = [one for one in desk.kept.entries if one.code is Code.PERSON_RESUMED]
    assert (entry.subject, entry.details["by"], entry.details["why"]) == (
        JANA.subject,
        PETR.login,
        "Heslo změněno.",
    )
    assert await refused_with(desk.suspending.resume(JANA.subject, "x", OFFICER, NOON)) is Why.NOT_SUSPENDED


@pytest.mark.parametrize(
    ("whom", "why", "until", "reason"),
    [
        (Whom(PETR.subject, PETR.login), WHY, None, Why.FOR_ONESELF),
        (Whom(RECOVERY_ADMINISTRATOR, ""), WHY, None, Why.NOT_A_PERSON),
        (Whom(SubjectId("system"), ""), WHY, None, Why.NOT_A_PERSON),
        (Whom(SubjectId("cli:root"), ""), WHY, None, Why.NOT_A_PERSON),
        (Whom(SubjectId(""), ""), WHY, None, Why.NOT_A_PERSON),
        (WHOM, "  ", None, Why.UNEXPLAINED),
        (WHOM, "x" * (WHY_MAX + 1), None, Why.UNEXPLAINED),
        (WHOM, "zlé\x1b[2J", None, Why.UNEXPLAINED),
        (WHOM, WHY, NOON, Why.END_UNUSABLE),
    ],
)
async def test_what_may_not_be_is_refused_by_name_recorded_and_ends_nothing(
    desk: Incidents, whom: Whom, why: str, until, reason: Why
) -> None:
    await with_sessions(desk)
    assert await refused_with(desk.suspending.suspend(whom, why, until, OFFICER, NOON)) is reason
    entry = desk.kept.entries[-1]
    assert (entry.code, entry.outcome, entry.reason) == (Code.OFFICER_ACT_REFUSED, Outcome.REFUSED, reason)
    assert (entry.subject, entry.details["act"], entry.details["of_subject"]) == (
        PETR.subject,
        "suspend",
        whom.subject,
    )
    assert await desk.stored.latest(1) == []
    assert len(await desk.sessions.open_of([JANA.subject])) == 2


async def test_a_second_one_of_the_same_person_is_refused_and_the_first_stays(desk: Incidents) -> None:
    made, _ = await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    await with_sessions(desk)
    again = desk.suspending.suspend(WHOM, "Ještě jednou", None, OFFICER, NOON)
    assert await refused_with(again) is Why.SUSPENDED_ALREADY
    assert [one.id for one in await desk.stored.standing(NOON)] == [made.id]
    assert len(await desk.sessions.open_of([JANA.subject])) == 2  # the transaction was rolled back whole


@pytest.mark.parametrize(
    ("by", "why", "reason"),
    [
        (UNSURE, "Heslo změněno.", Why.NOT_CONFIRMED),
        (OFFICER, " ", Why.UNEXPLAINED),
        (replace(OFFICER, subject=JANA.subject), "Jsem to já.", Why.FOR_ONESELF),
    ],
)
async def test_lifting_needs_a_fresh_confirmation_a_reason_and_somebody_else(
    desk: Incidents, by, why: str, reason: Why
) -> None:
    await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    assert await refused_with(desk.suspending.resume(JANA.subject, why, by, NOON)) is reason
    entry = desk.kept.entries[-1]
    assert (entry.code, entry.reason, entry.details["act"]) == (Code.OFFICER_ACT_REFUSED, reason, "resume")
    assert desk.suspended()


async def test_one_belongs_to_an_incident_that_is_open_or_to_none(desk: Incidents) -> None:
    assert (
        await refused_with(desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON, 7)) is Why.INCIDENT_UNKNOWN
    )
    opened = await desk.office.open(SAID, OFFICER, NOON)
    await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON, opened.number)
    assert [one.subject for one in await desk.stored.of_incident(opened.number)] == [JANA.subject]
    await desk.suspending.resume(JANA.subject, "Hotovo", OFFICER, NOON)
    await desk.office.close(opened.number, "Hotovo", OFFICER, NOON)
    late = desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON, opened.number)
    assert await refused_with(late) is Why.INCIDENT_CLOSED


async def test_what_was_left_open_by_a_crash_ends_behind_it_and_it_is_kept_once(desk: Incidents) -> None:
    """The session's sign-on had ended before: it is found behind the suspension, by a second transaction."""
    here = people.session(subject=JANA.subject, login=JANA.login, provider_sid="there", facts_at=NOON)
    here = replace(here, authenticated_at=NOON, opened_at=NOON, last_seen_at=NOON)
    office = desk.suspending

    async def late(*_arguments) -> list:
        await desk.sessions.add(here, sha256(b"handle").digest(), "portal", [])
        return [here]

    store = office.ending

    def ending(made, entry):
        found = store(made, entry)
        found.outliving_sign_on = late
        return found

    _, _ = await replace(office, ending=ending).suspend(WHOM, WHY, None, OFFICER, NOON)
    assert len(await desk.stored.latest(9)) == 1
    assert len(await desk.sessions.open_of([JANA.subject])) == 0
    assert desk.kept.codes().count(Code.PERSON_SUSPENDED) == 1


async def test_nobody_lifts_the_suspension_of_another_account_of_theirs(desk: Incidents) -> None:
    await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    desk.persons.know([[Account(JANA.subject, JANA.login), Account(PETR.subject, PETR.login)]])
    assert (
        await refused_with(desk.suspending.resume(JANA.subject, "Hotovo", OFFICER, NOON)) is Why.SAME_PERSON
    )
    assert desk.kept.entries[-1].reason == "same_person"
    assert desk.suspended()


async def test_a_program_s_stands_beside_an_officer_s_and_it_lifts_its_own_alone(desk: Incidents) -> None:
    theirs, _ = await desk.suspending.suspend(WHOM, WHY, NOON + HOUR, OFFICER, NOON)
    own, _ = await desk.suspending.suspend(WHOM, "Odešla", None, PROGRAM, NOON)
    again = desk.suspending.suspend(WHOM, "Odešla", None, PROGRAM, NOON)
    assert await refused_with(again) is Why.SUSPENDED_ALREADY
    assert [desk.suspended(after=each) for each in (timedelta(), HOUR)] == [
        True,
        True,
    ]  # the officer's is over then
    assert (await desk.suspending.resume(JANA.subject, "Vrátila se", PROGRAM, NOON)).id == own.id
    assert [one.id for one in await desk.stored.standing(NOON)] == [theirs.id]
    assert desk.suspended()
    opened = desk.suspending.resume(JANA.subject, "Vrátila se", PROGRAM, NOON)
    assert await refused_with(opened) is Why.NOT_SUSPENDED
    assert desk.suspended()


async def test_an_officer_lifts_what_people_suspended_first_and_then_a_program_s(desk: Incidents) -> None:
    programs = [(await desk.suspending.suspend(WHOM, WHY, None, one, NOON))[0] for one in (PROGRAM, ANOTHER)]
    theirs, _ = await desk.suspending.suspend(WHOM, WHY, None, OFFICER, NOON)
    lifted = [(await desk.suspending.resume(JANA.subject, "Omyl", OFFICER, NOON)).id for _ in range(3)]
    assert lifted[0] == theirs.id
    assert set(lifted[1:]) == {one.id for one in programs}
    assert not desk.suspended()
