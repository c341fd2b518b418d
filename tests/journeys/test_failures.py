"""kill -9 in the middle of requests: what was granted goes on, nothing opens, nothing is lost from the log."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import pytest
from playwright.async_api import Browser

from tests.journeys.conftest import person, sign_in
from tests.rig.demo import Demo, demo

pytestmark = pytest.mark.real

HULIN = "spisovka-588491"
WORKERS = 4


@dataclass
class Load:
    """Requests of one signed-in person, and what became of them."""

    product: Demo
    cookie: str
    whole: list[tuple[str, int, float]] = field(default_factory=list)
    """Request id, status, moment of every answer that arrived whole."""
    broken: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http:
            workers = [asyncio.create_task(self._ask(http, stop)) for _ in range(WORKERS)]
            try:
                yield
            finally:
                stop.set()
                await asyncio.gather(*workers)

    async def _ask(self, http: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with http.get(
                    f"https://127.0.0.1:{self.product.port}/",
                    headers={"Host": self.product.url(HULIN)[8:-1], "Cookie": self.cookie},
                    server_hostname=f"{HULIN}.brana.localhost",
                ) as answer:
                    await answer.read()
                self.whole.append((answer.headers["x-request-id"], answer.status, time.monotonic()))
            except (aiohttp.ClientError, OSError):
                self.broken += 1
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.02)  # bounded: some 150 requests a second in all


async def load(product: Demo, browser: Browser) -> Load:
    """A person with a grant that is fresh for minutes."""
    async with person(browser) as page:
        await page.goto(product.url(HULIN))
        await sign_in(page, product.account("dvorak.petr"))
        cookies = await page.context.cookies(product.url(HULIN))
        return Load(product, "; ".join(f"{one['name']}={one['value']}" for one in cookies))


async def until_ready(product: Demo) -> None:
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(product.ready):
            await asyncio.sleep(0.1)


async def recorded(product: Demo, wanted: set[str]) -> Counter[str]:
    """How often each request stands in the log; waits for the spool to be taken over."""
    found: Counter[str] = Counter()
    for _ in range(50):
        entries = await asyncio.to_thread(
            product.entries,
            *("--person", "dvorak.petr", "--code", "access.request", "--code", "access.cut_off"),
        )
        found = Counter(one["entry"]["request_id"] for one in entries)
        if wanted <= set(found):
            break
        await asyncio.sleep(0.2)
    return found


async def test_a_killed_control_plane_stops_nobody_with_a_grant_and_lets_nobody_else_in(
    product: Demo, browser: Browser
) -> None:
    work = await load(product, browser)
    async with work.running():
        await asyncio.sleep(0.3)
        killed = product.control_plane()
        killed.kill()
        at = time.monotonic()
        stranger = await _statuses_without_a_grant(product, until=at + 0.5)
        await until_ready(product)
        back = time.monotonic()
        await asyncio.sleep(0.3)
    during = [status for _, status, moment in work.whole if at < moment < back]
    assert during
    assert {status for _, status, _ in work.whole} == {200}
    assert work.broken == 0
    assert stranger
    assert set(stranger) <= {302, 503}
    assert 503 in stranger
    assert product.control_plane().pid != killed.pid
    wanted = {request_id for request_id, _, _ in work.whole}
    found = await recorded(product, wanted)
    assert wanted <= set(found)
    assert {found[one] for one in wanted} == {1}
    verified = product.brana("audit", "verify")
    assert verified.returncode == 0, verified.stderr


async def _statuses_without_a_grant(product: Demo, until: float) -> list[int]:
    """What somebody without any cookie gets meanwhile."""
    found = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http:
        while time.monotonic() < until:
            async with http.get(
                f"https://127.0.0.1:{product.port}/",
                headers={"Host": product.url(HULIN)[8:-1], "Accept": "text/html"},
                server_hostname=f"{HULIN}.brana.localhost",
                allow_redirects=False,
            ) as answer:
                text = await answer.text()
            if answer.status == 503:
                assert 'lang="cs"' in text
                assert 'lang="en"' in text
            found.append(answer.status)
            await asyncio.sleep(0.05)
    return found


async def test_a_killed_envoy_is_back_at_once_and_its_log_is_whole(product: Demo, browser: Browser) -> None:
    work = await load(product, browser)
    async with work.running():
        await asyncio.sleep(0.5)
        killed = product.envoy()
        killed.kill()
        at = time.monotonic()
        async with asyncio.timeout(10):
            while not [one for one in work.whole if one[2] > at + 0.1]:
                await asyncio.sleep(0.1)
        await until_ready(product)
        await asyncio.sleep(0.5)
    assert product.envoy().pid != killed.pid
    assert {status for _, status, _ in work.whole} == {200}
    wanted = {request_id for request_id, _, _ in work.whole}
    found = await recorded(product, wanted)
    assert wanted <= set(found)
    assert set(found.values()) == {1}, (
        "what Envoy did not tell any more is told by the gate, and nothing twice"
    )
    died = product.entries("--code", "system.data_plane_died")
    assert died[0]["entry"]["details"]["process"] == killed.pid
    assert product.brana("audit", "verify").returncode == 0


def test_a_killed_supervisor_takes_both_children_with_it_and_the_demo_ends(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as own:
        children = [own.control_plane(), own.envoy()]
        supervisor = children[0].parent()
        assert supervisor is not None
        supervisor.kill()
        _, left = psutil.wait_procs(children, timeout=15)
        assert left == []
        assert own.process.wait(30) == 1
