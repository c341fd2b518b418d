"""The witness's port: bounded in bytes, time, connections and what it does at once."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from aiohttp import web

from gateway.audit.cosignature import Cosigner, cosign
from gateway.audit.note import Verifier
from gateway.audit.submission import MOST_BYTES, PATH, SIZE_TYPE
from gateway.witness.judging import Refused, Seen, judge, read
from gateway.witness.kept import Kept

PATIENCE = 10.0  # seconds for a submission to arrive
IDLE = 30.0  # seconds that a connection may take until its first request, and between two
MOST = 64  # connections at once
log = structlog.get_logger("witness")


class Witness:
    """`now`: aware, UTC."""

    def __init__(
        self, cosigner: Cosigner, trusted: Sequence[Verifier], kept: Kept, now: Callable[[], datetime]
    ) -> None:
        self._cosigner, self._trusted, self._kept, self._now = cosigner, trusted, kept, now
        self._one = asyncio.Lock()  # from looking at what was cosigned last until that is durable

    def application(self) -> web.Application:
        made = web.Application(client_max_size=MOST_BYTES)
        made.router.add_post(PATH, self._add_checkpoint)
        return made

    async def _add_checkpoint(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(PATIENCE):
                data = await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return _refusal(Refused(400, "it is not UTF-8"))
        found = read(text, self._trusted)
        if isinstance(found, Refused):
            return _refusal(found)
        submission, checkpoint = found
        async with self._one:
            judged = judge(submission, checkpoint, self._kept.seen(checkpoint.origin))
            if isinstance(judged, Refused):
                if judged.doubtful:
                    facts = {"size": checkpoint.size, "root": checkpoint.root.hex()}
                    log.error("witness.doubt", origin=checkpoint.origin, why=judged.why, **facts)
                return _refusal(judged)
            if not self._kept.has_room_for(checkpoint.origin):
                log.error("witness.full", origin=checkpoint.origin)
                return _refusal(Refused(507, "this witness keeps no further logs"))
            at = self._now()
            line = cosign(checkpoint.text(), self._cosigner, int(at.timestamp()))
            seen = Seen(checkpoint.size, checkpoint.root)
            try:
                await asyncio.to_thread(self._kept.keep, checkpoint.origin, seen, judged.note + line, at)
            except OSError as error:
                log.error("witness.unwritable", cause=error.strerror)  # noqa: TRY400 - the cause says it
                return _refusal(Refused(503, "what is cosigned cannot be kept"))
        return web.Response(text=line)


def _refusal(refused: Refused) -> web.Response:
    if refused.size is not None:
        body = f"{refused.size}\n".encode()
        return web.Response(status=refused.status, body=body, headers={"Content-Type": SIZE_TYPE})
    return web.Response(status=refused.status, text=f"{refused.why}\n")


@asynccontextmanager
async def listening(
    application: web.Application, host: str, port: int, tls: ssl.SSLContext | None
) -> AsyncIterator[int]:
    """The port, while the block runs. Raises OSError where it cannot be had."""
    runner = web.AppRunner(
        application, access_log=None, keepalive_timeout=IDLE, lingering_time=1.0, auto_decompress=False
    )
    await runner.setup()
    made = runner.server
    assert made is not None

    def connection() -> asyncio.Protocol:
        return made() if len(made.connections) < MOST else _TurnedAway()

    handshake = None if tls is None else PATIENCE
    try:
        server = await asyncio.get_running_loop().create_server(
            connection, host, port, ssl=tls, ssl_handshake_timeout=handshake
        )
        yield server.sockets[0].getsockname()[1]
        server.close()
    finally:
        await runner.cleanup()


class _TurnedAway(asyncio.Protocol):
    """There are too many connections already."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()
