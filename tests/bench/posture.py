"""From a report that worsens, and from a device that is lost, to the end of what it had open.

A real product, and a machine with its agent: a browser that shows its certificate polls by a fresh grant and has a web
socket open; through its tunnel goes a word to and fro without a pause. The time runs from sending the report (of the
loss: from before it is written beside the product, which is then told) to the arrival of the first refused answer, to
the end of the web socket, and to the last word that came back through the tunnel. The slowest of all rounds counts.
"""

import asyncio
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import aiohttp

from agents.protocol.facts import Fact, FactName
from gateway.commands.sessions import tell
from gateway.commands.state import now
from gateway.tunnels.keys import PrivateKey
from tests.bench.figure import fresh_answer, slowest
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.attacked import Ground, attacked
from tests.rig.machines import OPERATOR, Machine, machine, office
from tests.rig.tunnel_process import close, process_of
from tests.rig.tunnelled import FILES, Asking, settle_in
from tests.rig.tunnels import SERVED, SOON, Laptop, Networks, answering, networks
from tests.rig.visitor import Visitor

WORSE = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}
WORSENED, LOST = 5, 3  # rounds; a device may say twenty messages in a minute
BAR = 1000.0  # ms
WATCHED = 1.0  # seconds after which the watch knows of a stream
SILENT = 1.5  # seconds without an answer, after which none comes
BETWEEN = 0.003  # seconds: the gate takes so many requests of a session, and counts more as too many


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    with tempfile.TemporaryDirectory() as name, networks() as there:
        return asyncio.run(measure(Path(name), there))


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds. `fresh`: of one answer before, which the grant gave."""

    web: float
    stream: float
    tunnel: float
    fresh: float


async def measure(folder: Path, there: Networks) -> dict[str, dict[str, Any]]:
    async with attacked(folder) as ground:
        with answering(there.office, SERVED, FILES), tunnel_of(ground, there):
            laptops = list(there.laptops.values())
            async with at_work(ground, laptops[0]) as one:
                worsened = [await worsens(one) for _ in range(WORSENED)]
            lost = []
            for number in range(LOST):
                async with at_work(ground, laptops[number % 2]) as one:
                    lost.append(await is_lost(ground, one))
    fresh = fresh_answer([one.fresh for one in (*worsened, *lost)])
    each = [seconds for one in lost for seconds in (one.web, one.stream, one.tunnel)]
    ends = ", ".join(
        f"{name} {statistics.median(getattr(one, name) for one in lost) * 1000:.0f}"
        for name in ("web", "stream", "tunnel")
    )
    return {
        "web_ms": slowest([one.web for one in worsened], fresh, BAR),
        "stream_ms": slowest([one.stream for one in worsened], fresh, BAR),
        "tunnel_ms": slowest([one.tunnel for one in worsened], fresh, BAR),
        "lost_device_ms": slowest(each, f"{fresh}; medians {ends} ms", BAR),
    }


@contextmanager
def tunnel_of(ground: Ground, there: Networks) -> Iterator[None]:
    """Its process, as operators start it beside the product; ended with all that it leaves."""
    configuration, state = ground.product.configuration, ground.product.settings.state.directory
    try:
        with process_of(there.gateway, configuration, state):
            yield
    finally:
        close(there.gateway, configuration)


@dataclass(frozen=True, slots=True)
class AtWork:
    """A machine of somebody who has open what it may open. `page`: of an application that needs a device in order."""

    machine: Machine
    browser: Visitor
    page: str
    laptop: Laptop

    async def asks(self) -> int:
        return (await self.browser.get(self.page, follow=False)).status

    async def streams(self) -> aiohttp.ClientWebSocketResponse:
        opened = await self.browser.web_socket(f"{self.page}zive")
        await opened.send_str("a")
        assert await opened.receive_str(timeout=SOON) == "echo a"
        await asyncio.sleep(WATCHED)
        return opened


@asynccontextmanager
async def at_work(ground: Ground, lent: Laptop) -> AsyncIterator[AtWork]:
    who = ground.somebody()
    mine = await machine(ground.product, ground.state, who.subject)
    await mine.report()
    browser = ground.product.visitor(ground.address(), mine.tls(ground.product.tls()))
    page = f"https://{ground.shared}/zarizeni/"
    shown = await browser.fill(await ground.at_code(browser, who, page), code=ground.code(who))
    assert shown.status == 200, (shown.status, shown.title)
    laptop = replace(lent, private=PrivateKey.generate())
    asking = Asking(mine, ground.browser(), ground.product.addresses.origin("devices"), laptop, who.login)
    await asking.ask()
    await browser.get(f"{ground.portal}/tunnel")
    opened = await browser.post(f"{ground.portal}/tunnel/open", {"device": mine.id})
    assert opened.status == 200, (opened.status, opened.title)
    given = await asking.ask()
    assert given.link is not None, given.why
    settle_in(laptop, given)
    child = await asyncio.to_thread(laptop.up, given.link.gateway_key)
    try:
        yield AtWork(mine, browser, page, laptop)
    finally:
        child.terminate()  # its interface and socket go with it
        child.wait()


@dataclass
class Talk:
    """To and fro through the tunnel until nothing comes back. `last`: when the last answer came."""

    laptop: Laptop
    last: float = 0.0
    words: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._socket = self._connected()
        self._socket.settimeout(SILENT)
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()
        until = time.monotonic() + SOON
        while self.words < 20:
            assert time.monotonic() < until, "nothing comes back through the tunnel"
            time.sleep(0.001)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _connected(self) -> socket.socket:
        """The tunnel is given anew beside this: as soon as it passes anything."""
        until = time.monotonic() + 2 * SOON
        while True:
            with suppress(TimeoutError):
                return self.laptop.connected(FILES, within=0.4)
            assert time.monotonic() < until, "the tunnel does not answer"

    def _talk(self) -> None:
        with suppress(TimeoutError):
            while not self._over.is_set():
                self._socket.send(b"a")
                self._socket.recv(100)
                self.last = time.perf_counter()
                self.words += 1
                time.sleep(0.002)

    def until_silent(self) -> float:
        """When the last answer came."""
        self._thread.join(10 * SOON)
        assert not self._thread.is_alive(), "the tunnel goes on"
        return self.last


async def worsens(one: AtWork) -> Took:
    """And is mended again."""
    took = await _took(one, lambda: one.machine.report(WORSE, tunnel_key=one.laptop.key), 403)
    await one.machine.report(tunnel_key=one.laptop.key)
    async with asyncio.timeout(SOON):
        while await one.asks() != 200:
            await asyncio.sleep(0.01)
    return took


async def is_lost(ground: Ground, one: AtWork) -> Took:
    async def lose() -> None:
        await office(ground.state).lose(one.machine.id, "", OPERATOR, now())
        await tell(ground.state, "")

    return await _took(one, lose, 302)


async def _took(one: AtWork, act: Callable[[], Awaitable[None]], status: int) -> Took:
    """`status`: of the refusal."""
    stream = await one.streams()
    talk = await asyncio.to_thread(Talk(one.laptop).__enter__)
    try:
        assert await one.asks() == 200
        began = time.perf_counter()
        assert await one.asks() == 200
        fresh = time.perf_counter() - began
        began = time.perf_counter()
        acting = asyncio.ensure_future(act())
        web, cut = await asyncio.gather(_refused(one, status), _cut(stream))
        await acting
        last = await asyncio.to_thread(talk.until_silent)
    finally:
        await asyncio.to_thread(talk.__exit__)
    return Took(web - began, cut - began, max(last - began, 0.0), fresh)


async def _refused(one: AtWork, status: int) -> float:
    async with asyncio.timeout(2 * SOON):
        while (answer := await one.asks()) == 200:
            await asyncio.sleep(BETWEEN)
    assert answer == status, answer
    return time.perf_counter()


async def _cut(stream: aiohttp.ClientWebSocketResponse) -> float:
    over = (
        aiohttp.WSMsgType.CLOSE,
        aiohttp.WSMsgType.CLOSED,
        aiohttp.WSMsgType.CLOSING,
        aiohttp.WSMsgType.ERROR,
    )
    async with asyncio.timeout(2 * SOON):
        while (await stream.receive()).type not in over:
            pass
    return time.perf_counter()
