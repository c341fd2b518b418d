"""The office with the real store on a real database: what changes, what is announced, what is recorded."""

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from config.settings import SignIn
from config.vocabulary import MunicipalityCode, Role
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.id_token import SignedIn
from gateway.sessions.office import CLOCK_MARGIN, IN_FLIGHT, SessionOffice, handle_hash
from gateway.sessions.session import EndReason
from tests.gateway.sessions.office_world import HULIN, KEEP, KROMERIZ, LIFETIME, World


def officer(now: datetime) -> Entry:
    return Entry(
        code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=now, subject="officer", person="spravce"
    )


async def test_opening_gives_a_handle_that_only_its_holder_knows(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, handle = await world.open(who, now)
    assert await world.store.by_handle(handle_hash(handle), "a.example") == session
    assert len(handle) == 43  # 256 bits
    assert len(session.id) == 22
    assert session.municipality == KROMERIZ
    assert session.generation == 1
    assert len(session.user_agent) == 256
    world.database.close()
    assert handle.encode() not in Path(world.database.where).read_bytes()
    (entry,) = world.entries
    assert (entry.code, entry.person, entry.session) == (Code.SESSION_OPENED, "novakova", session.id)
    assert (entry.request_id, entry.details["host"]) == ("request-1", "a.example")


async def test_a_person_without_roles_acts_for_no_municipality(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(replace(who, roles=()), now)
    assert session.municipality is None


async def test_another_host_joins_the_same_session(world: World, who: SignedIn, now: datetime) -> None:
    session, first = await world.open(who, now)
    second = await world.office.join(session, "b.example")
    assert first != second
    assert await world.store.by_handle(handle_hash(second), "b.example") == session
    assert world.codes() == [Code.SESSION_OPENED]


async def test_two_hosts_that_open_at_once_share_one_session(
    world: World, who: SignedIn, now: datetime
) -> None:
    (first, one), (second, two) = await asyncio.gather(
        world.open(who, now), world.open(who, now, "b.example")
    )
    assert first == second
    assert one != two
    assert (
        await world.store.by_handle(handle_hash(one), "a.example")
        == await world.store.by_handle(handle_hash(two), "b.example")
        == first
    )
    assert world.codes() == [Code.SESSION_OPENED]


async def test_ending_announces_the_revocation_id_and_ends_the_sign_in(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, handle = await world.open(who, now)
    await world.office.end([session], EndReason.ENDED_BY_OFFICER, officer(now), now)
    assert world.announced == [frozenset({session.revocation_id})]
    assert world.ended == [("provider-session-1", EndReason.ENDED_BY_OFFICER)]
    ended = await world.store.by_handle(handle_hash(handle), "a.example")
    assert ended is not None
    assert (ended.end_reason, ended.generation) == (EndReason.ENDED_BY_OFFICER, 2)
    entry = world.entries[-1]
    assert (entry.code, entry.subject, entry.session) == (Code.SESSION_ENDED, who.subject, session.id)
    assert (entry.details["by"], entry.details["by_subject"]) == ("spravce", "officer")
    assert (entry.reason, entry.details["revoked"]) == ("ended_by_officer", session.revocation_id)


async def test_a_revocation_stays_as_long_as_any_grant_that_carries_it(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    await world.office.end([session], EndReason.SIGNED_OUT, None, now)
    last_grant = now + IN_FLIGHT  # signed by a decision that had read the session before
    world.revoked.sweep(last_grant + LIFETIME + CLOCK_MARGIN - timedelta(seconds=1))
    assert session.revocation_id in world.revoked
    assert await world.store.revoked(now) == {session.revocation_id: now + KEEP}
    assert world.entries[-1].details["by"] == "system"


async def test_ending_twice_announces_and_records_once(world: World, who: SignedIn, now: datetime) -> None:
    session, handle = await world.open(who, now)
    await world.office.end([session], EndReason.SIGNED_OUT, None, now)
    await world.office.end([session], EndReason.SIGNED_OUT, None, now)  # from a page that was open before
    ended = await world.store.by_handle(handle_hash(handle), "a.example")
    assert ended is not None
    await world.office.end([ended], EndReason.SIGNED_OUT, None, now)
    await world.office.end([], EndReason.SIGNED_OUT, None, now)
    assert len(world.announced) == 1
    assert world.codes() == [Code.SESSION_OPENED, Code.SESSION_ENDED]


async def test_signing_out_everywhere_ends_all_of_one_person_and_nobody_elses(
    world: World, who: SignedIn, now: datetime
) -> None:
    first, _ = await world.open(who, now)
    second, _ = await world.open(replace(who, provider_sid="provider-session-2"), now)
    theirs, handle = await world.open(replace(who, subject="other", provider_sid="provider-session-3"), now)
    assert await world.office.end_all_of(who.subject, EndReason.SIGNED_OUT_EVERYWHERE, None, now) == 2
    assert world.announced == [frozenset({first.revocation_id, second.revocation_id})]
    assert await world.store.by_handle(handle_hash(handle), "a.example") == theirs
    assert await world.office.end_all_of(who.subject, EndReason.SIGNED_OUT_EVERYWHERE, None, now) == 0


async def test_acting_for_another_municipality_decides_everything_anew(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, handle = await world.open(who, now)
    assert await world.office.act_for(session, HULIN, officer(now), now)
    assert world.announced == [frozenset({session.revocation_id})]
    switched = await world.store.by_handle(handle_hash(handle), "a.example")
    assert switched == replace(session, municipality=HULIN, generation=2)
    assert world.codes() == [Code.SESSION_OPENED, Code.SESSION_MUNICIPALITY, Code.REVOCATION]
    assert world.entries[1].details["from"] == KROMERIZ


async def test_nobody_acts_for_a_municipality_without_a_role_there(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    assert not await world.office.act_for(session, MunicipalityCode("500000"), officer(now), now)
    assert await world.office.act_for(session, KROMERIZ, officer(now), now)  # already the active one
    assert world.announced == []
    assert world.codes() == [Code.SESSION_OPENED]


async def test_an_ended_session_acts_for_nobody(world: World, who: SignedIn, now: datetime) -> None:
    session, _ = await world.open(who, now)
    await world.office.end([session], EndReason.SIGNED_OUT, None, now)
    assert not await world.office.act_for(session, HULIN, officer(now), now)
    assert Code.SESSION_MUNICIPALITY not in world.codes()


async def test_new_facts_decide_everything_anew(world: World, who: SignedIn, now: datetime) -> None:
    session, handle = await world.open(who, now)
    roles = ((HULIN, Role.MAYOR),)
    await world.office.take_facts([session], "Jana Malá", "mala", roles, now + LIFETIME)
    assert world.announced == [frozenset({session.revocation_id})]
    found = await world.store.by_handle(handle_hash(handle), "a.example")
    assert found == replace(
        session,
        name="Jana Malá",
        login="mala",
        roles=roles,
        municipality=HULIN,
        generation=2,
        facts_at=now + LIFETIME,
    )
    assert world.codes() == [Code.SESSION_OPENED, Code.FACTS_CHANGED, Code.REVOCATION]
    assert world.entries[1].details["roles"] == ["588491:mayor"]


async def test_new_facts_of_nobody_signed_in_are_no_event(world: World, now: datetime) -> None:
    await world.office.take_facts([], "J", "j", (), now)
    assert world.announced == []
    assert world.entries == []


async def test_a_change_reaches_the_gate_even_when_its_caller_hangs_up(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    begun, go = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        begun.set()
        go.wait(20)

    held = world.database.write_soon(hold)
    assert await asyncio.to_thread(begun.wait, 20)
    caller = asyncio.create_task(world.office.end([session], EndReason.SIGNED_OUT, None, now))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    await asyncio.wrap_future(held)
    await world.database.write(lambda _: None)  # behind the end
    await asyncio.sleep(0.01)
    assert world.announced == [frozenset({session.revocation_id})]
    assert world.codes() == [Code.SESSION_OPENED, Code.SESSION_ENDED]


async def test_a_session_is_where_its_person_is_and_its_entry_says_what_was_seen(
    world: World, who: SignedIn, now: datetime
) -> None:
    """The log places what came through a tunnel by itself; a list of sessions has the place alone."""
    seen, place = "10.90.0.2", "198.51.100.9"
    office = SessionOffice(world.store, world.revoked, SignIn(), LIFETIME, place={seen: place}.__getitem__)
    session, _ = await office.open(who, "a.example", seen, "browser", "request-1", now)
    assert session.address == place
    assert [one.address for one in world.entries] == [seen]
