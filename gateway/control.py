"""The control socket: how a command on this machine tells the running product that something changed.

Only the owner of the state directory reaches it (mode 0700). Commands write the database themselves; what
they say here is "look again", so nothing is believed that is not in the database.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import aiohttp
import msgspec
import structlog
from aiohttp import web

from gateway.asking import Finding, NotRunning, Reloaded, TriedOut

TIMEOUT = aiohttp.ClientTimeout(total=5)
UNTIL_IT_ENDS = aiohttp.ClientTimeout(total=None, sock_connect=5)
AGAIN = 0.1  # seconds between attempts while the product is starting
log = structlog.get_logger("control")


class NotTold(Exception):
    """The product runs, but did not confirm that it acted on what is in the database."""

    def __init__(self, socket: Path, cause: str) -> None:
        super().__init__(
            f"the running product could not be told (on {socket}: {cause})\n"
            "    it acts on the database when its control plane starts; until then a grant given before may "
            "serve for grants.lifetime, and a key that was changed sign and be believed\n"
            "    look at the operators' log, then say the command once more, or restart the product"
        )


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a sync of a directory is; the last one says that it has ended."""

    people: int = 0
    groups: int = 0
    ended: bool = False
    trouble: str = ""
    """Why the replica is not what the directory says now; empty when it is."""
    next_at: datetime | None = None
    """Where nobody was asked, as it was too soon: when all of the directory is read next."""


TryOut = Callable[[socket.socket, TriedOut], Awaitable[Finding]]
Reload = Callable[[socket.socket], Awaitable[Reloaded]]
"""Take over the configuration as it is now; told the connection of whoever asks, to know who it is."""


class Sync(Protocol):
    def __call__(self, name: str, *, full: bool) -> AsyncIterator[Step]: ...


def control_app(
    look_again: Callable[[], Awaitable[bool]],
    sync: Sync,
    reload: Reload | None = None,
    try_out: TryOut | None = None,
) -> web.Application:
    """`look_again`: True once the data plane holds what the database says. `sync`: bring a replica up to date.
    `reload`: take over the configuration. `try_out`: say what somebody would get. None: there is no such thing here.
    """

    async def changed(_: web.Request) -> web.Response:
        try:
            applied = await look_again()
        except Exception as error:  # the command that asked tells the operator; the log keeps the rest
            log.exception("control.failed")
            return web.Response(status=500, text=str(error))
        return (
            web.Response(status=204)
            if applied
            else web.Response(status=504, text="Envoy has not taken it yet")
        )

    async def synced(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        async for step in sync(request.match_info["name"], full="full" in request.query):
            await answer.write(msgspec.json.encode(step) + b"\n")
        await answer.write_eof()
        return answer

    async def tried(request: web.Request) -> web.Response:
        assert try_out is not None
        assert request.transport is not None
        about = msgspec.json.decode(await request.read(), type=TriedOut)
        found = await try_out(request.transport.get_extra_info("socket"), about)
        return web.json_response(body=msgspec.json.encode(found))

    app = web.Application()
    app.add_routes([web.post("/changed", changed), web.post("/directories/{name}/sync", synced)])
    if reload is not None:
        app.add_routes([reload_route(reload)])
    if try_out is not None:
        app.router.add_post("/try", tried)
    return app


def reload_route(reload: Reload) -> web.RouteDef:
    async def reloaded(request: web.Request) -> web.Response:
        assert request.transport is not None
        told = await reload(request.transport.get_extra_info("socket"))
        return web.json_response(body=msgspec.json.encode(told))

    return web.post("/reload", reloaded)


async def tell_changed(socket: Path, runs: Callable[[], bool], patience: timedelta) -> None:
    """Return when the running product has acted on what is in the database.

    `runs`: whether a product runs here at all; one whose control plane is just starting is waited for.
    Raises NotRunning, NotTold.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + patience.total_seconds()
    while True:
        try:
            await _ask(socket)
        except (aiohttp.ClientConnectorError, FileNotFoundError) as error:
            if not runs():
                raise NotRunning(socket) from error
            if clock() >= until:
                raise NotTold(socket, "nothing listens there, although the product runs") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotTold(socket, str(error) or type(error).__name__) from error
        else:
            return
        await asyncio.sleep(AGAIN)


async def ask_to_sync(socket: Path, name: str, *, full: bool) -> AsyncIterator[Step]:
    """What the running product says of a sync, to its end. Raises NotRunning, NotTold."""
    address = f"http://control/directories/{name}/sync{'?full' if full else ''}"
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(socket)), timeout=UNTIL_IT_ENDS
            ) as http,
            http.post(address, raise_for_status=True) as answer,
        ):
            async for line in answer.content:
                yield msgspec.json.decode(line, type=Step)
    except (aiohttp.ClientConnectorError, FileNotFoundError) as error:
        raise NotRunning(socket) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotTold(socket, str(error) or type(error).__name__) from error


async def _ask(socket: Path) -> None:
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)), timeout=TIMEOUT) as http,
        http.post("http://control/changed") as answer,
    ):
        if answer.status >= 400:
            raise aiohttp.ClientPayloadError(f"it answered {answer.status}: {await answer.text()}")
