"""Each connection through a tunnel is in the log once, also where the line to the tunnel's process breaks meanwhile."""

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.storage.tunnels import StoredTunnels
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnels.connections import Began, Ended, Flow, FlowId
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refused
from tests.rig.tunnel_world import HULIN, ORIGIN, World

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


async def handed_on(office: World, *people: str) -> list[Opened]:
    """A shared device whose tunnel they open one after the other, a minute each."""
    device, made = office.device(owner=None), []
    for number, login in enumerate(people):
        who = SubjectId(f"urad:{number}2222222-2222-4222-8222-222222222222")
        session = await office.signed_in("UVW"[number], subject=who, login=login)
        made.append(await office.office.open(device.id, session, ORIGIN, office.now))
        office.now += MINUTE
    return made


def tried(made: Opened, since: datetime, at: datetime, **other: object) -> Refused:
    place = Target(ip_address("10.1.0.5"), Transport.TCP, 5432)
    device = next(one for one in made.addresses if one.version == 4)
    return replace(Refused(device, place, since=since, at=at), **other)  # type: ignore[arg-type]


async def test_of_a_shared_device_all_are_remembered_who_had_the_tunnel(office: World) -> None:
    """The tunnel's process tells what it could not tell for hours, as no control plane was there."""
    made = await handed_on(office, "jana", "petr", "eva")
    late = [Began(flow(one, number), one.at + SECOND) for number, one in enumerate(made)]
    await office.office.connections.hear(late)
    assert [one.person for one in office.of(Code.TUNNEL_CONNECTED)] == ["jana", "petr", "eva"]


async def test_they_are_remembered_by_a_control_plane_that_comes_back(office: World) -> None:
    made = await handed_on(office, "jana", "petr", "eva")
    office.begin()
    await office.office.take_up()
    late = [Began(flow(one, number), one.at + SECOND) for number, one in enumerate(made)]
    await office.office.connections.hear(late)
    assert [one.person for one in office.of(Code.TUNNEL_CONNECTED)] == ["jana", "petr", "eva"]


async def test_what_was_tried_is_whose_it_was_then_and_of_two_people_neither_s(office: World) -> None:
    first, second = made = await handed_on(office, "jana", "petr")
    hear = office.office.connections.hear
    await hear([tried(second, first.at, first.at + SECOND)])
    await hear([tried(second, second.at, second.at + SECOND)])
    await hear([tried(second, second.at - SECOND, second.at + SECOND, left_out=3)])
    before, after, between = office.of(Code.TUNNEL_TRIED)
    assert (before.person, before.details["tunnel"], before.reason) == ("jana", first.id, Why.NOT_OPENED)
    assert (after.person, after.details["tunnel"], after.reason) == ("petr", second.id, "key_needed")
    assert (between.person, between.subject, between.session, between.address) == ("", "", "", "")
    assert (between.outcome, between.reason) == (Outcome.REFUSED, Why.OPENED_ANEW)
    assert between.municipality == HULIN
    assert between.details == {
        "device": first.device,
        "target": "database",
        "host": "10.1.0.5:5432/tcp",
        "tunnels": [one.id for one in made],
        "since": (second.at - SECOND).isoformat(timespec="milliseconds"),
        "left_out_before": 3,
    }


async def test_what_was_tried_while_one_person_opened_the_tunnel_anew_is_theirs(office: World) -> None:
    first = await opened(office)
    office.now += MINUTE
    session = await office.signed_in("T")
    again = await office.office.open(first.device, session, ORIGIN, office.now)
    await office.office.connections.hear([tried(again, again.at - SECOND, again.at + SECOND)])
    assert [one.person for one in office.of(Code.TUNNEL_TRIED)] == ["novakova.jana"]


async def test_by_a_clock_that_is_set_back_the_last_one_has_the_tunnel(office: World) -> None:
    made = await handed_on(office, "jana", "eva")
    office.now -= MINUTE + 30 * SECOND
    session = await office.signed_in("T", subject=PETR, login="petr")
    again = await office.office.open(made[0].device, session, ORIGIN, office.now)
    await office.office.connections.hear([Began(flow(again), office.now + SECOND)])
    assert [one.person for one in office.of(Code.TUNNEL_CONNECTED)] == ["petr"]
