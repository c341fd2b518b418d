"""The process of the tunnel answers the control plane at its unix socket, and tells it what happens.

Laws: nothing is let through before a control plane has said what holds; without one no lease is renewed, so that
devices fall silent within `LEASE`; what happened is told until it is heard, in order; of two control planes the later
counts.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from gateway.tunnels.connections import Began, Happened, Ledger
from gateway.tunnels.keeping import Keeping
from gateway.tunnels.keys import tunnel_key
from gateway.tunnels.opening import Opened, Ready
from gateway.tunnels.peers import Network
from gateway.tunnels.refusals import Refused
from gateway.tunnels.words import (
    LONGEST_LINE,
    MOST_TOLD,
    Admit,
    Alive,
    Answered,
    Apply,
    Ask,
    Done,
    Failed,
    Heard,
    News,
    Peer,
    Resume,
    Revoke,
    Said,
    Standing,
    Told,
    admitted_of,
    news_of,
)

MOST_KEPT = 200_000  # of what happened and was not heard: hours of a busy office
LONG_LINE = 65_536  # octets: what is longer is read beside the event loop
ALIVE_FOR = 20.0  # seconds after its last word that a control plane counts as there; it says one every five


class Serving:
    """`anew`: makes the device again. `say`: tells the operators what is wrong. `resolves`: names are answered,
    those of pages too where `pages` are served.
    """

    def __init__(
        self,
        opened: Opened,
        anew: Callable[[], Awaitable[Ready]],
        pools: Sequence[Network],
        now: Callable[[], datetime],
        say: Callable[[str], None],
        *,
        resolves: bool = False,
        pages: bool = False,
    ) -> None:
        self._resolves, self._pages = resolves, pages
        self._opened, self._anew, self._pools, self._now, self._say = opened, anew, pools, now, say
        self._kept: deque[News] = deque()
        self._overlooked, self._number = 0, 0
        self._something = asyncio.Event()
        self._recorded: Sequence[Began] | None = None
        self._holds = asyncio.Event()
        """Something was said to hold, and does."""
        self._heard_at: float | None = None
        self._talking: asyncio.Task[None] | None = None
        self._words: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)

    async def serve(self, socket: Path) -> None:
        """Until it is cancelled; only this user may open the socket."""
        await asyncio.to_thread(socket.unlink, missing_ok=True)
        server = await asyncio.start_unix_server(self._converse, socket, limit=LONGEST_LINE)
        await asyncio.to_thread(socket.chmod, 0o600)
        try:
            await self._keep()
        finally:
            server.close()
            if self._talking is not None:
                self._talking.cancel()

    async def _keep(self) -> None:
        await self._holds.wait()
        ledger = Ledger(self._pools, self._recorded or ())
        await Keeping(
            self._opened, self._anew, ledger, self._tell, self._say, self._now, vouched=self._vouched
        ).keep()

    def _vouched(self) -> bool:
        return self._heard_at is not None and asyncio.get_running_loop().time() - self._heard_at < ALIVE_FOR

    async def _tell(self, happened: Sequence[Happened | Refused]) -> None:
        self._kept += (news_of(one) for one in happened)
        if (over := len(self._kept) - MOST_KEPT) > 0:
            for _ in range(over):
                self._kept.popleft()
            self._overlooked += over
            self._say(f"no control plane hears of connections; {over} are not recorded")
        self._something.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._talk(reader, writer))
        before, self._talking = self._talking, task
        if before is not None:
            before.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # everything ends
            await asyncio.wait({task})

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard: asyncio.Queue[int] = asyncio.Queue()
        telling = asyncio.create_task(self._keep_telling(writer, heard))
        try:
            while line := await reader.readline():
                self._heard_at = asyncio.get_running_loop().time()
                long = len(line) > LONG_LINE
                said = await asyncio.to_thread(self._words.decode, line) if long else self._words.decode(line)
                if (answer := await self._answer(said, heard)) is not None:
                    _write(writer, answer)
                    await writer.drain()
        except OSError:
            pass  # it is gone; another one comes
        except (ValueError, msgspec.MsgspecError) as error:
            self._say(f"what the control plane said is not understood: {error}")
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            writer.close()

    async def _answer(self, said: Said, heard: asyncio.Queue[int]) -> Answered | None:
        match said:
            case Resume(open=recorded):
                if self._recorded is None:
                    self._recorded = [Began(one.connection.flow(), one.at) for one in recorded]
                return None
            case Alive():
                return None
            case Heard(number):
                heard.put_nowait(number)
                return None
            case Ask(number):
                return await self._standing(number)
            case Apply(number) | Admit(number) | Revoke(number):
                return await self._done(said, number)

    async def _done(self, said: Apply | Admit | Revoke, number: int) -> Done | Failed:
        try:
            await self._do(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
            self._say(str(error))
            return Failed(number, str(error))
        return Done(number)

    async def _do(self, said: Apply | Admit | Revoke) -> None:
        tunnel, now = self._opened.tunnel, self._now()
        match said:
            case Apply(_, devices):
                await tunnel.apply(await asyncio.to_thread(admitted_of, devices), now)
                await tunnel.renew(now)  # leases that ran out while nobody was there
                self._holds.set()
            case Admit(_, device):
                await tunnel.admit(device.admitted(), now)
            case Revoke(_, key):
                await tunnel.revoke(tunnel_key(key), now)

    async def _standing(self, number: int) -> Standing | Failed:
        try:
            seen = await self._opened.tunnel.seen()
        except Exception as error:  # noqa: BLE001 - as above
            return Failed(number, str(error))
        return Standing(
            number=number,
            key=seen.key or "",
            port=seen.port,
            kernel=self._opened.process is None,
            peers=[
                Peer(
                    key=key,
                    handshake=one.handshake,
                    received=one.received,
                    sent=one.sent,
                    address=one.address,
                )
                for key, one in sorted(seen.peers.items())
            ],
            resolves=self._resolves,
            pages=self._pages,
        )

    async def _keep_telling(self, writer: asyncio.StreamWriter, heard: asyncio.Queue[int]) -> None:
        with contextlib.suppress(OSError):  # it is gone; the next one is told
            while True:
                self._something.clear()
                while self._kept:
                    part = [self._kept[at] for at in range(min(MOST_TOLD, len(self._kept)))]
                    overlooked = self._overlooked
                    self._number += 1
                    _write(writer, Told(self._number, part, overlooked))
                    await writer.drain()
                    while await heard.get() != self._number:
                        pass
                    lost = self._overlooked - overlooked  # of this part, while it was told
                    for _ in range(max(0, len(part) - lost)):
                        self._kept.popleft()
                await self._something.wait()


def _write(writer: asyncio.StreamWriter, said: Answered) -> None:
    writer.write(msgspec.json.encode(said) + b"\n")
