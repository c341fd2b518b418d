"""A device asks for a page through real WireGuard: the filter of packets and Envoy, both on the gateway's machine."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace as set_

from config.settings import Tunnels
from config.tunnel_pools import gateway_of
from gateway.authorize.certificate import NONE_SHOWN
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import exchange, request
from tests.rig.tunnels import GATEWAY, POOLS, SILENCE, Ground, Laptop, ground, now, why_not

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
FILES = f"files.{DOMAIN}"
SEEN = 443
HERE, HERE_6 = (str(gateway_of(pool)) for pool in POOLS)


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(there: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    tunnels = Tunnels(endpoint=GATEWAY, pool_ipv4=str(POOLS[0]), pool_ipv6=str(POOLS[1]))
    folder, within = tmp_path_factory.mktemp("r"), there.gateway.within
    async with data_plane(
        folder,
        configured=lambda one: set_(one, tunnels=tunnels, public=set_(one.public, address="0.0.0.0")),
        within=within,
    ) as running:
        running.decision.answer = lambda _: web.Response(status=403)
        yield running


@contextlib.contextmanager
def awake(there: Ground, plane: Plane, *laptops: Laptop) -> Iterator[None]:
    """These devices, and what the process of the tunnel says of pages; the others are suspended."""
    there.plan = replace(there.plan, web=plane.port, web_seen=SEEN)
    opened = there.open()
    listed = [one.admitted() for one in there.laptops.values()]
    keys = {one.key for one in laptops}
    said = [one if one.key in keys else replace(one, until=None) for one in listed]
    there.run(opened.tunnel.apply(said, now()))
    try:
        yield
    finally:
        there.leave()


async def ask(plane: Plane, laptop: Laptop, to: str, source: str = "", port: int = 0) -> int:
    """Raises OSError."""
    made = await asyncio.to_thread(
        laptop.connected, port or plane.port, host=to, source=source, within=SILENCE
    )
    made.setblocking(False)
    context = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    context.check_hostname = False
    connection = await asyncio.open_connection(sock=made, ssl=context, server_hostname=FILES)
    return (await exchange(*connection, request("/", host=FILES)))[0].status


async def test_an_awake_device_asks_by_its_tunnel_and_is_known_by_its_address(
    there: Ground, plane: Plane
) -> None:
    jana = there.laptops["jana"]
    with awake(there, plane, jana):
        for to, own in ((HERE, jana.address), (HERE_6, jana.address_6)):
            if to == HERE_6:
                await asyncio.to_thread(
                    jana.machine.do, *("ip", "route", "add", f"{to}/128", "dev", jana.interface)
                )
            assert await ask(plane, jana, to) == 403
            assert plane.decision.last.value("x-brana-tunnel") == str(own)
        assert await ask(plane, jana, GATEWAY) == 403
        assert plane.decision.last.value("x-brana-tunnel") in NONE_SHOWN


async def test_the_port_that_people_see_leads_there_too(there: Ground, plane: Plane) -> None:
    jana, petr = list(there.laptops.values())[:2]
    plane.forget()
    with awake(there, plane, jana):
        assert await ask(plane, jana, HERE, port=SEEN) == 403
        assert plane.decision.last.value("x-brana-tunnel") == str(jana.address)
        with pytest.raises(TimeoutError):
            await ask(plane, petr, HERE, port=SEEN)
    assert len(plane.decision.requests) == 1


async def test_a_suspended_device_and_another_ones_address_reach_no_page(there: Ground, plane: Plane) -> None:
    jana, petr = list(there.laptops.values())[:2]
    plane.forget()
    with awake(there, plane, jana):
        with pytest.raises(TimeoutError):
            await ask(plane, petr, HERE)
        await asyncio.to_thread(
            petr.machine.do, "ip", "address", "add", f"{jana.address}/32", "dev", petr.interface
        )
        try:
            with pytest.raises(TimeoutError):
                await ask(plane, petr, HERE, str(jana.address))
        finally:
            await asyncio.to_thread(
                petr.machine.do, "ip", "address", "del", f"{jana.address}/32", "dev", petr.interface
            )
    assert plane.decision.requests == []


async def test_from_outside_nobody_reaches_the_address_in_the_tunnel(there: Ground, plane: Plane) -> None:
    jana = there.laptops["jana"]
    plane.forget()
    middle = there.office
    with awake(there, plane, jana):
        await asyncio.to_thread(middle.do, "ip", "route", "replace", str(POOLS[0]), "via", GATEWAY)
        outside = replace(jana, machine=middle)
        with pytest.raises(TimeoutError):
            await ask(plane, outside, HERE)
    assert plane.decision.requests == []
