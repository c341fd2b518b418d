"""A reload of a thousand applications while people work: how long it takes, and what it costs them.

`seconds`: from starting the command `brana reload`, as an operator does, to Envoy's first answer of an application that
it added. `failed`:
requests that were not answered as they should be, connections that were opened anew and streams that ended, of people
who ask all the time with their grants, hold a web socket and download something. `old_grant_ms`: how long after the
change was recorded an answer still came by a grant of before. `cut_ms`: how long after it was recorded that an
application is gone its open web sockets ended. Of all three the slowest counts. The baseline of `seconds` is the same
command without a change.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from gateway.audit.entry import Code
from gateway.demo.configuration import HOSTS, MAP
from tests.bench.figure import figure
from tests.rig.changing import NOTES_POLICY, Browser, Changing, changing
from tests.rig.product import ROOT

APPLICATIONS = 1_000
PEOPLE = 16
PAUSE = 0.02  # seconds between the requests of one
CHANGES = 5
SOCKETS = 4  # open at an application that is removed
BAR, BAR_OLD_GRANT, BAR_CUT = 2.0, 100.0, 1_000.0  # seconds, ms, ms


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with changing(Path(name).resolve(), more=_many) as world:
            began = time.perf_counter()
            status, _, complaint = await _reload(world)
            nothing = time.perf_counter() - began
            assert status == 0, complaint
            seconds, late, cuts, load = await _under_load(world)
    all_of_them = ", ".join(f"{one:.2f}" for one in seconds)
    asked = f"{load.requests} requests and {PEOPLE} web sockets during {CHANGES} reloads"
    return {
        "seconds": figure(
            round(max(seconds), 2), "s", f"{nothing:.2f} s without a change; {all_of_them}", BAR
        ),
        "failed": figure(load.failed, "", asked, 0),
        "old_grant_ms": figure(round(max(late)), "ms", "after the change was recorded", BAR_OLD_GRANT),
        "cut_ms": figure(round(max(cuts)), "ms", f"the slowest of {len(cuts)} web sockets", BAR_CUT),
    }


@dataclass(slots=True)
class Load:
    requests: int = 0
    failed: int = 0
    last_old: float = 0.0
    """When the last answer came that no decision was needed for, by a grant given before the present change."""
    change: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def _under_load(world: Changing) -> tuple[list[float], list[float], list[float], Load]:
    """Seconds of each reload; milliseconds of old grants and of cuts."""
    load, seconds, late, cuts = Load(), [], [], list[float]()
    feeds: list[asyncio.Task[float]] = []
    async with _people(world, load), world.browser() as looking:
        for number in range(CHANGES):
            text = world.first + (world.notes if number % 2 == 0 else "")
            world.write(text, NOTES_POLICY if number % 2 == 0 else "")
            load.change += 1
            began = time.perf_counter()
            command = asyncio.create_task(_reload(world))
            wanted = 302 if number % 2 == 0 else 421  # a page load of somebody who is not signed in
            while await _status(looking, world.host("notes")) != wanted:
                await asyncio.sleep(0.005)
            seconds.append(time.perf_counter() - began)
            status, _, complaint = await command
            assert status == 0, complaint
            entry, *_ = await world.recorded(Code.CONFIGURATION_RELOADED, number + 1)
            late.append(max(0.0, (load.last_old - entry.at.timestamp()) * 1000))
            cuts += [
                max(0.0, (ended - entry.at.timestamp()) * 1000) for ended in await asyncio.gather(*feeds)
            ]
            feeds = await _feeds(world, looking) if wanted == 302 and number + 1 < CHANGES else []
        load.over.set()
    return seconds, late, cuts, load


async def _reload(world: Changing) -> tuple[int, str, str]:
    """Status, and what it said. A process of its own: that of the tests which is copied takes seconds to make."""
    command = [sys.executable, "-m", "gateway", "reload", "--config", str(world.product.configuration)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    return process.returncode or 0, said.decode(), complaint.decode()


async def _feeds(world: Changing, browser: Browser) -> list[asyncio.Task[float]]:
    """Web sockets at the application that is removed next; each task gives the moment of its end."""
    people = [await world.somebody(world.host("notes")) for _ in range(SOCKETS)]
    opened = [asyncio.Event() for _ in people]

    async def until_cut(cookie: str, works: asyncio.Event) -> float:
        async with browser.socket(world.host("notes"), "/feed", cookie) as feed:
            await feed.send_str("hello")
            assert (await feed.receive(10)).data == "echo hello"
            works.set()
            assert (await feed.receive(60)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
            return time.time()

    tasks = [
        asyncio.create_task(until_cut(one.cookie, works)) for one, works in zip(people, opened, strict=True)
    ]
    await asyncio.gather(*(one.wait() for one in opened))
    return tasks


async def _status(browser: Browser, host: str) -> int:
    async with browser.http.get(
        f"https://127.0.0.1:{browser.port}/",
        headers={"Host": host, "Sec-Fetch-Mode": "navigate"},
        server_hostname=host.partition(":")[0],
        allow_redirects=False,
    ) as answer:
        return answer.status


@asynccontextmanager
async def _people(world: Changing, load: Load) -> AsyncIterator[None]:
    host = world.host(HOSTS[MAP])
    tasks = [asyncio.create_task(_work(world, host, load)) for _ in range(PEOPLE)]
    ready = time.monotonic() + 30
    while load.requests < PEOPLE * 10:
        assert time.monotonic() < ready, "nobody can work"
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        load.over.set()
        await asyncio.gather(*tasks)


async def _work(world: Changing, host: str, load: Load) -> None:
    """One person: requests one after the other over one kept connection, and a web socket."""
    somebody = await world.somebody(host)
    opened = itertools.count()
    trace = aiohttp.TraceConfig()

    async def count(*_: Any) -> None:
        if next(opened) >= 2:  # one for requests, one for the web socket
            load.failed += 1

    trace.on_connection_create_end.append(count)
    connector = aiohttp.TCPConnector(ssl=world.product.tls(), limit=0)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[trace]
    ) as http:
        browser = Browser(http, world.product.port)
        grant, given_in = "", 0
        async with browser.socket(host, "/feed", somebody.cookie) as feed:
            while not load.over.is_set():
                change = load.change
                status, new = await browser.get(host, "/", f"{somebody.cookie}; {grant}")
                load.requests, load.failed = load.requests + 1, load.failed + (status != 200)
                if new:
                    grant, given_in = new, change
                elif given_in < load.change:
                    load.last_old = time.time()
                await feed.send_str("hello")
                load.failed += (await feed.receive(10)).data != "echo hello"
                await asyncio.sleep(PAUSE)


def _many(upstream: str, domain: str) -> str:
    """Tables of applications that nobody opens, and that Envoy knows all the same."""
    return "".join(
        f"""
[[applications]]
id = "application-{number}"
host = "application-{number}.{domain}"
upstreams = ["{upstream}"]
title = {{ cs = "Aplikace {number}", en = "Application {number}" }}
description = {{ cs = "Jedna z mnoha.", en = "One of many." }}
routes = [
    {{ path = "/admin", action = "administer" }},
    {{ methods = ["GET"], action = "read" }},
    {{ action = "write" }},
]
"""
        for number in range(APPLICATIONS)
    )
