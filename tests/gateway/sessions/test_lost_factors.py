"""An officer removes what somebody lost, on a real identity store with its log and the gateway's sessions."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel, SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.sessions.lost_factors import WHY_MAX
from gateway.sessions.officers_act import Act, ActRefused, NotDone
from idp.directory.errors import DirectoryUnreachable
from idp.events import Origin
from idp.login.authenticator import AuthenticatorId, Proof, enrolled
from idp.login.own_authenticators import PROOF_FRESH
from idp.login.spoken_code import new_spoken_code
from idp.login.totp import Enrolled
from tests.gateway.web import people
from tests.rig.assistance import KAREL, LUCIE, SECRET, TOMAS, Helping, helping
from tests.rig.people import NOON, person
from tests.rig.signed_on import signed_on

ORIGIN = Origin(address="192.0.2.15", request_id="r-9")
OFFICER = replace(people.OFFICER, auth_time=NOON)
WHY = "Ztracený telefon"
SECOND = AuthenticatorId("second-authenticator-x")


@pytest.fixture
async def office() -> AsyncIterator[Helping]:
    with helping(person(OFFICER.subject, OFFICER.login)) as made:
        await made.prepare()
        yield made


def remove(
    office: Helping,
    subject: SubjectId = KAREL.subject,
    only: AuthenticatorId | None = None,
    why: str = WHY,
    officer: people.Assertion = OFFICER,
):
    return office.lost_factors.remove(officer, subject, only, why, origin=ORIGIN, now=NOON)


async def has(office: Helping, subject: SubjectId = KAREL.subject) -> list[AuthenticatorId]:
    return [one.id for one in await office.kept.store.look(lambda book: book.authenticators(subject))]


async def with_a_second(office: Helping) -> AuthenticatorId:
    """The identifier of the first one."""
    [first] = await has(office)
    means = Enrolled(SECRET, counter=-1)
    made = enrolled(SECOND, KAREL.subject, means, "Tablet", Proof.EXISTING_FACTOR, NOON)
    await office.kept.store.transact(lambda book: book.keep_authenticator(made))
    return first


async def test_everything_goes_with_the_sessions_and_is_recorded_with_who_why_and_where(
    office: Helping,
) -> None:
    await office.kept.store.transact(
        lambda book: (
            book.renew_recovery_codes(KAREL.subject, (new_spoken_code(),), NOON),
            book.keep_session(signed_on(KAREL, NOON)),
        )
    )
    assert await remove(office) == KAREL
    left = await office.kept.store.look(
        lambda book: (
            book.authenticators(KAREL.subject),
            book.recovery_codes_left(KAREL.subject),
            [one.ended_at for one in book.sessions_of_subject(KAREL.subject)],
        )
    )
    assert (list(left[0]), left[1]) == ([], 0)
    assert None not in left[2]
    removed = [one for one in office.kept.entries if one.code is Code.FACTOR_REMOVED]
    assert [one.details["factor"] for one in removed] == ["one_time_code", "recovery_code"]
    for entry in removed:
        assert (entry.subject, entry.person, entry.address) == (KAREL.subject, KAREL.login, ORIGIN.address)
        assert (entry.details["by"], entry.details["by_subject"]) == ("dvorak", OFFICER.subject)
        assert (entry.details["why"], entry.request_id) == (WHY, "r-9")
    [ended] = [one for one in office.kept.entries if one.code is Code.SESSION_ENDED]
    assert (ended.details["by"], ended.details["by_subject"]) == ("dvorak", OFFICER.subject)
    assert ended.reason == "ended_by_officer"


async def test_one_of_two_goes_alone(office: Helping) -> None:
    first = await with_a_second(office)
    await remove(office, only=first)
    assert await has(office) == [SECOND]


@pytest.mark.parametrize(
    ("subject", "only", "why", "reason"),
    [
        (OFFICER.subject, None, WHY, NotDone.FOR_ONESELF),
        (RECOVERY_ADMINISTRATOR, None, WHY, NotDone.PERSON_UNKNOWN),
        (SubjectId("urad:nobody"), None, WHY, NotDone.PERSON_UNKNOWN),
        (LUCIE.subject, None, WHY, NotDone.NO_FACTOR),
        (TOMAS.subject, SECOND, WHY, NotDone.FACTOR_UNKNOWN),
        (KAREL.subject, SECOND, WHY, NotDone.FACTOR_UNKNOWN),
        (KAREL.subject, None, "  ", NotDone.REMOVAL_UNEXPLAINED),
        (KAREL.subject, None, "x" * (WHY_MAX + 1), NotDone.REMOVAL_UNEXPLAINED),
        (KAREL.subject, None, "tele\x1bfon", NotDone.REMOVAL_UNEXPLAINED),
    ],
)
async def test_what_may_not_be_is_refused_by_name_and_recorded(
    office: Helping, subject: SubjectId, only: AuthenticatorId | None, why: str, reason: NotDone
) -> None:
    with pytest.raises(ActRefused) as refused:
        await remove(office, subject, only, why)
    assert refused.value.reason is reason
    [entry] = office.entries
    assert (entry.code, entry.outcome, entry.reason) == (Code.OFFICER_ACT_REFUSED, Outcome.REFUSED, reason)
    assert (entry.subject, entry.details["act"]) == (OFFICER.subject, Act.REMOVAL)
    assert len(await has(office)) == 1
    assert office.kept.entries == []


async def test_the_only_one_does_not_go_alone(office: Helping) -> None:
    [first] = await has(office)
    with pytest.raises(ActRefused) as refused:
        await remove(office, only=first)
    assert refused.value.reason is NotDone.ONLY_FACTOR
    assert await has(office) == [first]


@pytest.mark.parametrize(("same", "reason"), [(False, NotDone.ONLY_FACTOR), (True, NotDone.FACTOR_UNKNOWN)])
async def test_of_two_officers_at_once_the_second_takes_neither_the_last_one_nor_one_that_is_gone(
    office: Helping, same: bool, reason: NotDone
) -> None:
    """The recovery codes go with the last one; whoever came second is told, and it is recorded."""
    first = await with_a_second(office)
    await office.kept.store.transact(
        lambda book: book.renew_recovery_codes(KAREL.subject, (new_spoken_code(),), NOON)
    )
    ways = (first, first if same else SECOND)
    said = await asyncio.gather(*(remove(office, only=one) for one in ways), return_exceptions=True)
    [refused] = [one for one in said if isinstance(one, ActRefused)]
    assert (KAREL in said, refused.reason) == (True, reason)
    assert len(await has(office)) == 1
    assert [one.code for one in office.kept.entries].count(Code.FACTOR_REMOVED) == 1
    [entry] = office.entries
    assert (entry.code, entry.reason) == (Code.OFFICER_ACT_REFUSED, reason)
    assert (entry.subject, entry.details["of"]) == (OFFICER.subject, KAREL.login)


async def test_of_two_officers_who_remove_everything_at_once_the_second_is_told_that_nothing_is_left(
    office: Helping,
) -> None:
    said = await asyncio.gather(remove(office), remove(office), return_exceptions=True)
    assert [one.reason for one in said if isinstance(one, ActRefused)] == [NotDone.NO_FACTOR]
    assert KAREL in said
    assert [entry.reason for entry in office.entries] == ["no_second_factor"]


@pytest.mark.parametrize(
    "changed",
    [
        {"auth_time": NOON - PROOF_FRESH},
        {"auth_time": NOON - timedelta(hours=8)},
        {"auth_time": NOON + timedelta(days=1)},  # the clock was set back since
        {"acr": AuthenticationLevel.PASSWORD},
    ],
)
async def test_an_officer_who_has_not_just_confirmed_who_it_is_opens_and_removes_nothing(
    office: Helping, changed: dict[str, object]
) -> None:
    left_open = replace(OFFICER, **changed)
    acts = (
        remove(office, officer=left_open),
        office.assistance.issue_code(left_open, LUCIE.subject, timedelta(hours=1), origin=ORIGIN, now=NOON),
        office.assistance.grant(
            left_open, LUCIE.subject, WHY, (NOON + timedelta(days=2)).date(), origin=ORIGIN, now=NOON
        ),
    )
    for act in acts:
        with pytest.raises(ActRefused) as refused:
            await act
        assert refused.value.reason is NotDone.NOT_CONFIRMED
    assert office.kept.entries == []
    assert [entry.reason for entry in office.entries] == ["sign_in_too_old"] * 3


async def test_a_minute_before_its_end_a_confirmation_still_counts(office: Helping) -> None:
    await remove(office, officer=replace(OFFICER, auth_time=NOON - PROOF_FRESH + timedelta(minutes=1)))
    assert await has(office) == []


async def test_while_the_directory_is_away_nothing_is_removed(office: Helping) -> None:
    office.away = True
    with pytest.raises(DirectoryUnreachable):
        await remove(office)
    assert len(await has(office)) == 1
    assert [entry.reason for entry in office.entries] == ["directory_unreachable"]
