"""Names are asked in a real tunnel of the process that operators start: by who may, and by who may not."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from dns import message

from gateway.tunnels.chains import ASKED_A_SECOND, ASKED_AT_ONCE, NAMES
from gateway.tunnels.line import Line
from gateway.tunnels.permits import Admitted, Named
from gateway.tunnels.resolving import MOST_LINES, OF_A_DEVICE
from tests.rig import names
from tests.rig.names import by_udp, read
from tests.rig.tunnel_process import CAPABILITY, DOMAIN, Kept, process
from tests.rig.tunnels import (
    GATEWAY,
    IN_TUNNEL,
    POOLS,
    SERVED,
    SERVED_6,
    SOON,
    Ground,
    Laptop,
    answering,
    ground,
    why_not,
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
ECHO = 7007
SHARE, IN_TUNNEL_6 = f"spis.{DOMAIN}", str(POOLS[1][1])


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made, answering(made.office, SERVED, ECHO):
        for laptop in made.laptops.values():
            for server in (IN_TUNNEL_6, IN_TUNNEL):
                laptop.machine.do("ip", "route", "replace", server, "dev", laptop.interface)
        yield made


@pytest.fixture
def jana(there: Ground) -> Laptop:
    return there.laptops["jana"]


@pytest.fixture
def petr(there: Ground) -> Laptop:
    return there.laptops["petr"]


def admitted(laptop: Laptop, *known: str) -> Admitted:
    one = laptop.admitted(ECHO)
    places = frozenset({ip_address(SERVED), ip_address(SERVED_6)})
    those = {name: Named(places, next(iter(one.targets.values()))) for name in known}
    return replace(one, names=those, domains=frozenset({DOMAIN}))


@contextlib.asynccontextmanager
async def up(there: Ground, state: Path, kept: Kept, *those: Admitted) -> AsyncIterator[Line]:
    with process(there, state):
        line = kept.line(state)
        keeping = asyncio.create_task(line.keep(those))
        try:
            async with asyncio.timeout(2 * SOON):
                while line.gateway_key is None:
                    await asyncio.sleep(0.01)
            yield line
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


def by_tcp(laptop: Laptop, octets: bytes) -> bytes | None:
    with laptop.connected(NAMES, host=IN_TUNNEL, source=str(laptop.address)) as one:
        one.settimeout(SOON)
        one.sendall(struct.pack("!H", len(octets)) + octets)
        with contextlib.suppress(ConnectionError):
            if head := one.recv(2):
                return one.recv(struct.unpack("!H", head)[0])
        return None


def asked(laptop: Laptop, name: str, kind: str = "A", server: str = IN_TUNNEL) -> tuple[str, set[str]] | None:
    source = str(laptop.address_6 if ":" in server else laptop.address)
    return names.asked(laptop.machine, name, kind, server=server, source=source)


async def soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(3 * SOON):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)


async def test_a_device_is_told_what_it_reaches_and_nothing_else(
    there: Ground, tmp_path: Path, jana: Laptop, petr: Laptop
) -> None:
    kept = Kept()
    async with up(there, tmp_path, kept, admitted(jana, SHARE), admitted(petr)) as line:
        assert line.resolves
        await soon(lambda: asked(jana, SHARE) is not None)
        assert asked(jana, SHARE) == ("NOERROR", {SERVED})
        assert asked(jana, SHARE, "AAAA") == ("NOERROR", {SERVED_6})
        assert asked(jana, SHARE, "AAAA", IN_TUNNEL_6) == ("NOERROR", {SERVED_6})
        octets = message.make_query(SHARE, "A").to_wire()
        said = await asyncio.to_thread(by_tcp, jana, octets)
        assert said is not None
        assert read(said) == ("NOERROR", {SERVED})
        assert asked(jana, f"jine.{DOMAIN}") == ("NXDOMAIN", set())
        assert asked(petr, SHARE) == asked(petr, f"jine.{DOMAIN}") == ("NXDOMAIN", set())
        for other in ("www.seznam.cz", "brana.example", "localhost"):
            assert asked(jana, other) == ("REFUSED", set())
        await line.admit(jana.suspended())
        assert asked(jana, SHARE) is None
        await line.admit(admitted(jana, SHARE))
        await soon(lambda: asked(jana, SHARE) is not None)
        await line.admit(admitted(jana))
        assert asked(jana, SHARE) == ("NXDOMAIN", set())
        await line.revoke(petr.key)
        assert asked(petr, SHARE) is None
    assert kept.news == [], "questions for names are no connections"


async def test_nobody_outside_of_the_tunnel_is_answered(there: Ground, tmp_path: Path, jana: Laptop) -> None:
    """Neither a neighbour of the gateway by its address in the tunnel, nor anybody at its outer address."""
    octets = message.make_query(SHARE, "A").to_wire()
    there.middle.do("ip", "route", "replace", IN_TUNNEL, "via", GATEWAY)
    there.middle.do("ip", "address", "add", f"{jana.address}/32", "dev", "lo")
    try:
        async with up(there, tmp_path, Kept(), admitted(jana, SHARE)):
            await soon(lambda: asked(jana, SHARE) is not None)
            for machine, server, source in (
                (there.middle, IN_TUNNEL, ""),
                (there.middle, IN_TUNNEL, str(jana.address)),
                (there.middle, GATEWAY, ""),
                (there.office, GATEWAY, ""),
                (jana.machine, GATEWAY, ""),
            ):
                assert by_udp(machine, octets, server, source) is None, (machine.name, server, source)
    finally:
        there.middle.do("ip", "address", "del", f"{jana.address}/32", "dev", "lo")
        there.middle.do("ip", "route", "del", IN_TUNNEL)


async def test_a_device_that_floods_is_slowed_and_nobody_else_is(
    there: Ground, tmp_path: Path, jana: Laptop, petr: Laptop
) -> None:
    octets = message.make_query(SHARE, "A").to_wire()
    async with up(there, tmp_path, Kept(), admitted(jana, SHARE), admitted(petr, SHARE)):
        await soon(lambda: asked(jana, SHARE) is not None and asked(petr, SHARE) is not None)
        began = time.monotonic()
        heard = await asyncio.to_thread(flood, jana, octets, 4)
        most = ASKED_AT_ONCE + ASKED_A_SECOND * (time.monotonic() - began)
        assert ASKED_AT_ONCE / 2 < heard <= most
        assert asked(petr, SHARE) == ("NOERROR", {SERVED})
        await soon(lambda: asked(jana, SHARE) is not None)


def flood(laptop: Laptop, octets: bytes, seconds: int) -> int:
    """How many answers come to 500 questions a second, which the tunnel and the server could carry."""
    with laptop.machine.entered():
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard = 0
    with asking:
        asking.bind((str(laptop.address), 0))
        asking.setblocking(False)
        for _ in range(50 * seconds):
            for _ in range(10):
                asking.sendto(octets, (IN_TUNNEL, NAMES))
            time.sleep(0.02)
            with contextlib.suppress(BlockingIOError):
                while asking.recv(1000):
                    heard += 1
    return heard


async def test_connections_that_say_nothing_are_few_and_end(
    there: Ground, tmp_path: Path, jana: Laptop
) -> None:
    octets = message.make_query(SHARE, "A").to_wire()
    async with up(there, tmp_path, Kept(), admitted(jana, SHARE)):
        await soon(lambda: asked(jana, SHARE) is not None)
        with contextlib.ExitStack() as stack:
            silent = [
                stack.enter_context(jana.connected(NAMES, host=IN_TUNNEL, source=str(jana.address)))
                for _ in range(OF_A_DEVICE)
            ]
            assert await asyncio.to_thread(by_tcp, jana, octets) is None
            began = time.monotonic()
            for one in silent:
                one.settimeout(3 * SOON)
                assert await asyncio.to_thread(one.recv, 1) == b""
            assert time.monotonic() - began < 2 * SOON
        await soon(lambda: by_tcp(jana, octets) is not None)
        huge = struct.pack("!H", 65_535) + b"x" * 100
        with jana.connected(NAMES, host=IN_TUNNEL, source=str(jana.address)) as one:
            one.sendall(huge)
            with contextlib.suppress(ConnectionError):
                assert one.recv(1) == b""
    assert OF_A_DEVICE < MOST_LINES


async def test_without_the_low_port_the_tunnel_goes_on_and_says_what_it_lacks(
    there: Ground, tmp_path: Path, jana: Laptop
) -> None:
    less = [one.replace(",+net_bind_service", "") for one in CAPABILITY]
    with process(there, tmp_path, less) as made:
        kept = Kept()
        line = kept.line(tmp_path)
        keeping = asyncio.create_task(line.keep([admitted(jana, SHARE)]))
        await soon(lambda: jana.reaches(ECHO))
        assert not line.resolves
        assert asked(jana, SHARE) is None
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert "names are not answered in the tunnel" in made.end()
