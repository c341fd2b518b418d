import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from config.vocabulary import (
    NO_DEVICE,
    AuthenticationLevel,
    DeviceId,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
    device_subject,
)
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.session import EndReason, Session
from gateway.storage.database import Database
from gateway.storage.sessions import StoredSessions
from idp.directory.work import ActivityRole, Work
from tests.rig.session_store import session_store

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(database: Database, recorded: Any) -> StoredSessions:
    return session_store(database, recorded.append_all)


@pytest.fixture
def session(now: datetime) -> Session:
    return Session(
        id=SessionId("A" * 22),
        subject=SubjectId("6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11"),
        login="novakova",
        name="Jana Nováková",
        provider_sid="provider-1",
        roles=((KROMERIZ, Role.CLERK), (HULIN, Role.ACCOUNTANT)),
        municipality=HULIN,
        generation=1,
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        authenticated_at=now - MINUTE,
        opened_at=now,
        last_seen_at=now + timedelta(microseconds=1),
        facts_at=now,
        address="2001:db8::1",
        user_agent="prohlížeč",
    )


def other(session: Session, letter: str, **changed: Any) -> Session:
    return replace(session, id=SessionId(letter * 22), provider_sid=f"provider-{letter}", **changed)


def entry(session: Session, now: datetime, code: Code = Code.SESSION_ENDED) -> Entry:
    return Entry(code=code, outcome=Outcome.SUCCESS, at=now, session=session.id)


async def test_a_session_is_found_by_any_of_its_handles(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    assert (
        await store.add(session, b"1" * 32, "a.example", [entry(session, now, Code.SESSION_OPENED)])
        == session
    )
    await store.add_handle(session.id, b"2" * 32, "b.example", [])
    assert await store.by_handle(b"1" * 32, "a.example") == session
    assert await store.by_handle(b"2" * 32, "b.example") == session
    assert await store.by_handle(b"3" * 32, "a.example") is None
    assert [one.code for one in recorded] == [Code.SESSION_OPENED]


async def test_a_handle_copied_to_another_host_is_worth_nothing(
    store: StoredSessions, session: Session
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    assert await store.by_handle(b"1" * 32, "b.example") is None


async def test_a_session_without_role_and_factors_comes_back_as_it_was(
    store: StoredSessions, session: Session
) -> None:
    bare = replace(session, roles=(), municipality=None, amr=())
    await store.add(bare, b"1" * 32, "a.example", [])
    assert await store.by_handle(b"1" * 32, "a.example") == bare


async def test_the_latest_session_of_a_provider_session_is_found(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    later = replace(session, id=SessionId("B" * 22), opened_at=now + MINUTE, authenticated_at=now + MINUTE)
    await store.add(session, b"1" * 32, "a.example", [])
    assert await store.by_provider_sid("provider-1") == session
    await store.add(later, b"2" * 32, "a.example", [])
    assert await store.by_provider_sid("provider-1") == later
    assert await store.by_provider_sid("provider-2") is None


async def test_two_tabs_that_come_back_at_once_share_one_session(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    twin = replace(session, id=SessionId("B" * 22))
    opened = [entry(session, now, Code.SESSION_OPENED)]
    first, second = await asyncio.gather(
        store.add(session, b"1" * 32, "a.example", opened), store.add(twin, b"2" * 32, "b.example", opened)
    )
    assert (
        first
        == second
        == await store.by_handle(b"1" * 32, "a.example")
        == await store.by_handle(b"2" * 32, "b.example")
    )
    assert len(recorded) == 1
    assert len(await store.open_ones()) == 1


@pytest.mark.parametrize(
    "changed",
    [{"subject": SubjectId("0" * 36)}, {"authenticated_at": datetime.fromisoformat("2026-03-02T08:31Z")}],
)
async def test_another_person_or_another_sign_in_never_joins_a_session(
    changed: dict[str, Any], store: StoredSessions, session: Session
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    new = replace(session, id=SessionId("B" * 22), **changed)
    assert await store.add(new, b"2" * 32, "a.example", []) == new
    assert await store.by_handle(b"2" * 32, "a.example") == new


async def test_an_ended_session_is_not_joined(store: StoredSessions, session: Session, now: datetime) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    await store.end([session.id], EndReason.IDLE, now, now + MINUTE, [])
    new = replace(session, id=SessionId("B" * 22))
    assert await store.add(new, b"2" * 32, "a.example", []) == new


async def test_open_sessions_are_listed_latest_activity_first(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    stranger = SubjectId("0" * 36)
    late, theirs = other(session, "B", last_seen_at=now + MINUTE), other(session, "C", subject=stranger)
    for number, one in enumerate((session, late, theirs)):
        await store.add(one, bytes([number]) * 32, "a.example", [])
    assert await store.open_ones(session.subject) == [late, session]
    await store.end([late.id], EndReason.SIGNED_OUT, now, now + MINUTE, [])
    assert {one.id for one in await store.open_ones()} == {session.id, theirs.id}
    assert {one.id for one in await store.by_ids([late.id, theirs.id, SessionId("Z" * 22)])} == {
        late.id,
        theirs.id,
    }


async def test_ending_raises_the_generation_and_puts_the_old_one_on_the_list(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    ids = await store.end([session.id], EndReason.SIGNED_OUT, now, now + MINUTE, [entry(session, now)])
    assert ids == [session.revocation_id]
    ended = await store.by_handle(b"1" * 32, "a.example")
    assert ended == replace(session, generation=2, ended_at=now, end_reason=EndReason.SIGNED_OUT)
    assert await store.revoked(now) == {session.revocation_id: now + MINUTE}
    assert [one.session for one in recorded] == [session.id]


async def test_a_session_ends_once_and_is_recorded_once(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    ends = [
        store.end([session.id], reason, now, now + MINUTE, [entry(session, now)])
        for reason in (EndReason.SIGNED_OUT, EndReason.ENDED_BY_OFFICER)
    ]
    assert sorted(await asyncio.gather(*ends), key=len) == [[], [session.revocation_id]]
    assert len(recorded) == 1
    (ended,) = await store.by_ids([session.id])
    assert (ended.generation, ended.end_reason) == (2, EndReason.SIGNED_OUT)


async def test_ending_nobody_is_nothing(store: StoredSessions, now: datetime) -> None:
    assert await store.end([], EndReason.IDLE, now, now, []) == []
    assert await store.end([SessionId("Z" * 22)], EndReason.IDLE, now, now, []) == []


async def test_switching_the_municipality_revokes_the_old_generation(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    ids = await store.act_for(session.id, KROMERIZ, now + MINUTE, [entry(session, now)])
    assert ids == [session.revocation_id]
    assert await store.by_handle(b"1" * 32, "a.example") == replace(
        session, municipality=KROMERIZ, generation=2
    )
    assert len(recorded) == 1


async def test_an_ended_session_switches_nothing(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    await store.end([session.id], EndReason.IDLE, now, now + MINUTE, [])
    assert await store.act_for(session.id, KROMERIZ, now + MINUTE, [entry(session, now)]) == []
    (ended,) = await store.by_ids([session.id])
    assert ended.municipality == HULIN
    assert recorded == []


async def test_new_facts_replace_the_old_and_revoke_what_rested_on_them(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    work = Work(employed_until=date(2026, 12, 31), departments=("finance", "matrika"))
    changed = session.with_facts("Jana Malá", "mala", ((KROMERIZ, Role.MAYOR),), now + MINUTE, work)
    assert await store.replace_facts([changed], now + MINUTE, [entry(session, now)]) == [
        session.revocation_id
    ]
    assert await store.by_handle(b"1" * 32, "a.example") == replace(changed, generation=2)


async def test_a_session_begins_with_what_is_known_of_its_persons_work(
    store: StoredSessions, session: Session
) -> None:
    role = ActivityRole(KROMERIZ, "A115", "CR22")
    knows = replace(session, work=Work(employed_since=date(2020, 1, 1), activity_roles=(role,)))
    await store.add(knows, b"1" * 32, "a.example", [])
    assert await store.by_handle(b"1" * 32, "a.example") == knows


async def test_confirmed_facts_revoke_nothing_and_touch_open_sessions_only(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    ended = other(session, "B")
    for number, one in enumerate((session, ended)):
        await store.add(one, bytes([number]) * 32, "a.example", [])
    await store.end([ended.id], EndReason.IDLE, now, now + MINUTE, [])
    await store.confirm_facts([session.id, ended.id], now + MINUTE)
    by_id = {one.id: one for one in await store.by_ids([session.id, ended.id])}
    assert by_id[session.id] == replace(session, facts_at=now + MINUTE)
    assert by_id[ended.id].facts_at == now


async def test_a_decision_is_recorded_with_when_the_session_was_seen(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    await store.record(session.id, now + MINUTE, [entry(session, now, Code.DECISION_PERMIT)])
    await store.record(None, now, [entry(session, now, Code.DECISION_REFUSE)])
    found = await store.by_handle(b"1" * 32, "a.example")
    assert found is not None
    assert found.last_seen_at == now + MINUTE
    assert [one.code for one in recorded] == [Code.DECISION_PERMIT, Code.DECISION_REFUSE]


async def test_revocations_are_kept_until_their_end(
    store: StoredSessions, session: Session, database: Database, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    await store.act_for(session.id, KROMERIZ, now + MINUTE, [])
    await store.act_for(session.id, HULIN, now + 2 * MINUTE, [])
    assert list(await store.revoked(now + MINUTE - timedelta(microseconds=1))) == [
        f"{session.id}.1",
        f"{session.id}.2",
    ]
    assert await store.revoked(now + MINUTE) == {f"{session.id}.2": now + 2 * MINUTE}
    assert await store.forget_revoked(now + MINUTE) == 1
    left = database.read_now(lambda c: c.execute(text("SELECT count(*) FROM revoked")).scalar_one())
    assert left == 1


async def test_old_ended_sessions_are_forgotten_with_their_handles(
    store: StoredSessions, session: Session, database: Database, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    await store.add(other(session, "B"), b"2" * 32, "a.example", [])
    await store.end([session.id], EndReason.IDLE, now, now + MINUTE, [])
    assert await store.forget_ended(now) == 0
    assert await store.forget_ended(now + MINUTE) == 1
    assert await store.by_handle(b"1" * 32, "a.example") is None
    handles = database.read_now(lambda c: c.execute(text("SELECT count(*) FROM session_handle")).scalar_one())
    assert handles == 1


async def test_an_act_whose_entry_cannot_be_kept_does_not_happen(
    database: Database, session: Session, now: datetime
) -> None:
    def full(_: Connection, entries: Sequence[Entry]) -> None:
        if any(one.code is Code.SESSION_ENDED for one in entries):
            raise LookupError("the log refuses")

    store = session_store(database, full)
    await store.add(session, b"1" * 32, "a.example", [])
    with pytest.raises(LookupError):
        await store.end([session.id], EndReason.SIGNED_OUT, now, now + MINUTE, [entry(session, now)])
    assert await store.by_handle(b"1" * 32, "a.example") == session
    assert await store.revoked(now) == {}


async def test_decisions_that_come_together_are_recorded_together_in_order(
    store: StoredSessions, session: Session, recorded: Any, now: datetime
) -> None:
    await store.add(session, b"1" * 32, "a.example", [])
    second = other(session, "B")
    await store.add(second, b"2" * 32, "a.example", [])
    moments = [now + number * MINUTE for number in range(1, 8)]
    who = [session, second, session, session, second, session, session]
    await asyncio.gather(
        *(store.record(one.id, at, [entry(one, at)]) for one, at in zip(who, moments, strict=True))
    )
    assert [one.at for one in recorded] == moments
    seen = {one.id: one.last_seen_at for one in await store.by_ids([session.id, second.id])}
    assert seen == {session.id: moments[6], second.id: moments[4]}


async def test_an_entry_that_cannot_be_kept_fails_its_own_decision_alone(
    database: Database, session: Session, now: datetime
) -> None:
    kept: list[Entry] = []

    def append(_connection: Connection, entries: Sequence[Entry]) -> None:
        if any(one.code is Code.SIGN_OUT for one in entries):
            raise ValueError("no such form")
        kept.extend(entries)

    store = session_store(database, append)
    await store.add(session, b"1" * 32, "a.example", [])
    good, bad = entry(session, now), entry(session, now, Code.SIGN_OUT)
    results = await asyncio.gather(
        store.record(session.id, now + MINUTE, [good]),
        store.record(session.id, now + 9 * MINUTE, [bad]),
        store.record(None, now, [good]),
        return_exceptions=True,
    )
    assert [type(one) for one in results] == [type(None), ValueError, type(None)]
    assert kept == [good, good]
    (now_kept,) = await store.by_ids([session.id])
    assert now_kept.last_seen_at == now + MINUTE


async def test_open_sessions_come_page_by_page_with_one_persons_together(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    made = [
        replace(session, id=SessionId(letter * 22), subject=SubjectId(subject * 36), provider_sid=letter)
        for letter, subject in (("C", "a"), ("A", "b"), ("B", "a"), ("D", "b"))
    ]
    for number, one in enumerate(made):
        await store.add(one, bytes([number]) * 32, "a.example", [])
    await store.end([SessionId("D" * 22)], EndReason.IDLE, now, now + MINUTE, [])
    first, place = await store.open_page(None, 2)
    assert sorted(one.id[0] for one in first.sessions) == ["B", "C"]
    second, place = await store.open_page(place, 2)
    assert ([one.id[0] for one in second.sessions], place) == (["A"], None)


async def test_a_session_belongs_to_the_first_device_that_was_shown_with_it(
    store: StoredSessions, session: Session, now: datetime
) -> None:
    first, second = DeviceId("f" * 22), DeviceId("g" * 22)
    in_browser = replace(session, device=DeviceId("b" * 22))
    await store.add(in_browser, b"1" * 32, "a.example", [])
    await store.add(other(session, "B"), b"2" * 32, "a.example", [])
    await store.record(session.id, now, [])
    assert (await store.by_ids([session.id]))[0].enrolled == NO_DEVICE
    for shown in (first, second, NO_DEVICE):
        await store.record(session.id, now, [], shown)
        assert (await store.by_ids([session.id]))[0].enrolled == first
    for device in (first, in_browser.device):
        found = await store.open_of([device_subject(device)])
        assert [one.id for one in found.sessions] == [session.id]
    assert (await store.open_of([device_subject(second)])).sessions == []
