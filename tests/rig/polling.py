"""A browser asks an application again and again over one kept connection, to see until when a grant lets it in."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.rig.product import Product

PATIENCE = 20.0  # seconds


@dataclass(slots=True)
class Polling:
    """`cookie`: of the session; `grant`: the cookie that was given, which stays the same whatever is answered."""

    http: aiohttp.ClientSession
    port: int
    host: str
    cookie: str
    grant: str = ""

    async def ask(self) -> tuple[int, str]:
        """Status, and the grant that was given because somebody had to decide."""
        async with self.http.get(
            f"https://127.0.0.1:{self.port}/",
            headers={"Host": self.host, "Cookie": f"{self.cookie}; {self.grant}"},
            server_hostname=self.host.partition(":")[0],
        ) as answer:
            await answer.read()
            return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0]

    async def begin(self) -> float:
        """Take a grant, see that it lets in; how many seconds one such answer takes."""
        self.grant = ""
        status, self.grant = await self.ask()
        assert status == 200, status
        assert self.grant.startswith("__Host-brana-grant=ey"), self.grant
        await self.ask()
        began = time.perf_counter()
        assert await self.ask() == (200, "")
        return time.perf_counter() - began

    async def until_anew(self) -> float:
        """When the first answer came that the grant alone did not give; by `time.time()`."""
        until = time.time() + PATIENCE
        while await self.ask() == (200, ""):
            assert time.time() < until
        return time.time()

    async def until_out(self) -> float:
        """When the first refusal came, whoever made it."""
        until = time.time() + PATIENCE
        while (await self.ask())[0] == 200:
            assert time.time() < until
        return time.time()


@contextlib.asynccontextmanager
async def polling(product: Product, host: str, cookie: str) -> AsyncIterator[Polling]:
    """`host`: with port."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=product.tls()), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        yield Polling(http, product.port, host, cookie)


@contextlib.asynccontextmanager
async def application_that_answers() -> AsyncIterator[str]:
    """Address of a hosted application that says "ok" at once."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
