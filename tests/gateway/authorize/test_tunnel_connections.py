"""Each connection through a tunnel is in the log once, also where the line to the tunnel's process breaks meanwhile."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.storage.tunnels import StoredTunnels
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnels.connections import Began, Ended, Flow, FlowId
from gateway.tunnels.permits import Target, Transport
from tests.rig.tunnel_world import ORIGIN, World

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PETR = SubjectId("urad:22222222-2222-4222-8222-222222222222")


async def opened(office: World) -> Opened:
    session = await office.signed_in()
    return await office.office.open(office.device().id, session, ORIGIN, office.now)


def flow(made: Opened, number: int = 1, **other: object) -> Flow:
    place = Target(ip_address("10.1.0.5"), Transport.TCP, 445)
    device = next(one for one in made.addresses if one.version == 4)
    return replace(Flow(FlowId(number), device, 40000 + number, place), **other)  # type: ignore[arg-type]


async def test_each_connection_is_in_the_log_once_with_its_octets(office: World) -> None:
    made = await opened(office)
    hear = office.office.connections.hear
    await hear([Began(flow(made), office.now)])
    await hear([Began(flow(made), office.now)])
    ended = Ended(flow(made, sent=1200, received=98_000), office.now, office.now + MINUTE)
    await hear([ended, ended])
    await hear([ended])
    begun, over = office.of(Code.TUNNEL_CONNECTED, Code.TUNNEL_DISCONNECTED)
    assert (begun.person, begun.details["target"], begun.details["host"]) == (
        "novakova.jana",
        "files",
        "10.1.0.5:445/tcp",
    )
    assert begun.details["device"] == made.device
    told_of = ("bytes_sent", "bytes_received", "duration_ms")
    assert tuple(over.details[one] for one in told_of) == (1200, 98_000, 60_000)
    assert await office.tunnels.connected() == []


async def test_an_end_is_whose_beginning_it_was_whoever_has_the_tunnel_by_then(office: World) -> None:
    device = office.device(owner=None)
    first, second = await office.signed_in(), await office.signed_in("T", subject=PETR, login="petr")
    made = await office.office.open(device.id, first, ORIGIN, office.now)
    await office.office.connections.hear([Began(flow(made), office.now)])
    await office.office.open(device.id, second, ORIGIN, office.now)
    office.begin()
    await office.office.take_up()
    (recorded,) = await office.office.connections.recorded()
    assert recorded.flow == flow(made)
    await office.office.connections.hear([Ended(flow(made), office.now, office.now)])
    (over,) = office.of(Code.TUNNEL_DISCONNECTED)
    assert over.person == "novakova.jana"
    assert "bytes_sent" not in over.details


async def test_a_beginning_of_which_is_heard_late_is_whose_it_was_then(office: World) -> None:
    """Another person has opened the tunnel of a shared device meanwhile."""
    device = office.device(owner=None)
    first, second = await office.signed_in(), await office.signed_in("T", subject=PETR, login="petr")
    made = await office.office.open(device.id, first, ORIGIN, office.now)
    began = office.now + MINUTE
    office.now = began + MINUTE
    await office.office.open(device.id, second, ORIGIN, office.now)
    late, now = Began(flow(made), began), Began(flow(made, 2), office.now)
    await office.office.connections.hear([late, now])
    assert [one.person for one in office.of(Code.TUNNEL_CONNECTED)] == ["novakova.jana", "petr"]


async def test_what_begins_while_another_person_is_about_to_have_the_tunnel_is_whose_it_is_yet(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is slow: who asked has it later than when they asked."""
    device = office.device(owner=None)
    first, second = await office.signed_in(), await office.signed_in("T", subject=PETR, login="petr")
    made = await office.office.open(device.id, first, ORIGIN, office.now)
    asked = office.now + MINUTE
    addresses = StoredTunnels.addresses

    async def slow(*of: Any) -> Any:
        office.now = asked + 2 * SECOND
        return await addresses(*of)

    monkeypatch.setattr(StoredTunnels, "addresses", slow)
    await office.office.open(device.id, second, ORIGIN, asked)
    meanwhile, then = Began(flow(made), asked + SECOND), Began(flow(made, 2), office.now)
    await office.office.connections.hear([meanwhile, then])
    assert [one.person for one in office.of(Code.TUNNEL_CONNECTED)] == ["novakova.jana", "petr"]


async def test_a_line_that_breaks_while_it_is_recorded_has_it_in_the_log_once(office: World) -> None:
    """The next process tells it again, as it was not told that it is heard."""
    made = await opened(office)
    connections, began = office.office.connections, Began(flow(made), office.now)
    blocked = threading.Event()
    office.database.write_soon(lambda _: blocked.wait())
    hearing = asyncio.create_task(connections.hear([began]))
    await asyncio.sleep(0.05)  # it is on its way to the database
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    blocked.set()
    assert await connections.recorded() == [began]
    await connections.hear([began])
    await connections.hear([Ended(flow(made, sent=1, received=2), office.now, office.now + MINUTE)])
    assert len(office.of(Code.TUNNEL_CONNECTED)) == len(office.of(Code.TUNNEL_DISCONNECTED)) == 1
    assert await office.tunnels.connected() == []


async def test_what_failed_and_is_durable_all_the_same_is_in_the_log_once(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a server's answer to a commit is lost."""
    made = await opened(office)
    connections, began = office.office.connections, Began(flow(made), office.now)
    kept = StoredTunnels.connections

    async def lost(tunnels: StoredTunnels, *said: Any) -> None:
        monkeypatch.undo()
        await kept(tunnels, *said)
        raise ConnectionError("the server closed the connection unexpectedly")

    monkeypatch.setattr(StoredTunnels, "connections", lost)
    with pytest.raises(ConnectionError):
        await connections.hear([began])
    await connections.hear([began])
    await connections.hear([Ended(flow(made), office.now, office.now)])
    assert len(office.of(Code.TUNNEL_CONNECTED)) == len(office.of(Code.TUNNEL_DISCONNECTED)) == 1
