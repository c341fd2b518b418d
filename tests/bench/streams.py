"""What watching open streams costs, and how fast one is cut.

`resident_mib`: 2,000 open web sockets on a watched route; memory of the watch, and of Envoy above what the same sockets
take on its bare route. `download_ratio`: 1 GiB through a watched route against the bare one, interleaved. `cut_p99_ms`:
on the whole product with 200 open sockets, from the officer's click that ends a session to the end of its socket, four
clicks at once.
"""

import asyncio
import copy
import socket
import socketserver
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from config.vocabulary import MunicipalityCode
from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.envoy.clusters import application_cluster
from gateway.envoy.resources import CLUSTERS, all_resources
from tests.bench.figure import MIB, figure
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, sign_in
from tests.rig.visitor import Visitor

SOCKETS = 2_000
AT_A_TIME = 50
DOWNLOAD = 2**30
ROUNDS = 4
OPEN, CUTS, TOGETHER = 200, 100, 4
HULIN = "588491"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    watched, bare = await _memory(bare=False), await _memory(bare=True)
    added = watched.watch + watched.envoy - bare.envoy
    memory = f"MiB that Envoy grew: {bare.envoy:.0f} bare, {watched.envoy:.0f} watched; the watch {watched.watch:.0f}"
    ratio, rates = await _downloads()
    cuts = await _cuts()
    p99 = cuts[int(len(cuts) * 0.99)]
    median = f"median {statistics.median(cuts):.0f} ms, {len(cuts)} of {OPEN} open sockets"
    return {
        "resident_mib": figure(added, "MiB", memory, 200, digits=1),
        "download_ratio": figure(ratio, "×", rates, 0.8, least=True, digits=3),
        "cut_p99_ms": figure(p99, "ms", median, 1_000, digits=0),
    }


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB resident: growth of Envoy, and all of the watch."""

    envoy: float
    watch: float


async def _memory(*, bare: bool) -> Memory:
    """With all sockets open; an Envoy of its own each time, since none gives back what it had."""
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder)) as plane, AsyncExitStack() as stack:
            port = await _bare(plane) if bare else plane.port
            assert plane.process is not None
            envoy = psutil.Process(plane.process.pid)
            before = envoy.memory_info().rss
            tls = ssl.create_default_context(cafile=str(Path(folder) / "server.pem"))
            tls.check_hostname = False
            connector = aiohttp.TCPConnector(ssl=tls, limit=0)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            headers = {"Host": f"files.{DOMAIN}", "Cookie": plane.cookie()}
            opened = []
            for _ in range(0, SOCKETS, AT_A_TIME):
                opened += await asyncio.gather(
                    *(
                        http.ws_connect(f"https://127.0.0.1:{port}/live/x", headers=headers)
                        for _ in range(AT_A_TIME)
                    )
                )
            for one in opened:
                await one.send_str("hello")
                assert (await one.receive(5)).data == "echo hello"
            if not bare:
                await plane.watch.heard(SOCKETS)
            assert plane.watching.process is not None
            watch = psutil.Process(plane.watching.process.pid).memory_info().rss
            return Memory((envoy.memory_info().rss - before) / MIB, watch / MIB)


async def _bare(plane: Plane, upstream: int | None = None) -> int:
    """The bare route to the same application, or another at `upstream`; its port."""
    kinds = all_resources(plane.settings, plane.surroundings)[CLUSTERS]
    application = next(one for one in kinds if one["name"] == application_cluster("files"))
    if upstream is not None:
        address = application["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]
        address["socket_address"]["port_value"] = upstream
    plain = copy.deepcopy(application) | {"name": "bare"}
    for options in plain["typed_extension_protocol_options"].values():
        del options["http_filters"]
    plane.discovery.publish({CLUSTERS: [*kinds, plain]})
    return await add_bare_listener(plane, upgrade_configs=[{"upgrade_type": "websocket"}])


async def _downloads() -> tuple[float, str]:
    """Ratio of the median rates, and both in words."""
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder), workers=1) as plane:
            with _large_file(Path(folder)) as upstream:
                bare = await _bare(plane, upstream)
                rates: dict[int, list[float]] = {plane.port: [], bare: []}
                context = ssl.create_default_context(cafile=str(Path(folder) / "server.pem"))
                context.check_hostname = False
                for _ in range(ROUNDS):
                    for port, measured in rates.items():
                        measured.append(await asyncio.to_thread(_download, port, context, plane.cookie()))
    ours, theirs = statistics.median(rates[plane.port]), statistics.median(rates[bare])
    return ours / theirs, f"{theirs:.0f} MiB/s bare, {ours:.0f} MiB/s watched"


def _download(port: int, context: ssl.SSLContext, cookie: str) -> float:
    """MiB/s of one download."""
    request = (
        f"GET /long/file HTTP/1.1\r\nHost: files.{DOMAIN}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    )
    buffer = bytearray(MIB)
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname=f"files.{DOMAIN}") as connection,
    ):
        began = time.perf_counter()
        connection.sendall(request.encode())
        got = 0
        while part := connection.recv_into(buffer):
            got += part
        took = time.perf_counter() - began
    assert got > DOWNLOAD, got
    return got / MIB / took


@contextmanager
def _large_file(folder: Path) -> Iterator[int]:
    """An application that costs little beside Envoy: the kernel sends the file."""
    file = folder / "large"
    with file.open("wb") as made:
        made.truncate(DOWNLOAD)

    class Sends(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {DOWNLOAD}\r\nConnection: close\r\n\r\n"
            self.request.sendall(head.encode())
            with file.open("rb") as content:
                self.request.sendfile(content)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sends) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


async def _cuts() -> list[float]:
    """Milliseconds, sorted."""
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        async with (
            listening(Neighbour(web_socket=True), port),
            installed(Path(name), application=f"http://127.0.0.1:{port}") as product,
        ):
            with product.state() as state:
                people = [(product.account("novakova.jana"), MunicipalityCode(HULIN))] * OPEN
                signed_in = await sign_in(state, people, lambda _: product.host(MAP))
            await product.start()
            officer = product.visitor()
            await officer.sign_in(product.account("kucera.martin"), product.addresses.admin)
            connector = aiohttp.TCPConnector(ssl=product.tls(), limit=0)
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as http:
                opened = [(one, await _feed(product, http, one)) for one in signed_in]
                took: list[float] = []
                for start in range(0, CUTS, TOGETHER):
                    some = opened[start : start + TOGETHER]
                    took += await asyncio.gather(*(_cut(product, officer, *one) for one in some))
                return sorted(took)


async def _feed(
    product: Product, http: aiohttp.ClientSession, who: SignedIn
) -> aiohttp.ClientWebSocketResponse:
    host = product.host(MAP)
    return await http.ws_connect(
        f"https://127.0.0.1:{product.port}/feed",
        headers={"Host": host, "Cookie": who.cookie},
        server_hostname=host.partition(":")[0],
    )


async def _cut(
    product: Product, officer: Visitor, victim: SignedIn, opened: aiohttp.ClientWebSocketResponse
) -> float:
    await opened.send_str("hello")
    assert (await opened.receive(5)).data == "echo hello"
    began = time.perf_counter()
    address = f"{product.addresses.admin}/sessions/end/now"
    click = asyncio.create_task(officer.post(address, {"session": victim.session.id}, follow=False))
    assert (await opened.receive(10)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
    took = time.perf_counter() - began
    assert (await click).status == 303
    return took * 1000
