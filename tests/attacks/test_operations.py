"""What runs beside the pages: interfaces, processes, memory, floods."""

import asyncio
import contextlib
import json
import re
import resource
import stat
import zlib
from ipaddress import ip_network
from pathlib import Path

import psutil
import pytest

from config.tunnel_pools import gateway_of
from gateway.audit.entry import Code
from gateway.envoy.limits import BURST_SECONDS
from tests.attacks.conftest import SignedIn
from tests.rig import exact_http
from tests.rig import exact_http2 as http2
from tests.rig.attacked import ACCOUNT, Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LANES = 6
MIB = 2**20


def _processes(ground: Ground) -> list[psutil.Process]:
    """The supervisor and all below it."""
    top = ground.product.supervisor()
    return [top, *top.children(recursive=True)]


async def test_nothing_listens_but_the_public_port_and_what_is_of_this_machine_alone(ground: Ground) -> None:
    settings = ground.product.settings
    heard = {
        (found.laddr.ip, found.laddr.port)
        for process in _processes(ground)
        for found in process.net_connections("inet")
        if found.status == psutil.CONN_LISTEN
    }
    tunnels = settings.tunnels
    assert tunnels is not None
    pools = [ip_network(one) for one in (tunnels.pool_ipv4, tunnels.pool_ipv6) if one is not None]
    assert heard == {
        (settings.public.address, settings.public.port),
        (settings.metrics.address, settings.metrics.port),
        *((str(gateway_of(pool)), settings.public.port) for pool in pools),
    }
    run = ground.product.run
    sockets = [path for path in run.iterdir() if stat.S_ISSOCK(path.stat().st_mode)]
    assert {"envoy-admin.sock", "control.sock", "discovery.sock"} <= {path.name for path in sockets}
    assert {path.name for path in sockets if path.stat().st_mode & 0o077} == set()
    assert run.parent.stat().st_mode & 0o077 == 0


async def test_no_host_or_path_of_the_public_port_leads_to_an_administration(ground: Ground) -> None:
    for path in (
        "/config_dump",
        "/quitquitquit",
        "/stats",
        "/metrics",
        "/readyz",
        "/v3/discovery:secrets",
        "/changed",
    ):
        for host in (ground.host(), ground.login.removeprefix("https://"), "127.0.0.1", "localhost", "envoy"):
            address = ground.address()
            answer = await ground.ask(path, host=host, address=address)
            assert answer.status in (401, 404, 421), (host, path)
            assert b"brana_" not in answer.body
            assert (await ground.entry(answer)).outcome in ("refused", "failure")
    assert ground.taken_over.requests == []
    assert (await ground.product.visitor().get(ground.portal)).status == 200  # nothing has ended


async def test_no_secret_stands_in_arguments_or_environments_of_processes(ground: Ground) -> None:
    state = ground.product.settings.state.directory
    world = ground.product.world
    secrets = [
        (state / "keys/master.key").read_bytes(),
        world.directory_password_file.read_bytes().strip(),
        ACCOUNT.encode(),
        *re.findall(rb"[A-Za-z0-9+/=]{60,}", world.key.read_bytes())[:1],
    ]
    for process in _processes(ground):
        shown = Path(f"/proc/{process.pid}")
        said = (shown / "cmdline").read_bytes() + (shown / "environ").read_bytes()
        assert not [secret for secret in secrets if secret in said], process.cmdline()[:3]
    assert not [one for one in secrets if one in ground.product.log.read_bytes()]


async def test_no_process_leaves_its_memory_on_the_disk_when_it_dies(ground: Ground) -> None:
    for process in _processes(ground):
        assert process.rlimit(resource.RLIMIT_CORE) == (1, 1), process.cmdline()[:3]


async def test_a_flood_from_one_address_is_told_to_wait_recorded_in_few_lines_and_hurts_nobody_else(
    ground: Ground, clerk: SignedIn
) -> None:
    address, limits = ground.address(), ground.product.settings.limits
    burst = limits.requests_per_address * BURST_SECONDS
    asked = exact_http.request("/", host="niemand.test").replace(b"Connection: close\r\n", b"")
    statuses: list[int] = []
    reasons: set[str] = set()

    async def lane() -> None:
        while statuses.count(429) < burst // 2:
            reader, writer = await ground.connect(address=address)
            while not reader.at_eof() and statuses.count(429) < burst // 2:
                writer.write(asked)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                found = re.search(r"content-length: (\d+)", head)
                assert found is not None, head
                body = await reader.readexactly(int(found[1]))
                statuses.append(int(head.split(" ")[1]))
                reasons.add(json.loads(body)["reason"])
            writer.transport.abort()

    await asyncio.gather(*(lane() for _ in range(LANES)))
    assert statuses.count(421) >= burst - LANES
    assert reasons == {"no_such_host", "too_many_from_address"}
    assert (await ground.ask("/x", cookie=clerk.cookie)).status == 200
    assert (
        await ground.ask(host=ground.login.removeprefix("https://"), address=ground.address())
    ).status != 429
    told = await _told(ground, address, statuses.count(429))
    assert len(told) < statuses.count(429) // 4


async def _told(ground: Ground, address: str, requests: int) -> list[int]:
    """Of how many refused requests each entry tells, as soon as all are told."""
    async with asyncio.timeout(45):
        while True:
            entries = await ground.entries(codes=(Code.ACCESS,), address=address)
            crowd = [one for one in entries if one.reason == "too_many_from_address"]
            told = [int(str(one.details.get("times", 1))) for one in crowd]
            assert {one.outcome for one in crowd} <= {"refused"}
            if sum(told) >= requests:
                assert sum(told) == requests
                return told
            await asyncio.sleep(0.1)


async def test_a_body_that_grows_a_thousandfold_when_inflated_is_not_inflated(ground: Ground) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = (squeeze.compress(bytes(12 * MIB)) + squeeze.flush())[:16_000]
    control = ground.product.control_plane()
    before = control.memory_info().rss
    host = ground.login.removeprefix("https://")
    headers = (
        "Content-Encoding: gzip",
        "Content-Type: application/x-www-form-urlencoded",
        f"Origin: {ground.login}",
    )
    address = ground.address()
    answer = await ground.ask(
        "/sign-in", host=host, method="POST", headers=headers, body=bomb, address=address
    )
    assert 400 <= answer.status < 500
    assert (await ground.entry(answer)).outcome == "refused"
    assert control.memory_info().rss - before < 8 * MIB


async def test_headers_of_http_2_that_never_end_end_the_connection(ground: Ground, clerk: SignedIn) -> None:
    """CVE-2024-27316, CVE-2024-30255: HEADERS without an end, and CONTINUATION after CONTINUATION."""
    envoy = ground.product.envoy()
    before = envoy.memory_info().rss
    reader, writer = await ground.connect(alpn="h2", address=ground.address())
    begun = http2.block(
        [(":method", "GET"), (":scheme", "https"), (":authority", ground.host()), (":path", "/")]
    )
    more = http2.block([("x-filling", "a" * 8_000)])
    writer.write(http2.PREFACE + http2.frame(http2.HEADERS, 0, 1, begun))
    try:
        async with asyncio.timeout(15):
            for _ in range(2_000):
                writer.write(http2.frame(CONTINUATION, 0, 1, more))
                await writer.drain()
            while await reader.read(65_536):
                pass
    except ConnectionError:
        pass
    writer.transport.abort()
    assert envoy.memory_info().rss - before < 8 * MIB
    assert (await ground.ask("/x", cookie=clerk.cookie)).status == 200


CONTINUATION = 9  # RFC 9113 §6.10
PING = 6  # RFC 9113 §6.7
SETTINGS = 4  # RFC 9113 §6.5


@pytest.mark.parametrize("flood", [PING, SETTINGS], ids=["pings", "settings"])
async def test_frames_of_http_2_that_want_an_answer_each_end_the_connection(
    ground: Ground, clerk: SignedIn, flood: int
) -> None:
    """CVE-2019-9512, CVE-2019-9515: answers are kept for a client that reads none."""
    _, writer = await ground.connect(alpn="h2", address=ground.address())
    writer.write(http2.PREFACE)
    one = http2.frame(flood, 0, 0, bytes(8) if flood == PING else b"")
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(30):  # it ends by the other side, or this one fails
            while True:
                writer.write(one * 500)
                await writer.drain()
    writer.transport.abort()
    assert (await ground.ask("/x", cookie=clerk.cookie)).status == 200
