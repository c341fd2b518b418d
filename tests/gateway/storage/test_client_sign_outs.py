"""Whatever ends a session, the clients it signed in to are due in that very transaction."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from config.settings import SignIn
from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.sessions.session import EndReason
from gateway.sign_outs.sign_out import NotTold, SignOut, Untold, delayed, given_up, told
from gateway.storage.audit import append
from gateway.storage.client_sign_outs import StoredSignOuts
from gateway.storage.database import Database
from gateway.storage.tables.identity import provider_session, signed_in_client
from idp.events import NOWHERE
from idp.events import EndReason as Reason
from idp.login import desk
from idp.login.session import Session
from idp.oidc.client import ClientId
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.identity_store import kept_in
from tests.rig.people import JANA
from tests.rig.signed_on import signed_on

GIS, LIBRARY = ClientId("gis"), ClientId("library")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(database: Database) -> StoredSignOuts:
    return StoredSignOuts(database, append)


async def signed_in(database: Database, now: datetime, *clients: ClientId) -> Session:
    session = signed_on(JANA, now)

    def work(book) -> None:
        book.keep_session(session)
        for one in clients:
            book.keep_signed_in(session, one)

    await kept_in(database).store.transact(work)
    return session


async def due(outbox: StoredSignOuts, now: datetime, without: tuple[ClientId, ...] = ()) -> list[SignOut]:
    return await outbox.due(now, 100, without)


async def test_nobody_is_told_while_the_session_lasts(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    await signed_in(database, now, GIS)
    assert await due(outbox, now + timedelta(days=1)) == []


async def test_each_client_of_the_session_is_due_once_when_it_ends(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    mine = await signed_in(database, now, GIS, LIBRARY, GIS)
    await signed_in(database, now, GIS)
    store = kept_in(database).store
    await store.transact(lambda book: desk.end_one(book, mine.sid, Reason.SIGNED_OUT, NOWHERE, now))
    found = await due(outbox, now)
    assert {one.client for one in found} == {GIS, LIBRARY}
    assert {(one.session, one.subject, one.person, one.ended_at, one.attempts) for one in found} == {
        (mine.sid, mine.person.subject, mine.person.login, now, 0)
    }
    assert [one.client for one in await due(outbox, now, (GIS,))] == [LIBRARY]
    assert len(await outbox.due(now, 1, ())) == 1


async def test_what_is_rolled_back_leaves_nobody_due(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    mine = await signed_in(database, now, GIS)

    def work(book) -> None:
        desk.end_one(book, mine.sid, Reason.SIGNED_OUT, NOWHERE, now)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await kept_in(database).store.transact(work)
    assert await due(outbox, now) == []


@pytest.mark.parametrize("lapse", [timedelta(hours=11), timedelta(hours=1)])
async def test_a_session_that_is_over_by_time_makes_them_due(
    database: Database, outbox: StoredSignOuts, now: datetime, lapse: timedelta
) -> None:
    """At the latest moment, and by idling."""
    await signed_in(database, now, GIS)
    assert await kept_in(database).store.sweep(SignIn(), now + lapse)
    assert [one.client for one in await due(outbox, now + lapse)] == [GIS]


async def test_what_ends_at_the_gateway_makes_them_due(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    both: Sides = sides(database)
    mine = await both.sign_in(now)
    theirs = await both.theirs(mine)
    await kept_in(database).store.transact(lambda book: book.keep_signed_in(theirs, GIS))
    people: list[SubjectId] = []
    await both.store.end([mine.id], EndReason.ACCOUNT_DISABLED, now, now + MINUTE, [], people)
    assert [(one.session, one.client) for one in await due(outbox, now)] == [(theirs.sid, GIS)]


async def test_what_a_node_of_the_version_before_ended_is_found_by_the_sweep(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    mine, living = await signed_in(database, now, GIS), await signed_in(database, now, LIBRARY)
    over = update(provider_session).where(provider_session.c.sid == mine.sid).values(ended_at=1)
    await database.write(lambda connection: connection.execute(over))
    await kept_in(database).store.sweep(SignIn(), now + MINUTE)
    assert [(one.session, one.client) for one in await due(outbox, now + MINUTE)] == [(mine.sid, GIS)]
    assert living.sid not in {one.session for one in await due(outbox, now + MINUTE)}


async def test_who_was_told_is_forgotten_and_it_is_recorded_once(
    database: Database, outbox: StoredSignOuts, now: datetime
) -> None:
    recorded: list[Code] = []
    outbox = StoredSignOuts(database, lambda _, entries: recorded.extend(one.code for one in entries))
    mine = await signed_in(database, now, GIS)
    store = kept_in(database).store
    await store.transact(lambda book: desk.end_one(book, mine.sid, Reason.SIGNED_OUT, NOWHERE, now))
    (one,) = await due(outbox, now)
    failure = NotTold(Untold.CLIENT_REFUSED, "status 400")
    for _ in range(2):  # two nodes at once: the second finds that an attempt was counted
        await outbox.postpone(one, now + MINUTE, [delayed(one, failure, now)])
    assert recorded == [Code.SIGN_OUT_DELAYED]
    assert await due(outbox, now) == []
    (again,) = await due(outbox, now + MINUTE)
    assert again.attempts == 1
    for entries in ([told(again, now)], [given_up(again, failure, now)]):
        await outbox.done(again, entries)
    assert recorded == [Code.SIGN_OUT_DELAYED, Code.SIGN_OUT_TOLD]
    left = await database.read(lambda connection: connection.execute(select(signed_in_client)).all())
    assert left == []
