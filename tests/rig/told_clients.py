"""Applications that hear of sign-outs: one real HTTPS server on loopback, an application for each path."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from gateway.demo.slapd import free_port
from tests.rig.authority import make_authority, server_pair


@dataclass(slots=True)
class ToldClients:
    """`tokens`: what each was told, by its name; `statuses`: what it answers, 200 where nothing is said."""

    authority: Path
    port: int
    tokens: dict[str, list[str]] = field(default_factory=dict)
    requests: list[web.BaseRequest] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    """Which take a request and never answer it."""
    under_way: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    """How many requests each had at the same time; `""`: all together."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def address(self, client: str) -> str:
        return f"https://localhost:{self.port}/{client}"

    async def until(self, many: int, within: float = 20.0) -> None:
        """So many tokens were taken in all."""
        async with asyncio.timeout(within):
            while sum(map(len, self.tokens.values())) < many:
                self.news.clear()
                await self.news.wait()

    async def answer(self, request: web.Request) -> web.Response:
        client = request.path.removeprefix("/")
        self.requests.append(request)
        if client == "elsewhere":
            self.tokens.setdefault(client, []).append("followed")
        form = await request.post()
        for name in ("", client):
            self.under_way[name] += 1
            self.most[name] = max(self.most[name], self.under_way[name])
        try:
            if client in self.hanging:
                await self._let_go.wait()
        finally:
            for name in ("", client):
                self.under_way[name] -= 1
        status = self.statuses.get(client, 200)
        if status in {200, 204}:
            self.tokens.setdefault(client, []).append(str(form["logout_token"]))
            self.news.set()
        headers = {"Location": self.address("elsewhere")} if 300 <= status < 400 else {}
        return web.Response(status=status, headers=headers)


@contextlib.asynccontextmanager
async def told_clients(folder: Path, port: int | None = None) -> AsyncIterator[ToldClients]:
    """`port`: of an application that was away and is there again, by the certificate that it had."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = folder / "server.pem"
    if port is None:
        made = make_authority(folder)
        pair = server_pair(made)
        certificate, key, authority = pair.certificate, pair.key, made.certificate
        (folder / "files").write_text("\n".join(map(str, (certificate, key, authority))))
    else:
        certificate, key, authority = map(Path, (folder / "files").read_text().split("\n"))
    clients = ToldClients(authority, port or free_port())
    app = web.Application()
    app.router.add_route("*", "/{client}", clients.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    await web.TCPSite(runner, "127.0.0.1", clients.port, ssl_context=tls).start()
    try:
        yield clients
    finally:
        clients._let_go.set()
        await runner.cleanup()
