"""An application of aiohttp that does what hosted ones do beside showing pages: events, long polls, large bodies."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from gateway.demo.slapd import free_port

PACKED = gzip.compress("Žluťoučký kůň".encode() * 50, mtime=0)
PAGE = "<!doctype html><html lang=cs><title>Aplikace</title><script src=/grpc-web.js></script><p>ahoj"
LONGEST_LINE = 32_768


class Chatty:
    """`went_on_from`: what each event stream was asked to go on from; `scripts`: by name, what pages may load."""

    last: web.Request

    def __init__(self) -> None:
        self.went_on_from: list[str | None] = []
        self.preflights: list[str | None] = []
        self.scripts: dict[str, str] = {}
        self.news: asyncio.Event = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/events", self.events),
            web.get("/poll", self.poll),
            web.get("/silent", self.silent),
            web.get("/packed", self.packed),
            web.get("/{name}.js", self.script),
            web.put("/sink", self.sink),
            web.route("*", "/api", self.api),
            web.get("/{rest:.*}", self.page),
        ]

    async def events(self, asked: web.Request) -> web.StreamResponse:
        """Two events, and then the connection ends: whoever wants more comes again (HTML, 9.2)."""
        last = asked.headers.get("Last-Event-ID")
        self.went_on_from.append(last)
        begin = int(last or 0)
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await answer.prepare(asked)
        await answer.write(b"retry: 50\n\n")
        for number in (begin + 1, begin + 2):
            await answer.write(f"id: {number}\ndata: event {number}\n\n".encode())
        await answer.write_eof()
        return answer

    async def poll(self, asked: web.Request) -> web.Response:
        """Answers as soon as there is news."""
        await self.news.wait()
        self.news.clear()
        return web.json_response({"news": True})

    async def silent(self, asked: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError("somebody waited for this")

    async def packed(self, asked: web.Request) -> web.Response:
        return web.Response(body=PACKED, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})

    async def script(self, asked: web.Request) -> web.Response:
        return web.Response(text=self.scripts[asked.match_info["name"]], content_type="text/javascript")

    async def sink(self, asked: web.Request) -> web.Response:
        """Reads what comes and keeps nothing."""
        size = 0
        async for piece in asked.content.iter_any():
            size += len(piece)
        return web.json_response(
            {"size": size, "chunked": asked.headers.get("Transfer-Encoding") == "chunked"}
        )

    async def api(self, asked: web.Request) -> web.Response:
        """Answers scripts of other pages, as applications with such an interface do (Fetch, CORS protocol)."""
        allowed = {
            "Access-Control-Allow-Origin": asked.headers.get("Origin", ""),
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": "PATCH",
            "Access-Control-Allow-Headers": "content-type",
            "Allow": "GET, PATCH, OPTIONS",
        }
        self.last = asked
        if asked.method == "OPTIONS":
            self.preflights.append(asked.headers.get("Origin"))
            return web.Response(status=204, headers=allowed)
        said: Any = {
            "method": asked.method,
            "told": "x-brana-assertion" in asked.headers,
            "body": await asked.text(),
        }
        return web.json_response(said, headers=allowed)

    async def page(self, asked: web.Request) -> web.Response:
        if asked.path.startswith("/long"):
            return web.Response(text=str(len(asked.raw_path)))
        return web.Response(text=PAGE, content_type="text/html")


@contextlib.asynccontextmanager
async def chatty() -> AsyncIterator[tuple[Chatty, int]]:
    """The application and its port."""
    made, port = Chatty(), free_port()
    application = web.Application(client_max_size=2**31)
    application.add_routes(made.routes())
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=0.2,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield made, port
    finally:
        await runner.cleanup()


HINTED = (
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
)


@contextlib.asynccontextmanager
async def hinting() -> AsyncIterator[int]:
    """Port of a server that gives hints before its answer (RFC 8297)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(HINTED)
                await writer.drain()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield port
    finally:
        server.close()
