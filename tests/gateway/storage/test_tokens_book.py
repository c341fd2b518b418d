"""Codes and tokens of relying parties, in the real database."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from config.settings import SignIn
from config.vocabulary import SessionId, SubjectId
from gateway.storage.database import Database
from gateway.storage.identity import REPLAYS_NOTICED
from gateway.storage.identity_book import IdentityBook
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    device_grant,
    refresh_family,
)
from idp.login.handle import HandleHash
from idp.oidc.book import AccessToken, Code, DeviceGrant, RefreshFamily
from idp.oidc.claims_request import ClaimsRequest, Wish
from idp.oidc.client import ClientId, Scope
from idp.oidc.errors import RequestFault
from idp.oidc.pushed import Pushed, push, take
from tests.rig.identity_store import kept_in
from tests.rig.people import NOON
from tests.rig.postgres import Server

CODE = Code(
    hash=HandleHash(b"c" * 32),
    session=SessionId("s" * 22),
    client=ClientId("gis"),
    redirect_uri="https://gis.obec.test/cb",
    challenge="x" * 43,
    nonce=None,
    scopes=(Scope.OPENID, Scope.ROLES),
    expires_at=NOON + timedelta(minutes=1),
    refresh=True,
)
FAMILY = RefreshFamily(
    name=HandleHash(b"f" * 32),
    secret=HandleHash(b"1" * 32),
    code=CODE.hash,
    session=CODE.session,
    client=CODE.client,
    scopes=CODE.scopes,
    expires_at=NOON + timedelta(hours=1),
    ends_at=NOON + timedelta(hours=10),
)
GRANT = DeviceGrant(
    hash=HandleHash(b"d" * 32),
    user_code=HandleHash(b"u" * 32),
    client=ClientId("tool"),
    scopes=CODE.scopes,
    refresh=True,
    address="192.0.2.7",
    user_agent="curl/8",
    asked_at=NOON,
    expires_at=NOON + timedelta(minutes=10),
    interval=timedelta(seconds=5),
)
TOKEN = AccessToken(
    hash=HandleHash(b"a" * 32),
    code=CODE.hash,
    session=CODE.session,
    client=CODE.client,
    scopes=CODE.scopes,
    expires_at=NOON + timedelta(minutes=5),
)


async def test_codes_and_families_come_back_as_they_were_kept(database: Database) -> None:
    store = kept_in(database).store
    for code in (CODE, replace(CODE, used_at=NOON, refresh=False, jkt="k" * 43)):
        await store.transact(lambda book, code=code: book.keep_code(code))
        assert await store.look(lambda book: book.code(CODE.hash)) == code
    for token in (TOKEN, replace(TOKEN, jkt="k" * 43, x5t="x" * 43)):
        await store.transact(lambda book, token=token: book.keep_token(token))
        assert await store.look(lambda book: book.token(TOKEN.hash)) == token
    changed = replace(FAMILY, secret=HandleHash(b"2" * 32), withdrawn_at=NOON, jkt="k" * 43, x5t="x" * 43)
    for family in (FAMILY, changed):
        await store.transact(lambda book, family=family: book.keep_refresh_family(family))
        assert await store.look(lambda book: book.refresh_family(FAMILY.name)) == family
    assert await store.look(lambda book: book.refresh_family(FAMILY.secret)) is None


async def test_a_pushed_request_comes_back_and_is_removed_when_nobody_could_use_it_a_second_time(
    database: Database,
) -> None:
    store = kept_in(database).store
    pushed = Pushed(
        name=HandleHash(b"p" * 32),
        client=ClientId("gis"),
        asked="client_id=gis",
        expires_at=NOON + timedelta(minutes=1),
    )
    for one in (pushed, replace(pushed, asked="", used_at=NOON)):
        await store.transact(lambda book, one=one: book.keep_pushed(one))
        assert await store.look(lambda book: book.pushed(pushed.name)) == one
    until = pushed.expires_at + REPLAYS_NOTICED
    for moment, left in ((until - timedelta(seconds=1), True), (until, False)):
        await store.sweep(SignIn(), moment)
        assert (await store.look(lambda book: book.pushed(pushed.name)) is not None) is left


async def test_a_program_that_waits_is_found_by_either_of_its_codes(database: Database) -> None:
    store = kept_in(database).store
    answered = replace(
        GRANT,
        polled_at=NOON,
        interval=timedelta(seconds=10),
        subject=SubjectId("office:1"),
        answered_at=NOON,
        session=CODE.session,
        used_at=NOON,
    )
    for grant in (GRANT, answered):
        await store.transact(lambda book, grant=grant: book.keep_device_grant(grant))
        assert await store.look(lambda book: book.device_grant(GRANT.hash)) == grant
        assert await store.look(lambda book: book.device_grant_of(GRANT.user_code)) == grant
    assert await store.look(lambda book: book.device_grant(GRANT.user_code)) is None


async def test_what_nobody_waits_for_any_more_is_removed(database: Database) -> None:
    store = kept_in(database).store
    await store.transact(lambda book: book.keep_device_grant(GRANT))
    for over, left in ((REPLAYS_NOTICED - timedelta(seconds=1), 1), (REPLAYS_NOTICED, 0)):
        await store.sweep(SignIn(), GRANT.expires_at + over)
        rows = await database.read(
            lambda connection: connection.execute(select(func.count()).select_from(device_grant)).scalar()
        )
        assert rows == left


@pytest.mark.real
async def test_of_two_nodes_one_takes_a_pushed_request_that_another_start_kept(postgres: Server) -> None:
    place, names = postgres.database(), [HandleHash(bytes([number]) * 32) for number in range(20)]

    def kept(book: IdentityBook) -> None:
        for name in names:
            push(book, "client_id=gis", ClientId("gis"), name, NOON)

    def taken(name: HandleHash) -> Callable[[IdentityBook], str | RequestFault]:
        return lambda book: take(book, name, ClientId("gis"), NOON)

    with closing(Database(place)) as before:
        await kept_in(before).store.transact(kept)
    with closing(Database(place)) as one, closing(Database(place)) as other:
        nodes = [kept_in(database).store for database in (one, other)]
        for name in names:
            answers = await asyncio.gather(*(node.transact(taken(name)) for node in nodes))
            assert set(answers) == {"client_id=gis", RequestFault.URI_USED_TWICE}


async def test_a_scope_of_a_later_version_is_read_as_none(database: Database) -> None:
    store = kept_in(database).store
    await store.transact(lambda book: book.keep_code(CODE))
    await store.transact(lambda book: book.keep_token(TOKEN))
    await store.transact(lambda book: book.keep_refresh_family(FAMILY))
    for table in (authorization_code, access_token, refresh_family):
        later = update(table).values(scopes="openid later roles")
        await database.write(lambda connection, later=later: connection.execute(later).rowcount)
    assert await store.look(lambda book: book.code(CODE.hash)) == CODE
    assert await store.look(lambda book: book.token(TOKEN.hash)) == TOKEN
    assert await store.look(lambda book: book.refresh_family(FAMILY.name)) == FAMILY


async def test_a_version_before_reads_the_scopes_that_it_knows_and_leaves_the_rest_alone(
    database: Database,
) -> None:
    """Its `Scope(word)` of another word is an error, and what it keeps again has no column that it does not know."""
    store = kept_in(database).store
    wanted = ClaimsRequest({"name": Wish(essential=True)}, {"email": Wish(frozenset({"a", "b"}))})
    scopes = (Scope.OPENID, Scope.PROFILE, Scope.MUNICIPALITY, Scope.AGENDAS)
    code, token = replace(CODE, scopes=scopes, claims=wanted), replace(TOKEN, scopes=scopes, claims=wanted)
    family = replace(FAMILY, scopes=scopes, claims=wanted)
    await store.transact(lambda book: book.keep_code(code))
    await store.transact(lambda book: book.keep_token(token))
    await store.transact(lambda book: book.keep_refresh_family(family))
    for table in (authorization_code, access_token, refresh_family):
        kept = await database.read(
            lambda connection, of=table: connection.execute(select(of.c.scopes)).scalars().all()
        )
        assert kept == ["openid profile"]
    assert await store.look(lambda book: book.code(CODE.hash)) == code
    assert await store.look(lambda book: book.token(TOKEN.hash)) == token
    assert await store.look(lambda book: book.refresh_family(FAMILY.name)) == family


async def test_what_came_of_a_code_is_withdrawn_together_and_once(database: Database) -> None:
    store = kept_in(database).store
    other = replace(FAMILY, name=HandleHash(b"g" * 32), code=HandleHash(b"d" * 32))
    for one in (FAMILY, other):
        await store.transact(lambda book, one=one: book.keep_refresh_family(one))
    for name in (b"a", b"b"):
        token = replace(TOKEN, hash=HandleHash(name * 32))
        await store.transact(lambda book, token=token: book.keep_token(token))
    for number in (3, 0):
        assert await store.transact(lambda book: book.withdraw_tokens(CODE.hash, NOON)) == number
    assert await store.look(lambda book: book.refresh_family(FAMILY.name)) == replace(
        FAMILY, withdrawn_at=NOON
    )
    assert await store.look(lambda book: book.refresh_family(other.name)) == other
    assert await store.look(lambda book: book.token(TOKEN.hash)) is None


async def test_a_family_is_kept_for_an_hour_beyond_its_end_and_then_removed(database: Database) -> None:
    store = kept_in(database).store
    await store.transact(lambda book: book.keep_refresh_family(FAMILY))
    count = select(func.count()).select_from(refresh_family)
    gone_at = FAMILY.expires_at + REPLAYS_NOTICED
    for moment, number in ((gone_at - timedelta(seconds=1), 1), (gone_at, 0)):
        await store.sweep(SignIn(), moment)
        assert await database.read(lambda connection: connection.execute(count).scalar()) == number
