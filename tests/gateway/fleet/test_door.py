"""The port of a control plane: who is let through to which service, and what becomes of everybody else."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Never

import pytest
from aiohttp import web

from config.fleet import NodeName, Role, Service
from gateway.demo.slapd import free_port
from gateway.fleet import arriving
from gateway.fleet.certificates import NODE_LIVES, Unproven
from gateway.fleet.door import Door, Refused, node_of
from gateway.fleet.strangers import OF_ADDRESS, Strangers
from tests.rig.fleet_papers import Papers, answered, context, now

pytestmark = pytest.mark.real
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@dataclass
class Fleet:
    papers: Papers
    port: int
    own: Path
    members: dict[str, tuple[str, Role]] = field(default_factory=dict)
    """Serial → name and role."""
    refused: list[Refused] = field(default_factory=list)
    door: Door | None = None

    async def standing(self, name: NodeName, serial: str) -> Role | None:
        known = self.members.get(serial)
        return known[1] if known is not None and known[0] == name else None

    def believed(self) -> set[tuple[NodeName, str]]:
        return {(NodeName(name), serial) for serial, (name, _) in self.members.items()}

    def member(self, name: str, role: Role, ago: timedelta = timedelta(0)) -> Path:
        file, issued = self.papers.node(name, role, ago)
        self.members[issued.serial] = (name, role)
        return file

    async def ask(self, shown: Path | None, service: Service | str = Service.AUTHORIZE) -> bytes:
        return await answered(self.port, context(self.papers, shown), service, ASKED)

    def last(self) -> Refused:
        return self.refused[-1]


@contextlib.asynccontextmanager
async def a_door(folder: Path, strangers: Strangers | None = None) -> AsyncIterator[Fleet]:
    async def says_who(request: web.BaseRequest) -> web.Response:
        return web.Response(text=f"asked by {node_of(request.transport, NodeName('here'))}")

    async def welcomes(_: web.BaseRequest) -> web.Response:
        return web.Response(text="welcome")

    papers = Papers(folder)
    own, _ = papers.node("a", Role.WHOLE)
    fleet = Fleet(papers, free_port(), own)
    server, entry = web.Server(says_who), web.Server(welcomes)
    services = dict.fromkeys((Service.AUTHORIZE, Service.NODE), server) | {Service.JOIN: entry}
    fleet.door = Door((papers.file, own), services, fleet.standing, fleet.refused.append, now, strangers)
    async with fleet.door.serving("127.0.0.1", fleet.port):
        yield fleet
    await server.shutdown(0.1)
    await entry.shutdown(0.1)


async def test_a_member_is_let_through_and_known_by_its_certificate(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        assert (await fleet.ask(fleet.member("b", Role.EDGE))).endswith(b"asked by b")
        assert fleet.refused == []


async def test_whoever_shows_nothing_is_refused_but_where_one_joins(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        assert await fleet.ask(None) == b""
        assert (fleet.last().reason, fleet.last().address) == (Unproven.NO_CERTIFICATE, "127.0.0.1")
        assert (await fleet.ask(None, Service.JOIN)).endswith(b"welcome")


async def _stranger(
    fleet: Fleet, address: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connected, and known to the control plane, which answered a first request."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        fleet.port,
        ssl=context(fleet.papers, None),
        server_hostname="join.brana.internal",
        local_addr=(address, 0),
    )
    writer.write(ASKED.replace(b"close", b"keep-alive"))
    await reader.readuntil(b"welcome")
    return reader, writer


async def test_strangers_who_hold_connections_leave_room_for_nobody_but_members_and_other_addresses(
    tmp_path: Path,
) -> None:
    async with a_door(tmp_path) as fleet:
        held = [await _stranger(fleet) for _ in range(OF_ADDRESS)]
        assert await fleet.ask(None, Service.JOIN) == b""
        assert fleet.last() == Refused(Unproven.TOO_MANY, service="join.brana.internal", address="127.0.0.1")
        held.append(await _stranger(fleet, "127.0.0.9"))
        assert (await fleet.ask(fleet.member("b", Role.EDGE))).endswith(b"asked by b")
        for _, writer in held:
            writer.transport.abort()
        async with asyncio.timeout(10):
            while not (await fleet.ask(None, Service.JOIN)).endswith(b"welcome"):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "sent", [b"", b"GET /authority HTTP/1.1\r\nHost: ", ASKED.replace(b"close", b"keep-alive")]
)
async def test_a_stranger_is_gone_when_its_time_is_over_whatever_it_sends(
    sent: bytes, tmp_path: Path
) -> None:
    async with a_door(tmp_path, Strangers(lives=0.3)) as fleet:
        began = time.monotonic()
        await answered(fleet.port, context(fleet.papers, None), Service.JOIN, sent)
        assert time.monotonic() - began < arriving.HANDSHAKE


async def test_silent_connections_leave_room_for_other_addresses_and_end_at_once_where_there_is_none(
    tmp_path: Path,
) -> None:
    """Each holds a file of the control plane until its handshake is over, and a thousand are all that it has."""

    async def silent(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", fleet.port, local_addr=(address, 0))

    async with a_door(tmp_path) as fleet:
        member = fleet.member("b", Role.EDGE)
        held = [await silent("127.0.0.9") for _ in range(arriving.OF_ADDRESS)]
        async with asyncio.timeout(arriving.HANDSHAKE):
            reader, writer = await silent("127.0.0.9")
            assert await reader.read() == b""
            assert fleet.last() == Refused(Unproven.TOO_MANY, address="127.0.0.9")
            assert (await fleet.ask(member)).endswith(b"asked by b")
            for _, one in [(reader, writer), *held]:
                one.transport.abort()
            while not await _let_in(fleet, "127.0.0.9"):
                await asyncio.sleep(0.01)


async def _let_in(fleet: Fleet, address: str) -> bool:
    try:
        _, writer = await _stranger(fleet, address)
    except (OSError, asyncio.IncompleteReadError):
        return False
    writer.transport.abort()
    return True


async def test_a_member_finds_no_way_to_join_again(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        assert await fleet.ask(fleet.member("b", Role.WHOLE), Service.JOIN) == b""
        assert fleet.last() == Refused(Unproven.NOT_ITS_SERVICE, "b", "join.brana.internal", "127.0.0.1")


@pytest.mark.parametrize(
    "asked", [Service.IDP, "control.brana.internal", "authorize", "authorize.brana.internal.x"]
)
async def test_a_service_that_is_not_offered_is_refused(asked: Service | str, tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        assert await fleet.ask(fleet.member("b", Role.WHOLE), asked) == b""
        assert fleet.last().reason is Unproven.NOT_ITS_SERVICE


async def test_a_node_without_envoy_asks_for_no_decisions(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        control = fleet.member("c", Role.CONTROL)
        for service in (Service.AUTHORIZE, Service.NODE):
            assert await fleet.ask(control, service) == b""
            assert fleet.last() == Refused(
                Unproven.NOT_ITS_SERVICE, "c", f"{service}.brana.internal", "127.0.0.1"
            )


async def test_the_certificate_of_another_authority_is_refused_in_the_handshake(tmp_path: Path) -> None:
    async with a_door(tmp_path / "ours") as fleet:
        theirs, _ = Papers(tmp_path / "theirs").node("b", Role.EDGE)
        assert await fleet.ask(theirs) == b""
        assert fleet.last().reason is Unproven.NOT_TRUSTED


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        assert await fleet.ask(fleet.member("b", Role.EDGE, ago=NODE_LIVES + timedelta(minutes=1))) == b""
        assert fleet.last().reason is Unproven.EXPIRED


async def test_whoever_left_is_refused_and_cut_off_where_it_is_connected(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        file = fleet.member("b", Role.EDGE)
        tls = context(fleet.papers, file)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", fleet.port, ssl=tls, server_hostname="authorize.brana.internal"
        )
        writer.write(ASKED.replace(b"close", b"keep-alive"))
        await reader.readuntil(b"asked by b")
        fleet.members.clear()
        assert fleet.door is not None
        fleet.door.sweep(fleet.believed())
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.transport.abort()
        assert await fleet.ask(file) == b""
        assert fleet.last().reason is Unproven.REVOKED


async def test_a_certificate_that_is_not_in_the_register_is_refused(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        fleet.member("b", Role.EDGE)
        another, _ = fleet.papers.node("b", Role.EDGE)
        assert await fleet.ask(another) == b""
        assert fleet.last() == Refused(Unproven.REVOKED, "b", "authorize.brana.internal", "127.0.0.1")


async def test_nobody_is_let_through_while_the_register_cannot_be_read(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        file = fleet.member("b", Role.EDGE)
        fleet.members = Broken()
        assert await fleet.ask(file) == b""


class Broken(dict[str, tuple[str, Role]]):
    """A register that fails."""

    def get(self, *_: object) -> Never:
        raise OSError("the disk is gone")


async def test_nothing_older_than_tls_1_3_is_spoken(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        tls = context(fleet.papers, fleet.member("b", Role.EDGE))
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        assert await answered(fleet.port, tls, Service.AUTHORIZE, ASKED) == b""


async def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    async with a_door(tmp_path) as fleet:
        member = context(fleet.papers, fleet.member("b", Role.EDGE))

        async def shown() -> bytes | None:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", fleet.port, ssl=member, server_hostname="authorize.brana.internal"
            )
            der: bytes | None = writer.get_extra_info("ssl_object").getpeercert(True)
            writer.transport.abort()
            return der

        before = await shown()
        newer, _ = fleet.papers.node("a", Role.WHOLE)
        newer.replace(fleet.own)
        assert fleet.door is not None
        fleet.door.reload()
        assert await shown() not in (before, None)
