"""Clients are told by a real HTTPS server of theirs, out of the real database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.audit.entry import Code, Entry
from gateway.sign_outs.delivery import AT_ONCE, OF_ONE_CLIENT, Delivery
from gateway.sign_outs.post import Post
from gateway.sign_outs.sign_out import BACK_OFF, Receiver
from gateway.storage.client_sign_outs import StoredSignOuts
from idp.events import NOWHERE, EndReason
from idp.login import desk
from idp.login.session import Session
from idp.oidc.client import Algorithm, Client, ClientId
from idp.oidc.keys import SigningKeys
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import JANA, NOON
from tests.rig.provider import ISSUER, signing_keys
from tests.rig.signed_on import signed_on
from tests.rig.told_clients import ToldClients, told_clients

pytestmark = pytest.mark.real
SECOND = timedelta(seconds=1)


def receiver(clients: ToldClients, name: str, algorithm: Algorithm = "ES256") -> Receiver:
    here = frozenset({f"https://{name}.obec.test/cb"})
    client = Client(id=ClientId(name), redirect_uris=here, algorithm=algorithm)
    return Receiver(client=client, address=clients.address(name), authority=clients.authority)


@dataclass(slots=True)
class World:
    kept: Kept
    clients: ToldClients
    receivers: dict[ClientId, Receiver] = field(default_factory=dict)
    now: datetime = NOON
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        post = Post(SigningKeys(signing_keys()), ISSUER, lambda: self.now)
        outbox = StoredSignOuts(self.kept.database, self.kept.append)
        self.delivery = Delivery(outbox, lambda: self.receivers, post.send, lambda: self.now)

    async def over(self, *names: str) -> Session:
        """A session that signed in to these clients, and has ended."""
        session = signed_on(JANA, self.now)
        for name in names:
            self.receivers[ClientId(name)] = receiver(self.clients, name)

        def work(book) -> None:
            book.keep_session(session)
            for name in names:
                book.keep_signed_in(session, ClientId(name))
            desk.end_one(book, session.sid, EndReason.SIGNED_OUT, NOWHERE, self.now)

        await self.kept.store.transact(work)
        return session

    async def step(self) -> None:
        await self.delivery.step()
        await self.delivery.settle()

    def told(self, code: Code) -> list[Entry]:
        return [one for one in self.kept.entries if one.code is code]


@asynccontextmanager
async def world_in(folder: Path) -> AsyncIterator[World]:
    async with told_clients(folder / "tls") as clients:
        with identity_store(folder) as kept:
            made = World(kept, clients)
            try:
                yield made
            finally:
                await made.delivery.rest()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_in(tmp_path) as made:
        yield made


async def test_each_client_gets_a_token_that_is_for_it(world: World) -> None:
    session = await world.over("gis", "library")
    world.receivers[ClientId("gis")] = receiver(world.clients, "gis", "RS256")
    await world.step()
    keys = KeySet.import_key_set(SigningKeys(signing_keys()).jwks)
    names = set()
    for client, algorithm in (("gis", "RS256"), ("library", "ES256")):
        (token,) = world.clients.tokens[client]
        read = jwt.decode(token, keys, algorithms=[algorithm])
        assert read.header["typ"] == "logout+jwt"
        assert (read.claims["aud"], read.claims["iss"]) == (client, ISSUER)
        assert (read.claims["sub"], read.claims["sid"]) == (session.person.subject, session.sid)
        assert "nonce" not in read.claims
        names.add(read.claims["jti"])
    assert len(names) == 2
    assert {one.application for one in world.told(Code.SIGN_OUT_TOLD)} == {"gis", "library"}
    for request in world.clients.requests:
        assert (request.method, request.content_type) == ("POST", "application/x-www-form-urlencoded")
    await world.step()
    assert len(world.clients.requests) == 2


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (201, False), (400, False), (501, False)]
)
async def test_only_200_and_204_say_that_it_was_taken(world: World, status: int, taken: bool) -> None:
    await world.over("gis")
    world.clients.statuses["gis"] = status
    await world.step()
    assert bool(world.told(Code.SIGN_OUT_TOLD)) is taken
    assert [one.reason for one in world.told(Code.SIGN_OUT_DELAYED)] == ([] if taken else ["client_refused"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_is_sent_elsewhere(world: World, status: int) -> None:
    await world.over("gis")
    world.clients.statuses["gis"] = status
    await world.step()
    assert "elsewhere" not in world.clients.tokens
    assert [one.details["cause"] for one in world.told(Code.SIGN_OUT_DELAYED)] == [f"status {status}"]


async def test_a_server_that_is_not_trusted_hears_nothing(world: World, tmp_path: Path) -> None:
    await world.over("gis")
    async with told_clients(tmp_path / "other") as others:
        known = world.receivers[ClientId("gis")]
        world.receivers[ClientId("gis")] = replace(known, authority=others.authority)
        await world.step()
    assert world.clients.requests == []
    assert [one.reason for one in world.told(Code.SIGN_OUT_DELAYED)] == ["client_not_trusted"]


async def test_it_is_tried_again_later_and_given_up_in_the_end(world: World) -> None:
    await world.over("gis")
    world.clients.statuses["gis"] = 503
    for pause in BACK_OFF:
        await world.step()
        tries = len(world.clients.requests)
        world.now += pause - SECOND
        await world.step()
        assert len(world.clients.requests) == tries
        world.now += SECOND
    assert world.told(Code.SIGN_OUT_GIVEN_UP) == []
    await world.step()
    (lost,) = world.told(Code.SIGN_OUT_GIVEN_UP)
    assert (lost.application, lost.reason, lost.details["attempts"]) == ("gis", "client_refused", 9)
    assert len(world.told(Code.SIGN_OUT_DELAYED)) == 1
    world.now += timedelta(days=1)
    await world.step()
    assert len(world.clients.requests) == 9


async def test_a_client_that_was_away_is_told_when_it_is_back(world: World) -> None:
    await world.over("gis")
    away = world.receivers[ClientId("gis")]
    world.receivers[ClientId("gis")] = replace(away, address="https://localhost:1/gis")
    await world.step()
    assert [one.reason for one in world.told(Code.SIGN_OUT_DELAYED)] == ["client_unreachable"]
    world.receivers[ClientId("gis")] = away
    world.now += BACK_OFF[0]
    await world.step()
    assert len(world.clients.tokens["gis"]) == 1
    (taken,) = world.told(Code.SIGN_OUT_TOLD)
    assert taken.details["attempts"] == 2


async def test_one_that_never_answers_is_in_nobodys_way(world: World) -> None:
    world.clients.hanging.add("stuck")
    for _ in range(AT_ONCE * 2):
        await world.over("stuck")
    await world.over(*(f"client-{number}" for number in range(AT_ONCE)))
    looking = asyncio.create_task(_looking(world.delivery))
    await world.clients.until(AT_ONCE, within=4)
    looking.cancel()
    assert world.clients.most["stuck"] == OF_ONE_CLIENT
    assert world.clients.most[""] <= AT_ONCE


async def _looking(delivery: Delivery) -> None:
    while True:
        await delivery.step()
        await asyncio.sleep(0.02)


async def test_who_was_told_while_nothing_can_be_noted_is_not_told_again_at_once(world: World) -> None:
    await world.over("gis")

    def full(*_: object) -> None:
        raise OSError("no room")

    outbox = StoredSignOuts(world.kept.database, full)
    post = Post(SigningKeys(signing_keys()), ISSUER, lambda: world.now)
    world.delivery = Delivery(outbox, lambda: world.receivers, post.send, lambda: world.now)
    looking = asyncio.create_task(_looking(world.delivery))
    await world.clients.until(1)
    await asyncio.sleep(1)
    looking.cancel()
    assert len(world.clients.tokens["gis"]) == 1
    assert [one.client for one in await outbox.due(world.now, 9, ())] == ["gis"]


async def test_a_client_that_is_configured_no_more_is_forgotten_without_a_word(world: World) -> None:
    await world.over("gis")
    world.receivers.clear()
    await world.step()
    assert world.clients.requests == []
    world.receivers[ClientId("gis")] = receiver(world.clients, "gis")
    await world.step()
    assert world.clients.requests == []


async def test_what_was_under_way_when_we_stopped_is_sent_at_the_next_start(world: World) -> None:
    world.clients.hanging.add("gis")
    await world.over("gis")
    await world.delivery.step()
    async with asyncio.timeout(10):
        while not world.clients.requests:
            await asyncio.sleep(0.01)
    await world.delivery.rest()
    world.clients.hanging.clear()
    await World(world.kept, world.clients, world.receivers, world.now).step()
    assert len(world.clients.tokens["gis"]) == 1
