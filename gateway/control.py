"""The control socket: how a command on this machine tells the running product that something changed.

Only the owner of the state directory reaches it (mode 0700). Commands write the database themselves; what
they say here is "look again", so nothing is believed that is not in the database.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

TIMEOUT = aiohttp.ClientTimeout(total=5)


class NotRunning(Exception):
    """No control plane answers on the control socket of this state directory."""


def control_app(look_again: Callable[[], Awaitable[None]]) -> web.Application:
    async def changed(_: web.Request) -> web.Response:
        await look_again()
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.post("/changed", changed)])
    return app


async def tell_changed(socket: Path) -> None:
    """Return when the running product has acted on what is in the database. Raises NotRunning."""
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)), timeout=TIMEOUT) as http,
            http.post("http://control/changed") as answer,
        ):
            answer.raise_for_status()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotRunning(str(error)) from error
