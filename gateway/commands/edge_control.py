"""How an operator reaches a machine without a control plane: `brana reload` on its control socket, and SIGHUP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from gateway.asking import Reloaded
from gateway.audit.acts import SYSTEM
from gateway.commands.edge_reloading import EdgeReloading
from gateway.commands.hangup import Hangup
from gateway.commands.operator import at_the_other_end
from gateway.control import reload_route


@contextlib.asynccontextmanager
async def hearing(control: Path, hangup: Hangup, reloading: EdgeReloading) -> AsyncIterator[None]:
    """Answers while the block runs, at a socket which only this user may open."""
    under_way: set[asyncio.Task[Reloaded]] = set()

    def begin() -> None:
        """Nobody knows who sends a signal."""
        task = asyncio.ensure_future(reloading.reload(SYSTEM))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    app = web.Application()
    app.add_routes([reload_route(lambda asker: reloading.reload(at_the_other_end(asker)))])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        control.unlink(missing_ok=True)
        await web.UnixSite(runner, str(control)).start()
        control.chmod(0o600)
        hangup.heard_by(begin)
        yield
    finally:
        await runner.cleanup()
