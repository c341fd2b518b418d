"""A relay to a slapd that reads the simple binds that pass it, and can hold their answers back, and others'.

It ends TLS under the server's own certificate and speaks TLS to the server; RFC 4511 §4.1.1 for the envelope of a
message, §4.2 for the bind. Binds of the service account pass, and are not noted.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from pyasn1.codec.ber import decoder
from pyasn1_modules.rfc2251 import LDAPMessage

from tests.rig.slapd import Directory

BIND, BIND_ANSWER = 0x60, 0x61  # [APPLICATION 0] and [APPLICATION 1], constructed (X.690 §8.1.2)
ANSWERS_WITHIN = 30.0  # seconds, on a loaded machine


@dataclass(slots=True)
class BindRelay:
    port: int = 0
    passwords: list[str] = field(default_factory=list)
    """Of people's simple binds, in clear text as whoever runs the server sees them."""
    answered: int = 0
    """How many of them the server has answered; such an answer may still be held here."""
    closed: bool = False
    """Whether no new connection is taken; those that are open go on."""
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _speaking: asyncio.Event = field(default_factory=asyncio.Event)
    _answer: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"ldaps://127.0.0.1:{self.port}"

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Inside, no answer to a bind of a person goes on; at the end all do."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """The same of every other answer, as to a search."""
        self._speaking.clear()
        try:
            yield
        finally:
            self._speaking.set()

    @contextmanager
    def full(self) -> Iterator[None]:
        """Inside, no new connection is taken, as by a server at its limit of connections."""
        self.closed = True
        try:
            yield
        finally:
            self.closed = False

    async def until_answered(self, number: int) -> None:
        """Wait until the server has answered so many binds of people; TimeoutError where it never does."""
        async with asyncio.timeout(ANSWERS_WITHIN), self._answer:
            await self._answer.wait_for(lambda: self.answered >= number)

    async def _let_pass(self) -> None:
        async with self._answer:
            self.answered += 1
            self._answer.notify_all()
        await self._open.wait()


@asynccontextmanager
async def bind_relay(directory: Directory) -> AsyncIterator[BindRelay]:
    line = BindRelay()
    line._open.set()
    line._speaking.set()
    to_server = ssl.create_default_context(cafile=str(directory.authority))
    for_clients = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for_clients.load_cert_chain(directory.server.plan.pair.certificate, directory.server.plan.pair.key)
    open_ones: set[asyncio.Task[None]] = set()

    async def relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        if line.closed:
            await _closed(writer)
            return
        try:
            above = await asyncio.open_connection("127.0.0.1", directory.server.tls_port, ssl=to_server)
        except OSError:  # the server was stopped
            await _closed(writer)
            return
        await _relayed(line, directory.bind_dn, (reader, writer), above)

    server = await asyncio.start_server(relayed, "127.0.0.1", 0, ssl=for_clients)
    line.port = server.sockets[0].getsockname()[1]
    async with server:
        yield line
        await asyncio.gather(*open_ones)  # whoever connected has hung up by now


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _relayed(line: BindRelay, service: str, below: Ends, above: Ends) -> None:
    held = False  # whether the bind under way is a person's; there is one at most (RFC 4511 §4.2.1)

    async def up() -> None:
        nonlocal held
        async for message in _messages(below[0]):
            if _kind(message) == BIND:
                name, password = _bind(message)
                held = name != service
                if held:
                    line.passwords.append(password)
            above[1].write(message)

    async def down() -> None:
        async for message in _messages(above[0]):
            if held and _kind(message) == BIND_ANSWER:
                await line._let_pass()
            else:
                await line._speaking.wait()
            below[1].write(message)

    ways = [asyncio.create_task(up()), asyncio.create_task(down())]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await asyncio.gather(_closed(below[1]), _closed(above[1]))


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Whole LDAP messages, until the connection ends."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        while True:
            head = await reader.readexactly(2)
            if head[1] & 0x80:  # the long form of a length (X.690 §8.1.3.5)
                head += await reader.readexactly(head[1] & 0x7F)
            yield head + await reader.readexactly(_length(head[1:]))


def _length(octets: bytes) -> int:
    return int.from_bytes(octets[1:]) if octets[0] & 0x80 else octets[0]


def _kind(message: bytes) -> int:
    """Tag of the operation, which stands behind the envelope's head and the message's number."""
    number = 2 + (message[1] & 0x7F if message[1] & 0x80 else 0)
    return message[number + 2 + message[number + 1]]


def _bind(message: bytes) -> tuple[str, str]:
    """Name and password of a simple bind."""
    asked = decoder.decode(message, asn1Spec=LDAPMessage())[0]["protocolOp"]["bindRequest"]
    return bytes(asked["name"]).decode(), bytes(asked["authentication"]["simple"]).decode()
