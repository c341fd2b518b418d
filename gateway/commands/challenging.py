"""The socket behind which an ACME client's answers are shown, beside whichever Envoy listens for plain HTTP."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from gateway.commands.behind_envoy import BEHIND_ENVOY
from gateway.web.challenges import challenges_app


@contextlib.asynccontextmanager
async def challenging(folder: Path | None, socket: Path) -> AsyncIterator[None]:
    """Answers while the block runs; None: there is nothing to answer."""
    if folder is None:
        yield
        return
    runner = web.AppRunner(challenges_app(folder), shutdown_timeout=1, **BEHIND_ENVOY)
    await runner.setup()
    try:
        socket.unlink(missing_ok=True)
        await web.UnixSite(runner, str(socket)).start()
        socket.chmod(0o600)
        yield
    finally:
        await runner.cleanup()
