"""Limits of roles in the statements of the database: what Python says is over, SQL neither keeps alive nor forgets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import RoleLimits, SignIn
from config.vocabulary import Role
from gateway.storage.activity import Activity
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.moment import MICROSECOND, micros
from gateway.storage.session_rows import roles_text
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import SingleSignOn
from gateway.storage.tables.sessions import session as table
from idp.directory.person import RoleHeld
from idp.login.session import end_due
from tests.gateway.storage.both_sides import Sides
from tests.rig.people import HULIN, NOON
from tests.rig.prepared import prepared
from tests.rig.session_store import SEAL

LIMITS = SignIn(
    limits=[
        RoleLimits(roles=[Role.SUPPLIER, Role.AUDITOR], idle=timedelta(minutes=6)),
        RoleLimits(roles=[Role.MAYOR], idle=timedelta(minutes=10)),
        RoleLimits(roles=[Role.CLERK], absolute=timedelta(hours=1)),
    ]
)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Sides]:
    database = Database(prepared(tmp_path / "brana.db"))
    sessions = StoredSessions(database, append, Activity(LIMITS), SingleSignOn(SEAL, append).end)
    yield Sides(database, sessions, IdentityStore(database, SEAL, append))
    database.close()


async def signed_in(both: Sides, *roles: Role):
    """At both, with these roles."""
    mine = await both.sign_in(NOON)
    held = tuple((HULIN, role) for role in roles)
    theirs = await both.theirs(mine)
    person = replace(theirs.person, roles=tuple(RoleHeld(HULIN, role) for role in roles))
    await both.identities.transact(lambda book: book.keep_session(replace(theirs, person=person)))
    change = update(table).where(table.c.id == mine.id).values(roles=roles_text(held))
    await both.database.write(lambda connection: connection.execute(change))
    return await both.mine(mine)


@pytest.mark.parametrize(
    ("roles", "minutes"),
    [
        ((), 15),
        ((Role.CLERK,), 15),
        ((Role.AUDITOR,), 6),
        ((Role.MAYOR,), 10),
        ((Role.CLERK, Role.MAYOR, Role.SUPPLIER), 6),
    ],
)
async def test_activity_prolongs_until_the_strictest_limit_and_not_after_it(both: Sides, roles, minutes):
    for lapse, kept in (
        (timedelta(minutes=minutes) - MICROSECOND, True),
        (timedelta(minutes=minutes, seconds=1), False),
    ):
        session = await signed_in(both, *roles)
        seen = NOON + lapse
        await both.store.record(session.id, seen, [])
        mine, theirs = await both.mine(session), await both.theirs(session)
        assert (mine.last_seen_at == seen) is kept
        assert (theirs.last_seen == seen) is kept
        assert (mine.why_over(LIMITS, seen) is None) is kept
        assert (end_due(theirs, seen, LIMITS) is None) is kept


async def test_the_sweep_ends_exactly_those_whose_own_limit_is_over(both: Sides):
    clerk, supplier = await signed_in(both, Role.CLERK), await signed_in(both, Role.SUPPLIER)
    over = await both.identities.sweep(LIMITS, NOON + timedelta(minutes=6))
    assert over == (supplier.provider_sid,)
    over = await both.identities.sweep(LIMITS, NOON + timedelta(minutes=15))
    assert over == (clerk.provider_sid,)


async def test_a_name_that_looks_like_a_role_shortens_nothing(both: Sides):
    session = await signed_in(both, Role.CLERK)
    theirs = await both.theirs(session)
    odd = replace(theirs.person, name='x","role":"supplier","y":"')
    await both.identities.transact(lambda book: book.keep_session(replace(theirs, person=odd)))
    assert await both.identities.sweep(LIMITS, NOON + timedelta(minutes=14)) == ()


async def test_work_at_the_provider_keeps_the_gateways_session_awake_but_revives_none(both: Sides):
    busy, idle = await signed_in(both, Role.CLERK), await signed_in(both, Role.CLERK)
    asleep = (
        update(table).where(table.c.id == idle.id).values(last_seen_at=micros(NOON - timedelta(minutes=9)))
    )
    await both.database.write(lambda connection: connection.execute(asleep))
    seen = NOON + timedelta(minutes=10)
    for one in (busy, idle):
        await both.identities.transact(
            lambda book, one=one: book.keep_seen(one.provider_sid, seen, LIMITS.idle)
        )
    assert (await both.mine(busy)).last_seen_at == (await both.theirs(busy)).last_seen == seen
    assert (await both.mine(idle)).last_seen_at == NOON - timedelta(minutes=9)
