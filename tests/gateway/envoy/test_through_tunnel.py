"""Devices that come through their tunnel: a real Envoy at the gateway's address of the pool (of
loopback, where many are), asked from addresses of devices and others.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Tunnels
from gateway.authorize.certificate import NONE_SHOWN
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import Answer, exchange, request

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"
GATEWAY, DEVICE, OTHER, OUTSIDE = "127.0.7.1", "127.0.7.5", "127.0.7.6", "127.0.0.1"
WORD = f"~{'d' * 22}.3"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    tunnels = Tunnels(endpoint="localhost", pool_ipv4="127.0.7.0/26", pool_ipv6="fd00:90::/64")

    def configured(settings):
        return replace(settings, tunnels=tunnels, public=replace(settings.public, address="0.0.0.0"))

    async with data_plane(tmp_path_factory.mktemp("t"), configured=configured) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def decision_refuses(plane: Plane) -> None:
    plane.forget()
    plane.decision.answer = lambda _: web.Response(status=403)
    await plane.gate()


async def ask(
    plane: Plane, source: str, to: str, cookie: str | None = None, headers: tuple[str, ...] = ()
) -> Answer:
    context = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    context.check_hostname = False
    connection = await asyncio.open_connection(
        to, plane.port, ssl=context, server_hostname=FILES, local_addr=(source, 0)
    )
    answers = await exchange(*connection, request("/", host=FILES, cookie=cookie, headers=headers))
    return answers[0]


async def test_the_decision_hears_the_address_of_the_tunnel_from_its_listener_alone(plane: Plane) -> None:
    await ask(plane, DEVICE, GATEWAY)
    assert plane.decision.last.value("x-brana-tunnel") == DEVICE
    claimed = (f"X-Brana-Tunnel: {OTHER}", f"X-Forwarded-For: {OTHER}", f"Forwarded: for={OTHER}")
    await ask(plane, DEVICE, GATEWAY, headers=claimed)
    assert plane.decision.last.value("x-brana-tunnel") == DEVICE
    for source in (DEVICE, OUTSIDE):  # the first is nobody's there, whatever it bears
        await ask(plane, source, "127.0.0.1", headers=claimed)
        assert plane.decision.last.value("x-brana-tunnel") in NONE_SHOWN


async def test_nobody_from_elsewhere_is_served_at_the_address_in_the_tunnel(plane: Plane) -> None:
    with pytest.raises(ConnectionError):
        await ask(plane, OUTSIDE, GATEWAY)
    assert plane.decision.requests == []


async def test_a_grant_of_a_tunnel_is_fresh_by_its_address_there_and_nowhere_else(plane: Plane) -> None:
    cookie = plane.cookie(device=WORD, cnf={"brana-tunnel": DEVICE})
    for _ in range(3):
        assert (await ask(plane, DEVICE, GATEWAY, cookie)).status == 200
    assert plane.decision.requests == []
    for number, (source, to) in enumerate(((OTHER, GATEWAY), (DEVICE, OUTSIDE), (OUTSIDE, OUTSIDE)), 1):
        assert (await ask(plane, source, to, cookie)).status == 403
        assert len(plane.decision.requests) == number
    await plane.gate(WORD)
    assert (await ask(plane, DEVICE, GATEWAY, cookie)).status == 403
