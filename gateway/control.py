"""The control socket: how a command on this machine tells the running product that something changed.

Only the owner of the state directory reaches it (mode 0700). Commands write the database themselves; what
they say here is "look again", so nothing is believed that is not in the database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

TIMEOUT = aiohttp.ClientTimeout(total=5)
AGAIN = 0.1  # seconds between attempts while the product is starting
log = structlog.get_logger("control")


class NotRunning(Exception):
    """No control plane listens on the control socket of this state directory."""

    def __init__(self, socket: Path) -> None:
        super().__init__(
            f"nothing listens on {socket}: the product does not run; start it with `brana serve`"
        )


class NotTold(Exception):
    """The product runs, but did not confirm that it acted on what is in the database."""

    def __init__(self, socket: Path, cause: str) -> None:
        super().__init__(
            f"the running product could not be told (on {socket}: {cause})\n"
            "    it acts on the database when its control plane starts; until then a grant given before may "
            "serve for grants.lifetime\n"
            "    look at the operators' log, then say `brana sessions revoke` once more, or restart the product"
        )


def control_app(look_again: Callable[[], Awaitable[bool]]) -> web.Application:
    """`look_again`: True once the data plane holds what the database says."""

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

    app = web.Application()
    app.add_routes([web.post("/changed", changed)])
    return app


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


async def _ask(socket: Path) -> None:
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)), timeout=TIMEOUT) as http,
        http.post("http://control/changed") as answer,
    ):
        if answer.status >= 400:
            raise aiohttp.ClientPayloadError(f"it answered {answer.status}: {await answer.text()}")
