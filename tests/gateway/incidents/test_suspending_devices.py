"""A device is suspended and may be used again: whoever's sessions end, what is refused, what is recorded."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from config.vocabulary import DeviceId, SessionId, SubjectId, device_of, device_subject, read_device_id
from gateway.audit.entry import Code, Outcome
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspending import Whom, unseen
from gateway.incidents.suspension import is_person
from gateway.sessions.session import EndReason
from tests.gateway.web import people
from tests.rig.incidents import OFFICER, UNSURE, Incidents
from tests.rig.people import JANA, NOON, PETR
from tests.rig.signed_on import signed_on

HOUR = timedelta(hours=1)
WHY = "Ztracený notebook."
LOST, OTHER = DeviceId("ztraceny-notebook-0001"), DeviceId("jiny-notebook-00000002")
SUBJECT = device_subject(LOST)
AGENT = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
DEVICE = Whom(SUBJECT, LOST, AGENT)


async def with_sessions(desk: Incidents) -> None:
    """In the lost one Jana's at the gateway, with its sign-on, and Petr's sign-on alone; Jana's in another one."""
    here = people.session(subject=JANA.subject, login=JANA.login, provider_sid="there", facts_at=NOON)
    here = replace(here, authenticated_at=NOON, opened_at=NOON, last_seen_at=NOON)
    elsewhere = replace(here, id=SessionId("E" * 22), provider_sid="elsewhere", device=OTHER)
    for one in (replace(here, device=LOST), elsewhere):
        await desk.sessions.add(one, sha256(one.id.encode()).digest(), "portal", [])
    there = [
        replace(
            signed_on(who, NOON),
            sid=SessionId(name),
            handle=sha256(name.encode()).digest(),
            device=device,
        )
        for name, who, device in (("there", JANA, LOST), ("alone", PETR, LOST), ("elsewhere", JANA, OTHER))
    ]
    await desk.kept.store.transact(lambda book: [book.keep_session(one) for one in there])


async def refused_with(acting) -> Why:
    with pytest.raises(ActRefused) as refused:
        await acting
    return refused.value.reason


async def is_shut(desk: Incidents, device: DeviceId, now=NOON) -> bool:
    return await desk.kept.store.look(lambda book: book.device_suspended(device, now))


async def test_all_sessions_in_it_end_whoever_s_they_are_and_those_in_other_devices_go_on(
    desk: Incidents,
) -> None:
    await with_sessions(desk)
    made, ended = await desk.suspending.suspend(DEVICE, WHY, None, OFFICER, NOON)
    assert (made.device, ended) == (LOST, 2)
    assert len(await desk.sessions.open_of([SUBJECT])) == 0
    [left] = (await desk.sessions.open_of([JANA.subject, PETR.subject])).sessions
    assert left.device == OTHER
    assert len(desk.revocations) == 1
    assert desk.suspended(SUBJECT)
    assert [await is_shut(desk, each) for each in (LOST, OTHER)] == [True, False]
    [entry] = [one for one in desk.kept.entries if one.code is Code.DEVICE_SUSPENDED]
    assert (entry.subject, entry.person, entry.outcome) == (PETR.subject, PETR.login, Outcome.SUCCESS)
    assert entry.details == {
        "device": LOST,
        "user_agent": AGENT,
        "by": PETR.login,
        "by_subject": PETR.subject,
        "why": WHY,
        "suspension": made.id,
    }
    ours = [
        one for one in desk.kept.entries if one.code is Code.SESSION_ENDED and one.subject == JANA.subject
    ]
    assert LOST in {one.details.get("device") for one in ours}


async def test_one_opened_while_it_is_being_suspended_ends_with_the_others(desk: Incidents) -> None:
    """What the officer's request did not find: the transaction looks again."""
    await with_sessions(desk)
    late = replace(signed_on(PETR, NOON), device=LOST)
    store = desk.sessions
    found = await store.open_of([SUBJECT])
    await desk.kept.store.transact(lambda book: book.keep_session(late))
    by = OFFICER.entry(Code.SESSION_ENDED, NOON, {})
    office = desk.suspending.sessions
    await office.end(found.sessions, EndReason.ENDED_BY_OFFICER, by, NOON, [SUBJECT], found.sign_ons)
    assert len(await store.open_of([SUBJECT])) == 0


async def test_one_that_nobody_is_signed_in_with_is_suspended_too(desk: Incidents) -> None:
    _, ended = await desk.suspending.suspend(DEVICE, WHY, NOON + HOUR, OFFICER, NOON)
    assert ended == 0
    just_before = NOON + HOUR - timedelta(microseconds=1)
    assert [await is_shut(desk, LOST, each) for each in (just_before, NOON + HOUR)] == [True, False]


async def test_it_stands_until_somebody_lifts_it_with_a_fresh_confirmation(desk: Incidents) -> None:
    await desk.suspending.suspend(DEVICE, WHY, None, OFFICER, NOON)
    unsure = desk.suspending.resume(SUBJECT, "Nalezen.", UNSURE, NOON)
    assert await refused_with(unsure) is Why.NOT_CONFIRMED
    assert desk.suspended(SUBJECT)
    await desk.suspending.resume(SUBJECT, "Nalezen.", OFFICER, NOON + HOUR)
    assert not desk.suspended(SUBJECT)
    assert not await is_shut(desk, LOST)
    [entry] = [one for one in desk.kept.entries if one.code is Code.DEVICE_RESUMED]
    assert (entry.details["device"], entry.details["why"]) == (LOST, "Nalezen.")
    assert await refused_with(desk.suspending.resume(SUBJECT, "x", OFFICER, NOON)) is Why.NOT_SUSPENDED


@pytest.mark.parametrize(
    ("whom", "why", "session", "reason"),
    [
        (DEVICE, WHY, people.session().id, Why.OWN_DEVICE),
        (unseen(SUBJECT), WHY, "", Why.DEVICE_UNKNOWN),
        (unseen(SubjectId("device:short")), WHY, "", Why.NOT_A_PERSON),
        (DEVICE, " ", "", Why.UNEXPLAINED),
    ],
)
async def test_what_may_not_be_is_refused_by_name_recorded_and_ends_nothing(
    desk: Incidents, whom: Whom, why: str, session: str, reason: Why
) -> None:
    await with_sessions(desk)
    by = replace(OFFICER, session=session)
    assert await refused_with(desk.suspending.suspend(whom, why, None, by, NOON)) is reason
    entry = desk.kept.entries[-1]
    assert (entry.code, entry.outcome, entry.reason) == (Code.OFFICER_ACT_REFUSED, Outcome.REFUSED, reason)
    assert entry.details["of_subject"] == whom.subject
    assert ("device" in entry.details) is (
        whom == DEVICE
    )  # a device that nobody used is not made known by asking
    assert len(await desk.sessions.open_of([SUBJECT])) == 2
    assert await desk.stored.latest(1) == []


async def test_a_second_one_of_the_same_device_is_refused(desk: Incidents) -> None:
    await desk.suspending.suspend(DEVICE, WHY, None, OFFICER, NOON)
    again = desk.suspending.suspend(DEVICE, WHY, None, OFFICER, NOON)
    assert await refused_with(again) is Why.SUSPENDED_ALREADY
    assert desk.kept.entries[-1].details["act"] == "suspend_device"


def test_a_device_is_nobody_and_nobody_is_a_device() -> None:
    assert device_of(SUBJECT) == LOST
    assert not is_person(SUBJECT)
    assert device_of(JANA.subject) is None
    assert (
        device_of(SubjectId("device:11111111-1111-4111-8111-111111111111")) is None
    )  # of a directory called so
    assert read_device_id("a" * 22) == "a" * 22
    assert [read_device_id(text) for text in ("", "a" * 21, "a" * 23, "a" * 21 + "é", "a" * 21 + "\n")] == [
        None
    ] * 5
