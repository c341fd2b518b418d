"""From the officer's click to re-evaluation, with 10,000 revoked ids in the table.

A person's browser polls an application over one kept connection with a fresh grant; the officer ends the session on the
real page. The time runs from sending the click to the arrival of the first answer that was decided anew. The
baseline is a fresh answer of the same poll in the same run: what a look costs when nothing has changed.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import insert

from gateway.demo.configuration import RECORDS
from gateway.storage.moment import micros
from gateway.storage.tables.sessions import revoked
from tests.bench.figure import figure
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, reader_of_records, sign_in
from tests.rig.visitor import Visitor

REVOKED = 10_000
SAMPLES = 400  # so that the 99th percentile is the fifth worst, and not one bad moment of the machine
BAR = 100.0  # ms
HULIN = "588491"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        runner, upstream = await _application()
        try:
            async with installed(Path(name), application=upstream) as product:
                people = await _prepare(product)
                await product.start()
                officer = product.visitor()
                await officer.sign_in(product.account("kucera.martin"), product.addresses.admin)
                samples = [await _sample(product, officer, one) for one in people]
        finally:
            await runner.cleanup()
    clicks, polls = sorted(one[0] for one in samples), [one[1] for one in samples]
    p99 = clicks[int(len(clicks) * 0.99)]
    baseline = (
        f"{statistics.median(polls):.2f} ms for a fresh answer; median {statistics.median(clicks):.1f} ms"
    )
    return {"p99_ms": figure(p99, "ms", baseline, BAR, digits=1)}


async def _prepare(product: Product) -> list[SignedIn]:
    """The full table, and people who are signed in."""
    account = product.account("novakova.jana")
    where = reader_of_records(account)
    assert where == HULIN
    until = micros(datetime.now(UTC) + timedelta(minutes=10))
    rows = [{"id": f"{number:022d}.1", "until": until} for number in range(REVOKED)]
    with product.state() as state:
        await state.database.write(lambda connection: connection.execute(insert(revoked), rows))
        return await sign_in(
            state, [(account, where)] * SAMPLES, lambda municipality: product.host(RECORDS, municipality)
        )


async def _sample(product: Product, officer: Visitor, victim: SignedIn) -> tuple[float, float]:
    """Milliseconds from the click to the first answer decided anew, and of one fresh answer before."""
    host = product.host(RECORDS, HULIN)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=product.tls()), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:

        async def ask(cookie: str) -> tuple[int, str]:
            async with http.get(
                f"https://127.0.0.1:{product.port}/",
                headers={"Host": host, "Cookie": cookie},
                server_hostname=host.partition(":")[0],
            ) as answer:
                await answer.read()
                return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0]

        status, grant = await ask(victim.cookie)
        assert status == 200, status
        assert grant.startswith("__Host-brana-grant=ey"), grant
        cookie = f"{victim.cookie}; {grant}"
        await ask(cookie)
        began = time.perf_counter()
        assert await ask(cookie) == (200, "")
        fresh = time.perf_counter() - began
        began = time.perf_counter()
        click = asyncio.create_task(
            officer.post(
                f"{product.addresses.admin}/sessions/end/now", {"session": victim.session.id}, follow=False
            )
        )
        while (await ask(cookie))[0] == 200:
            assert time.perf_counter() - began < 10
        took = time.perf_counter() - began
        assert (await click).status == 303
    return took * 1000, fresh * 1000


async def _application() -> tuple[web.AppRunner, str]:
    """A hosted application that answers at once."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"
