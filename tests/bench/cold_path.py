"""How many decisions one core gives, and how long one takes at 200 a second.

The real control plane, asked over its unix socket as Envoy asks it, by people who are signed in: policies, two
signatures, the session seen, the audit entry durable, the grant. CPU time is the kernel's count for the whole
process, all threads. The baseline is a bare aiohttp handler on such a socket in the same run, by turns, because
the machine's speed drifts: what any answer of this server costs before anything is decided.
"""

import asyncio
import json
import os
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import uvloop

from gateway.commands.state import State
from gateway.demo.configuration import RECORDS
from tests.rig.beside import beside, cpu_seconds
from tests.rig.product import Product, product
from tests.rig.signed_in import SignedIn, everybody, reader_of_records, sign_in

ROUNDS = 5  # of each kind, by turns
REQUESTS = 1_500  # a round
CONNECTIONS = 32
RATE = 200  # a second
RATE_SECONDS = 8
WARM_UP = 800
PER_CORE_BAR = 1_000
P99_BAR = 10.0  # ms
BARE = """
import asyncio, sys, uvloop
from aiohttp import web
async def answer(request): return web.Response(body=b"")
async def serve():
    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.UnixSite(runner, sys.argv[1]).start()
    await asyncio.Event().wait()
uvloop.run(serve())
"""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about forty seconds."""
    return uvloop.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with product(folder, everybody()) as running, beside(folder / "bare.sock", "-c", BARE) as bare:
            with running.state() as state:
                questions = await _questions(running, state)
            ours = Asked(running.run / "authorize.sock", running.control_plane().pid, questions)
            plain = Asked(folder / "bare.sock", bare, questions)
            async with ours, plain:
                await ours.many(WARM_UP)
                await plain.many(WARM_UP)
                costs: dict[Asked, list[float]] = {ours: [], plain: []}
                for _ in range(ROUNDS):
                    for asked, found in costs.items():
                        found.append(await asked.many(REQUESTS))
                waits = await ours.steadily(RATE, RATE_SECONDS)
                plain_waits = await plain.steadily(RATE, RATE_SECONDS / 2)
    cost, plain_cost = statistics.median(costs[ours]), statistics.median(costs[plain])
    ratio = statistics.median(one / other for one, other in zip(costs[ours], costs[plain], strict=True))
    p99, plain_p99 = _p99(waits), _p99(plain_waits)
    return {
        "per_core_s": {
            "value": round(1 / cost),
            "unit": f"decisions per second of one core ({cost * 1e6:.0f} µs of CPU each)",
            "baseline": f"{1 / plain_cost:.0f} by a bare aiohttp handler; a decision costs {ratio:.1f} of those",
            "bar": PER_CORE_BAR,
            "holds": 1 / cost >= PER_CORE_BAR,
        },
        "p99_ms": {
            "value": round(p99, 2),
            "unit": f"ms at {RATE} a second (median {statistics.median(waits):.2f})",
            "baseline": f"{plain_p99:.2f} by a bare aiohttp handler (median {statistics.median(plain_waits):.2f})",
            "bar": P99_BAR,
            "holds": p99 < P99_BAR,
        },
    }


def _p99(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=100)[98]


async def _questions(running: Product, state: State) -> list[bytes]:
    """Sign in everybody who may read records, and write down what Envoy would ask about each."""
    people = [(one, where) for one in running.world.accounts if (where := reader_of_records(one))]
    host = partial(running.host, RECORDS)
    return [_question(running, one) for one in await sign_in(state, people, host)]


def _question(running: Product, person: SignedIn) -> bytes:
    """The request `ext_authz` makes of a page load, byte for byte but for the request's number."""
    where = str(person.session.municipality)
    lines = [
        "GET /documents/list?page=2 HTTP/1.1",
        f"host: {running.host(RECORDS, where)}",
        "content-length: 0",
        "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-language: cs,en;q=0.5",
        "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "sec-fetch-dest: document",
        "sec-fetch-mode: navigate",
        "sec-fetch-site: none",
        f"x-request-id: {secrets.token_hex(18)}",
        f"x-brana-route: records {where} read",
        "x-brana-client-address: 192.0.2.7",
        f"cookie: {person.cookie}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class _Line(asyncio.Protocol):
    """One kept connection: a question out, an answer back. Parses the least that is needed."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._answered: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if self._answered is not None and self._got.endswith(b"\r\n\r\n"):  # neither answer has a body
            answered, self._answered = self._answered, None
            if self._got.startswith(b"HTTP/1.1 200 "):
                answered.set_result(None)
            else:
                answered.set_exception(AssertionError(self._got.decode("latin-1")))
            self._got.clear()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None:
            self._answered.set_exception(error or ConnectionError("the server hung up"))

    async def ask(self, question: bytes) -> None:
        assert self.transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(question)
        await self._answered


class Asked:
    """A server behind a unix socket, asked over kept connections."""

    def __init__(self, socket: Path, pid: int, questions: Sequence[bytes]) -> None:
        self._socket, self._pid, self._questions = socket, pid, questions
        self._lines: list[_Line] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, line = await loop.create_unix_connection(_Line, str(self._socket))
            self._lines.append(line)
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in self._lines:
            if line.transport is not None:
                line.transport.close()

    async def many(self, requests: int) -> float:
        """As fast as answers come back, everybody by turns; CPU seconds of the server for one."""
        before = cpu_seconds(self._pid)
        numbers = iter(range(requests))

        async def keep_asking(line: _Line) -> None:
            for number in numbers:
                await line.ask(self._questions[number % len(self._questions)])

        await asyncio.gather(*(keep_asking(line) for line in self._lines))
        return (cpu_seconds(self._pid) - before) / requests

    async def steadily(self, rate: float, seconds: float) -> list[float]:
        """Milliseconds from the moment a question was due to its answer, however late it could be asked."""
        loop = asyncio.get_running_loop()
        free: asyncio.Queue[_Line] = asyncio.Queue()
        for line in self._lines:
            free.put_nowait(line)
        chance, waits, asking = random.Random(200), [], []

        async def ask(due: float) -> None:
            line = await free.get()
            await line.ask(chance.choice(self._questions))
            waits.append((loop.time() - due) * 1000)
            free.put_nowait(line)

        due = loop.time()
        until = due + seconds
        while due < until:
            await asyncio.sleep(max(0, due - loop.time()))
            asking.append(asyncio.create_task(ask(due)))
            due += chance.expovariate(rate)  # people do not come in step
        await asyncio.gather(*asking)
        return waits


if __name__ == "__main__":
    begun = time.monotonic()
    print(json.dumps(run(), ensure_ascii=False, indent=2))
    print(f"{time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}")
