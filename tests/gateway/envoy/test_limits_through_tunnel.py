"""How many requests a device may make through its tunnel by IPv6, all devices being in one network: a real Envoy."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Limits, Settings, Tunnels
from gateway.envoy.limits import BURST_SECONDS
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import exchange, request
from tests.rig.namespaces import Machine, network, why_not

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
FILES = f"files.{DOMAIN}"
GATEWAY, DEVICE, OTHER = "fd00:90::1", "fd00:90::5", "fd00:90::6"
A_SECOND = 5


def _configured(settings: Settings) -> Settings:
    limits = Limits(requests_per_address=A_SECOND)
    return replace(settings, limits=limits, tunnels=Tunnels(endpoint="localhost", pool_ipv6="fd00:90::/64"))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with network([], {"gateway": "198.51.100.2"}) as (_, made):
        for address in (GATEWAY, DEVICE, OTHER):
            made["gateway"].do("ip", "address", "add", f"{address}/128", "dev", "lo")
        with made["gateway"].entered():
            yield made["gateway"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    folder = tmp_path_factory.mktemp("l")
    async with data_plane(folder, workers=1, configured=_configured, within=machine.within) as running:
        running.decision.answer = lambda _: web.Response(status=403)
        yield running


async def ask(plane: Plane, source: str) -> int:
    context = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    context.check_hostname = False
    connection = await asyncio.open_connection(
        GATEWAY, plane.port, ssl=context, server_hostname=FILES, local_addr=(source, 0)
    )
    return (await exchange(*connection, request("/", host=FILES)))[0].status


async def test_a_device_that_asks_without_end_keeps_no_other_one_waiting(plane: Plane) -> None:
    statuses = [await ask(plane, DEVICE) for _ in range(3 * A_SECOND * BURST_SECONDS)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert await ask(plane, OTHER) == 403
