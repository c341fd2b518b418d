"""The control plane's end of the line to the process of the tunnel: what is to hold there, said again after each break.

Laws: what is to hold is kept here, so that whoever comes back there is told all of it; nobody is told "done" before it
holds; what happened there is heard once it is kept for good.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from gateway.tunnels.connections import Began, Happened
from gateway.tunnels.keys import TunnelKey, tunnel_key
from gateway.tunnels.permits import Admitted
from gateway.tunnels.refusals import Refused
from gateway.tunnels.words import (
    LONGEST_LINE,
    Admit,
    Alive,
    Answered,
    Apply,
    Ask,
    Done,
    Failed,
    Heard,
    Resume,
    Revoke,
    Said,
    Standing,
    Suspend,
    Told,
    device_of,
    opened_of,
    read_news,
)

ALIVE_EVERY = 5.0  # seconds
RECONNECT = 0.2  # seconds
PAUSE = 1.0  # seconds after what failed
PATIENCE = 10.0  # seconds for an act that takes milliseconds, or a second for 5,000 devices

Open = Callable[[], Awaitable[Sequence[Began]]]
Hear = Callable[[Sequence[Happened | Refused]], Awaitable[None]]


class TunnelAway(Exception):
    """What was to hold in the tunnel is not known to hold; it is said again as soon as that can be."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the tunnel's process did not do it: {why}; look whether brana-tunnel runs")


class Line:
    """`recorded`: connections that are recorded as open. `hear`: keeps what happened, for good. `say`: tells the
    operators when the process is away, and why.
    """

    def __init__(self, socket: Path, recorded: Open, hear: Hear, say: Callable[[str], None]) -> None:
        self._socket, self._recorded, self._hear, self._say = socket, recorded, hear, say
        self._desired: dict[TunnelKey, Admitted] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Done | Failed | Standing]] = {}
        self._doubt = asyncio.Event()
        """Something of what is to hold may not hold there."""
        self._answers: msgspec.json.Decoder[Answered] = msgspec.json.Decoder(Answered)
        self._away = self._told = False
        self.gateway_key: TunnelKey | None = None
        """The gateway's own; None: the process has not told it yet."""
        self.resolves = self.pages = False
        """Whether devices are answered when they ask for names in the tunnel; and reach pages there."""
        self.overlooked = 0
        """Connections of which the process could not tell."""

    @property
    def stands(self) -> bool:
        return self._writer is not None

    @property
    def holds(self) -> bool:
        """Whether the process is there, and has done all that it was told."""
        return self.stands and self._told and not self._doubt.is_set()

    async def keep(self, admitted: Iterable[Admitted]) -> None:
        """One connection after the other, until it is cancelled. `admitted`: what is to hold at first, as whoever is
        left out there has to begin anew.
        """
        self._desired = {one.key: one for one in admitted} | self._desired
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST_LINE)
            except OSError:
                if not self._away:
                    self._say("the tunnel's process is away: nothing new passes, what stands ends by itself")
                self._away = True
            else:
                self._away = False
                await self._converse(reader, writer)
            await asyncio.sleep(RECONNECT)

    async def apply(self, admitted: Sequence[Admitted]) -> None:
        """All that there are. Raises TunnelAway, as the others do."""
        self._desired = {one.key: one for one in admitted}
        await self._act(Apply(self._next(), [device_of(one) for one in admitted]))

    async def admit(self, one: Admitted) -> None:
        self._desired[one.key] = one
        await self._act(Admit(self._next(), device_of(one)))

    async def suspend(self, key: TunnelKey) -> None:
        if (one := self._desired.get(key)) is not None:
            self._desired[key] = Admitted(one.key, one.addresses, None, {})
        await self._act(Suspend(self._next(), key))

    async def revoke(self, key: TunnelKey) -> None:
        self._desired.pop(key, None)
        await self._act(Revoke(self._next(), key))

    async def standing(self) -> Standing:
        answer = await self._asked(Ask(self._next()))
        if not isinstance(answer, Standing):
            raise TunnelAway("it answered otherwise than asked")
        return answer

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _act(self, said: Apply | Admit | Suspend | Revoke) -> None:
        await self._asked(said)

    async def _asked(self, said: Apply | Admit | Suspend | Revoke | Ask) -> Done | Standing:
        if self._writer is None:
            raise TunnelAway("it is away")
        answered: asyncio.Future[Done | Failed | Standing] = asyncio.get_running_loop().create_future()
        self._waiting[said.number] = answered
        _write(self._writer, said)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await answered
        except TimeoutError as error:
            self._doubt.set()
            raise TunnelAway(f"no answer within {PATIENCE:g} s") from error
        finally:
            self._waiting.pop(said.number, None)
        if isinstance(answer, Failed):
            self._doubt.set()
            raise TunnelAway(answer.why)
        return answer

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            _write(writer, Resume([opened_of(one) for one in await self._recorded()]))
            self._writer, self._told = writer, False
            self._doubt.set()
            told: asyncio.Queue[Told] = asyncio.Queue()
            async with asyncio.TaskGroup() as tasks:
                keeping = [
                    tasks.create_task(self._whole()),
                    tasks.create_task(self._be_alive(writer)),
                    tasks.create_task(self._keep_news(writer, told)),
                ]
                await self._listen(reader, told)
                for one in keeping:
                    one.cancel()
        except* (OSError, ValueError, msgspec.MsgspecError) as failed:
            self._say(f"the line to the tunnel's process broke: {failed.exceptions[0]}")
        finally:
            self._writer = None
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(Failed(0, "the line broke"))
            writer.close()

    async def _whole(self) -> None:
        """At the beginning, and again after whatever failed."""
        while True:
            await self._doubt.wait()
            self._doubt.clear()
            self._told = False
            try:
                await self.apply(list(self._desired.values()))
                standing = await self.standing()
                self.gateway_key = tunnel_key(standing.key)
                self.resolves, self.pages = standing.resolves, standing.pages
                self._told = True
            except TunnelAway as error:
                self._say(str(error))
                await asyncio.sleep(PAUSE)

    async def _be_alive(self, writer: asyncio.StreamWriter) -> None:
        while True:
            _write(writer, Alive())
            await writer.drain()
            await asyncio.sleep(ALIVE_EVERY)

    async def _keep_news(self, writer: asyncio.StreamWriter, told: asyncio.Queue[Told]) -> None:
        """Apart from answers, which wait for no database. What cannot be kept is told again over the next line."""
        while True:
            one = await told.get()
            self.overlooked = one.overlooked
            news = [read_news(each) for each in one.news]
            try:
                await self._hear(news)
            except Exception as error:
                raise ConnectionError(f"what it told could not be recorded ({error})") from error
            _write(writer, Heard(one.number))

    async def _listen(self, reader: asyncio.StreamReader, told: asyncio.Queue[Told]) -> None:
        while line := await reader.readline():
            match self._answers.decode(line):
                case Told() as one:
                    told.put_nowait(one)
                case Done(number) | Failed(number) | Standing(number=number) as answer:
                    waiting = self._waiting.get(number)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(answer)


def _write(writer: asyncio.StreamWriter, said: Said) -> None:
    writer.write(msgspec.json.encode(said) + b"\n")
