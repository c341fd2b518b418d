"""Keeps the watch: hears of every stream from Envoy, asks the control plane, has Envoy end what may not stay.

Envoy makes one call (`ext_proc`) for each stream of a watched route, and keeps it for as long as the stream lives. No
byte of the stream comes here.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from grpclib.const import Cardinality, Handler, Status
from grpclib.encoding.base import CodecBase
from grpclib.server import Server
from grpclib.server import Stream as Call

from gateway.streams import orders
from gateway.streams.stream import NotFromEnvoy, read_stream
from gateway.streams.watch import DOUBT, GONE, TOO_MANY, Watch
from gateway.streams.words import (
    LONGEST_LINE,
    MOST,
    Answered,
    Asked,
    Everything,
    Gone,
    Question,
    Revoked,
    Said,
)

METHOD = "/envoy.service.ext_proc.v3.ExternalProcessor/Process"
LOOK = 0.1  # seconds between looks at what is due
RECONNECT = 0.1  # seconds

FromEnvoy = Call[bytes, bytes]


class Unread(CodecBase):
    """Messages stay bytes: what they say of a request is of no interest, and the answers are ready."""

    __content_subtype__ = "proto"

    def encode(self, message: bytes, _type: type[bytes]) -> bytes:
        return message

    def decode(self, data: bytes, _type: type[bytes]) -> bytes:
        return data


class Guard:
    """`control`: socket of the control plane. `told`: where this node's own process says what has gone. `clock`:
    seconds, never going back. `say`: tells the operators.
    """

    def __init__(
        self, control: Path, told: Path, watch: Watch, clock: Callable[[], float], say: Callable[[str], None]
    ) -> None:
        self._control, self._told, self._clock, self._say = control, told, clock, say
        self._watch = watch
        self._calls: dict[int, FromEnvoy] = {}
        self._news = asyncio.Event()
        self._over: list[Question] = []
        """What has been ended here, to be told."""
        self._orders: set[asyncio.Task[None]] = set()
        self._decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)

    def __mapping__(self) -> dict[str, Handler]:
        """As grpclib asks for what is served."""
        return {METHOD: Handler(self._hear, Cardinality.STREAM_STREAM, bytes, bytes)}

    async def run(self, socket: Path) -> None:
        """Until it is cancelled."""
        server = Server([self], codec=Unread())
        socket.unlink(missing_ok=True)
        await server.start(path=str(socket))
        socket.chmod(0o600)
        self._told.unlink(missing_ok=True)
        telling = await asyncio.start_unix_server(self._hear_node, self._told, limit=LONGEST_LINE)
        self._told.chmod(0o600)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._end_doubtful())
                tasks.create_task(self._keep_asking())
        finally:
            telling.close()
            server.close()
            await server.wait_closed()

    async def _hear_node(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = msgspec.json.decode(await reader.readline(), type=Gone)
            for over in self._watch.gone(said.asked):
                self._end(over.number, GONE)
                self._over.append(over)
            self._watch.marked(said.marks, self._clock())
            self._news.set()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self._say(f"what the process of the node said cannot be used: {error}")
        finally:
            writer.close()

    async def _hear(self, call: FromEnvoy) -> None:
        """From a stream's begin to its end."""
        try:
            stream = read_stream({name: str(value) for name, value in (call.metadata or {}).items()})
        except NotFromEnvoy as error:
            self._say(f"a stream was not let through: {error}")
            await call.send_message(orders.end(DOUBT))
            return
        number = self._watch.opened(stream, self._clock())
        if number is None:
            await call.send_message(orders.end(TOO_MANY, orders.TOO_MANY_REQUESTS))
            return
        self._calls[number] = call
        try:
            await call.recv_message()
            await call.send_message(orders.GO_ON)
            while await call.recv_message() is not None:
                await call.send_message(orders.TRAILERS_PASS)  # the stream ends by itself
        finally:
            del self._calls[number]
            self._watch.closed(number)

    async def _keep_asking(self) -> None:
        """One connection to the control plane after the other."""
        away = False
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._control, limit=LONGEST_LINE)
            except OSError:
                if not away:
                    self._say("the control plane is away: streams that are due stay for streams.grace")
                away = True
            else:
                away = False
                self._watch.everything(self._clock())
                await self._converse(reader, writer)
            await asyncio.sleep(RECONNECT)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until either side has ended."""
        asking = asyncio.create_task(self._ask(writer))
        listening = asyncio.create_task(self._listen(reader))
        try:
            await asyncio.wait({asking, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asking, listening):
                task.cancel()
            for ended in await asyncio.gather(asking, listening, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, OSError):
                    self._say(f"what the control plane said cannot be used: {ended}")
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _ask(self, writer: asyncio.StreamWriter) -> None:
        while True:
            self._news.clear()
            questions = [*self._over, *self._watch.to_ask(self._clock())]
            self._over.clear()
            for start in range(0, len(questions), MOST):
                writer.write(msgspec.json.encode(Asked(questions[start : start + MOST])) + b"\n")
                await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            match self._decoder.decode(line):
                case Revoked(ids):
                    self._watch.revoked(ids, self._clock())
                    self._news.set()
                case Everything():
                    self._watch.everything(self._clock())
                    self._news.set()
                case Answered(answers):
                    for answer in answers:
                        if not self._watch.answered(answer, self._clock()):
                            self._end(answer.number, answer.reason)

    async def _end_doubtful(self) -> None:
        while True:
            for number in self._watch.in_doubt_too_long(self._clock()):
                self._end(number, DOUBT)
            await asyncio.sleep(LOOK)

    def _end(self, number: int, reason: str) -> None:
        """Once: from here on nobody asks about it any more."""
        self._watch.closed(number)
        if (call := self._calls.get(number)) is not None:
            task = asyncio.create_task(self._order(call, reason))
            self._orders.add(task)
            task.add_done_callback(self._orders.discard)

    async def _order(self, call: FromEnvoy, reason: str) -> None:
        """Twice over: an end that Envoy did not understand is followed by an error, which ends the stream too."""
        with contextlib.suppress(Exception):  # it ended by itself meanwhile, which is as good
            await call.send_message(orders.end(reason))
            await call.send_trailing_metadata(status=Status.PERMISSION_DENIED)
