"""Requests that only the access log tells of keep sessions awake, at the gateway and at the provider alike."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from config.settings import SignIn
from config.vocabulary import SessionId
from gateway.audit.spool import Place
from gateway.sessions.session import EndReason, Session
from gateway.storage.activity import MANY
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.database import Database
from gateway.storage.engine import DRIVER_ERRORS
from idp.login.session import end_due
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.session_store import ACTIVITY

LIMITS = SignIn()
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
FILE = "access-1.log"
SAID = ((2, ("a", 1, "b", 2)), (None, ('["00000000000000000001a"]',)))
"""How many sessions, and what a statement for them is given."""


@pytest.fixture
def both(database: Database) -> Sides:
    return sides(database)


class Ingested:
    """The ingest's store, a batch after the other."""

    def __init__(self, database: Database) -> None:
        self.places, self.at = SpoolPlaces(database, lambda: ACTIVITY), 0

    async def batch(self, *seen: tuple[Session, datetime]) -> None:
        before, after = Place(FILE, self.at), Place(FILE, self.at + 1)
        await self.places.move(before, after, [], {session.id: at for session, at in seen})
        self.at += 1


@pytest.fixture
def ingested(database: Database) -> Ingested:
    return Ingested(database)


async def test_a_click_under_a_fresh_grant_is_seen_at_the_gateway_and_at_the_provider(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    session, other = await both.sign_in(now), await both.sign_in(now)
    await ingested.batch((session, now + 4 * MINUTE))
    assert (await both.mine(session)).last_seen_at == now + 4 * MINUTE
    assert (await both.theirs(session)).last_seen == now + 4 * MINUTE
    assert (await both.mine(other)).last_seen_at == (await both.theirs(other)).last_seen == now


async def test_a_decision_is_seen_at_both_too(both: Sides, now: datetime) -> None:
    session = await both.sign_in(now)
    await both.store.record(session.id, now + MINUTE, [])
    assert (await both.mine(session)).last_seen_at == (await both.theirs(session)).last_seen == now + MINUTE


async def test_idle_is_counted_from_the_last_click_on_both_sides(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    session, click = await both.sign_in(now), now + 4 * MINUTE
    await ingested.batch((session, click))
    for later, here in ((LIMITS.idle - MOMENT, None), (LIMITS.idle + MOMENT, EndReason.IDLE)):
        mine, theirs = await both.mine(session), await both.theirs(session)
        assert mine.why_over(LIMITS, click + later) is here
        assert (end_due(theirs, click + later, LIMITS) is None) is (here is None)


async def test_a_line_that_comes_late_turns_nothing_back(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    session = await both.sign_in(now)
    await ingested.batch((session, now + 4 * MINUTE))
    await ingested.batch((session, now + 2 * MINUTE))
    assert (
        (await both.mine(session)).last_seen_at
        == (await both.theirs(session)).last_seen
        == (now + 4 * MINUTE)
    )


async def test_what_has_ended_is_not_touched(both: Sides, ingested: Ingested, now: datetime) -> None:
    session = await both.sign_in(now)
    await both.store.end([session.id], EndReason.SIGNED_OUT, now, now + MINUTE, [])
    before = await both.mine(session), await both.theirs(session)
    await ingested.batch((session, now + MINUTE))
    assert (await both.mine(session), await both.theirs(session)) == before


async def test_what_has_gone_idle_is_not_revived(both: Sides, ingested: Ingested, now: datetime) -> None:
    session, late = await both.sign_in(now), now + LIMITS.idle + MOMENT
    await ingested.batch((session, late))
    assert (await both.mine(session)).why_over(LIMITS, late) is EndReason.IDLE
    assert (await both.theirs(session)).last_seen == now


async def test_a_batch_of_many_sessions_reaches_each_of_them(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    sessions = [await both.sign_in(now) for _ in range(90)]
    for first, last in ((0, MANY - 1), (MANY - 1, len(sessions))):
        await ingested.batch(*((sessions[one], now + one * MOMENT) for one in range(first, last)))
    for number, one in enumerate(sessions):
        assert (await both.mine(one)).last_seen_at == now + number * MOMENT
        assert (await both.theirs(one)).last_seen == now + number * MOMENT


async def test_whatever_sessions_are_called_a_batch_of_many_is_taken(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    """What a client says was its session is looked for as it is."""
    session = await both.sign_in(now)
    strange = ['"', "\\", "ž", "'", "x" * 3000, "\0", "\ud800", *map(str, range(MANY))]
    places, seen = ingested.places, {SessionId(one): now + MINUTE for one in strange}
    await places.move(Place(FILE), Place(FILE, 1), [], {**seen, session.id: now + MINUTE})
    assert (await both.mine(session)).last_seen_at == now + MINUTE


async def test_lines_that_are_not_taken_over_keep_nobody_awake(
    both: Sides, ingested: Ingested, now: datetime
) -> None:
    session = await both.sign_in(now)
    await both.fault("INSERT ON audit_spool")
    with pytest.raises((SQLAlchemyError, *DRIVER_ERRORS)):
        await ingested.batch((session, now + MINUTE))
    assert await both.mine(session) == session


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
async def test_each_session_is_found_by_its_name_however_many_there_are(database: Database) -> None:
    made = (ACTIVITY._at_the_gateway, ACTIVITY._at_the_provider)
    for statement, values in ((of(number), values) for of in made for number, values in SAID):
        plan = database.read_now(
            lambda c, statement=statement, values=values: c.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", values
            ).all()
        )
        scanned = [row.detail for row in plan if row.detail.startswith("SCAN")]
        assert not [one for one in scanned if "session" in one], plan
