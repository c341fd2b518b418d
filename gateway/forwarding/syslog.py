"""Syslog over TLS (RFC 5425): one line of frames, and an ear for its end."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence

from config.settings import AuditReceiver
from gateway.forwarding.forwarder import NotTaken
from gateway.forwarding.tls import context_of

PATIENCE = 10.0  # seconds for a connection, and for a batch to leave us
SILENT = 20  # seconds after which a line whose bytes nobody acknowledges is dead; less than any `repeat`
UNREACHABLE, NOT_TRUSTED = "receiver_unreachable", "receiver_not_trusted"


class Syslog:
    def __init__(self, receiver: AuditReceiver) -> None:
        assert receiver.host is not None
        self._receiver, self._host = receiver, receiver.host
        self._writer: asyncio.StreamWriter | None = None
        self._ear: asyncio.Task[bytes] | None = None

    async def open(self) -> None:
        context = context_of(self._receiver)
        try:
            async with asyncio.timeout(PATIENCE):
                reader, self._writer = await asyncio.open_connection(
                    self._host, self._receiver.port, ssl=context, server_hostname=self._host
                )
        except ssl.SSLCertVerificationError as error:
            raise NotTaken(NOT_TRUSTED, error.verify_message) from error
        except (OSError, TimeoutError) as error:
            raise NotTaken(UNREACHABLE, str(error) or "no answer") from error
        self._writer.transport.set_write_buffer_limits(high=1, low=0)  # so that `drain` waits for all of it
        held = self._writer.get_extra_info("socket")
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT * 1000)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT)
        self._ear = asyncio.create_task(reader.read(1))

    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:  # noqa: ARG002 - frames have no name
        assert self._writer is not None
        self.check()
        try:
            async with asyncio.timeout(PATIENCE):
                self._writer.write(b"".join(messages))
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise NotTaken(UNREACHABLE, str(error) or "it does not read") from error
        return ()

    def check(self) -> None:
        """A receiver says nothing (RFC 5425 has no answers): whatever is heard is the end."""
        if self._ear is not None and self._ear.done():
            failed = None if self._ear.cancelled() else self._ear.exception()
            raise NotTaken(UNREACHABLE, str(failed or "it ended the connection"))

    async def close(self) -> None:
        ear, writer, self._ear, self._writer = self._ear, self._writer, None, None
        if ear is not None:
            ear.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await ear
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
