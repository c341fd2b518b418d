"""Tunnels in the database: one of each device, addresses that rest, connections that begin and end once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.audit.entry import Code, Entry, Outcome
from gateway.storage.database import Database
from gateway.storage.tunnels import StoredTunnels
from gateway.tunnel_sessions.opened import Connected, Line, Opened, TunnelId, Why
from gateway.tunnels.addresses import REST, PoolFull
from gateway.tunnels.connections import FlowId
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.permits import Target, Transport
from tests.gateway.storage.conftest import Recorded

POOLS = (ip_network("10.90.0.0/29"), ip_network("fd00:90::/64"))
TARGET = Target(ip_address("10.1.0.5"), Transport.TCP, 445)


@pytest.fixture
def tunnels(database: Database, recorded: Recorded) -> StoredTunnels:
    return StoredTunnels(database, recorded.append_all)


def entry(code: Code, now: datetime) -> Entry:
    return Entry(code=code, outcome=Outcome.SUCCESS, at=now)


@pytest.fixture
def opened(now: datetime) -> Callable[..., Opened]:
    def made(name: str, device: str = "notebook", **other: object) -> Opened:
        known = Opened(
            id=TunnelId(name),
            device=device,
            key=PrivateKey.generate().public,
            addresses=frozenset({ip_address("10.90.0.2"), ip_address("fd00:90::2")}),
            subject="kromeriz:1",
            login="novakova",
            session="s" * 22,
            municipality="588296",
            address="192.0.2.7",
            at=now,
            until=now + timedelta(hours=8),
        )
        return replace(known, **other)

    return made


async def test_a_tunnel_is_kept_whole_until_it_is_closed(
    tunnels: StoredTunnels, opened: Callable[..., Opened], recorded: Recorded, now: datetime
) -> None:
    one = opened("a", municipality=None)
    await tunnels.open(one, [entry(Code.STARTED, now)])
    assert await tunnels.open_ones() == [one]
    assert await tunnels.close(one.id, Why.TOO_LONG, now, [entry(Code.STOPPED, now)])
    assert await tunnels.open_ones() == []
    assert not await tunnels.close(one.id, Why.TOO_LONG, now, [entry(Code.STOPPED, now)])
    assert [each.code for each in recorded] == [Code.STARTED, Code.STOPPED]


async def test_a_device_has_one_tunnel(
    tunnels: StoredTunnels, opened: Callable[..., Opened], now: datetime
) -> None:
    first, second, other = opened("a"), opened("b"), opened("c", "tablet")
    for one in (first, other, second):
        await tunnels.open(one, [])
    assert {one.id for one in await tunnels.open_ones()} == {"b", "c"}
    assert not await tunnels.close(first.id, Why.CLOSED_BY_PERSON, now, [])


async def test_a_device_keeps_its_addresses_and_nobody_gets_them_until_they_have_rested(
    tunnels: StoredTunnels, now: datetime
) -> None:
    first = await tunnels.addresses("a", POOLS, now)
    assert first == {ip_address("10.90.0.2"), ip_address("fd00:90::2")}
    assert await tunnels.addresses("a", POOLS, now) == first
    assert await tunnels.addresses("b", POOLS, now) == {ip_address("10.90.0.3"), ip_address("fd00:90::3")}
    await tunnels.release("a", now)
    assert ip_address("10.90.0.2") not in await tunnels.addresses("c", POOLS, now + REST / 2)
    assert ip_address("10.90.0.2") in await tunnels.addresses("d", POOLS, now + REST)
    assert ip_address("10.90.0.2") not in await tunnels.addresses("a", POOLS, now + REST)


async def test_a_full_pool_gives_nothing_to_nobody(tunnels: StoredTunnels, now: datetime) -> None:
    for number in range(5):
        await tunnels.addresses(f"device {number}", POOLS, now)
    with pytest.raises(PoolFull):
        await tunnels.addresses("one more", POOLS, now)
    with pytest.raises(PoolFull):  # nothing of the failed one stands
        await tunnels.addresses("one more", POOLS, now)
    await tunnels.release("device 1", now)
    again = {ip_address("10.90.0.3"), ip_address("fd00:90::3")}
    assert await tunnels.addresses("one more", POOLS, now + REST) == again


def connected(one: Opened, number: int, now: datetime) -> Connected:
    line = Line(FlowId(2**32 - number), ip_address("10.90.0.2"), 40000 + number, TARGET)
    return Connected(line=line, at=now, tunnel=one, target="spisy")


async def test_connections_begin_and_end_with_their_entries(
    tunnels: StoredTunnels, opened: Callable[..., Opened], recorded: Recorded, now: datetime
) -> None:
    one = opened("a")
    await tunnels.open(one, [])
    many = [connected(one, number, now) for number in range(250)]
    await tunnels.connections(many, [], [entry(Code.STARTED, now)])
    assert sorted(await tunnels.connected(), key=lambda each: each.line.port) == many
    await tunnels.connections([], [each.line for each in many[1:]], [entry(Code.STOPPED, now)])
    assert await tunnels.connected() == many[:1]
    with pytest.raises(IntegrityError):
        await tunnels.connections(many[:1], [], [entry(Code.STARTED, now)])
    assert [each.code for each in recorded][:2] == [Code.STARTED, Code.STOPPED]


async def test_what_is_closed_is_forgotten_when_nothing_is_open_in_it(
    tunnels: StoredTunnels, opened: Callable[..., Opened], now: datetime
) -> None:
    first, second = opened("a"), opened("b", "tablet")
    for one in (first, second):
        await tunnels.open(one, [])
        await tunnels.close(one.id, Why.TOO_LONG, now, [])
    await tunnels.connections([connected(first, 1, now)], [], [])
    assert await tunnels.forget(now) == 0
    assert await tunnels.forget(now + timedelta(days=1)) == 1
    assert [each.tunnel.id for each in await tunnels.connected()] == ["a"]
