"""The control plane's end of the line to the process of the tunnel: what is to hold there, said again after each break.

Laws: what is to hold is kept here, so that whoever comes back there is told all of it; nobody is told "done" before it
holds; what failed is said again, and where that fails too all of it is; what happened there is heard once it is kept
for good.
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
    Ask,
    Done,
    Failed,
    Heard,
    Resume,
    Revoke,
    Said,
    Standing,
    Told,
    apply_of,
    device_of,
    encoded,
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
        self._failed: set[TunnelKey] = set()
        self._anew = True
        """All of it; otherwise of those that failed."""
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
        await self._apply()

    async def admit(self, one: Admitted) -> None:
        self._desired[one.key] = one
        await self._say_of(one.key)

    async def revoke(self, key: TunnelKey) -> None:
        self._desired.pop(key, None)
        await self._say_of(key)

    async def standing(self) -> Standing:
        number = self._next()
        answer = await self._asked(number, msgspec.json.encode(Ask(number)))
        if not isinstance(answer, Standing):
            raise TunnelAway("it answered otherwise than asked")
        return answer

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _apply(self) -> None:
        """Made beside this event loop, as it takes half a second of 5,000 devices; whatever is said meanwhile holds."""
        before = dict(self._desired)
        parts = await asyncio.to_thread(encoded, before.values())
        others = [one for key, one in self._desired.items() if before.get(key) is not one]
        parts |= encoded(others)
        number = self._next()
        try:
            await self._asked(number, apply_of(number, [parts[key] for key in self._desired]))
        except TunnelAway:
            self._anew = True
            self._doubt.set()
            raise

    async def _say_of(self, key: TunnelKey) -> None:
        """What is to hold of one."""
        number, one = self._next(), self._desired.get(key)
        said = Revoke(number, key) if one is None else Admit(number, device_of(one))
        try:
            await self._asked(number, msgspec.json.encode(said))
        except TunnelAway:
            self._failed.add(key)
            self._doubt.set()
            raise

    async def _asked(self, number: int, line: bytes) -> Done | Standing:
        if self._writer is None:
            raise TunnelAway("it is away")
        answered: asyncio.Future[Done | Failed | Standing] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        self._writer.write(line + b"\n")
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await answered
        except TimeoutError as error:
            raise TunnelAway(f"no answer within {PATIENCE:g} s") from error
        finally:
            self._waiting.pop(number, None)
        if isinstance(answer, Failed):
            raise TunnelAway(answer.why)
        return answer

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            _write(writer, Resume([opened_of(one) for one in await self._recorded()]))
            self._writer, self._anew, self._told = writer, True, False
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
        """At the beginning, and again what failed."""
        while True:
            await self._doubt.wait()
            self._doubt.clear()
            anew, self._anew = self._anew, False
            failed, self._failed = self._failed, set()
            self._told = False
            try:
                if anew:
                    await self._apply()
                for key in () if anew else failed:
                    await self._say_of(key)
                standing = await self.standing()
                self.gateway_key = tunnel_key(standing.key)
                self.resolves, self.pages = standing.resolves, standing.pages
                self._told = True
            except TunnelAway as error:
                self._say(str(error))
                self._anew = True  # the second time all of it
                self._doubt.set()
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
