"""A device of wireguard-go, asked over its unix socket. One connection for each question."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.tunnels import uapi
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.peers import Change
from gateway.tunnels.seen import Seen, TunnelDeviceFailed

SOCKETS = Path("/var/run/wireguard")
"""Where wireguard-go puts its sockets; it cannot be told otherwise."""
MOST = 32 * 2**20  # octets of an answer; a peer takes about 350
PATIENCE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Userspace:
    """Implements `gateway.tunnels.seen.Device`."""

    name: str
    sockets: Path = SOCKETS

    @property
    def socket(self) -> Path:
        return self.sockets / f"{self.name}.sock"

    async def seen(self) -> Seen:
        said = await self._ask(uapi.ASK)
        try:
            return await asyncio.to_thread(uapi.device, said.lines)  # of thousands of peers it takes a while
        except uapi.NotUnderstood as error:
            raise self._odd(error) from error

    async def listen(self, private: PrivateKey, port: int) -> None:
        await self._ask(uapi.listening(private, port))

    async def change(self, changes: Sequence[Change]) -> None:
        if changes:
            await self._ask(uapi.changing(changes))

    async def _ask(self, question: bytes) -> uapi.Answer:
        try:
            async with asyncio.timeout(PATIENCE):
                said = await self._said(question)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            what = f"wireguard-go does not answer at {self.socket} ({type(error).__name__})"
            raise TunnelDeviceFailed(self.name, what, "it is started again by itself") from error
        try:
            answer = uapi.answer(said)
        except uapi.NotUnderstood as error:
            raise self._odd(error) from error
        if answer.errno:
            what = f"wireguard-go refused a change: {os.strerror(answer.errno)}"
            raise TunnelDeviceFailed(self.name, what, "what it has is read again and compared")
        return answer

    async def _said(self, question: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.socket, limit=MOST)
        try:
            writer.write(question)
            await writer.drain()
            return await reader.readuntil(b"\n\n")
        finally:
            writer.close()

    def _odd(self, error: uapi.NotUnderstood) -> TunnelDeviceFailed:
        what = f"wireguard-go said what is not understood: {error}"
        return TunnelDeviceFailed(self.name, what, "install the wireguard-go of this Debian release")
