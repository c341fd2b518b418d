"""Signed-in people who spread over the nodes of a fleet and never rest, behind what a load balancer does: it reads
`/readyz`, sends new connections to nodes in service, and to the next where one takes none. A request that was sent is
never sent again.
"""

import asyncio
import contextlib
import itertools
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from config.vocabulary import MunicipalityCode
from gateway.demo.people import CENTRE
from gateway.grants.cookie import GRANT
from tests.rig.fleet import Fleet, Node
from tests.rig.http_lane import Connection
from tests.rig.signed_in import SignedIn, sign_in

AT_WORK = "referent0"
"""Whose sessions make the load; nobody signs in as that one besides."""
PER_NODE = 4  # people whose first choice it is
PAUSE = 0.15  # seconds between the requests of one: enough is under way at each moment, and a fleet shares two cores
DECIDED_EVERY = 5  # requests of one, of which the others are let in by a fresh grant
CONNECTS, ANSWERS = 3.0, 30.0  # seconds; two cores are shared with other tests
LOOKS_EVERY = 0.2
PATIENCE = 60.0
FORM = b"text=ahoj"


class Office(Protocol):
    @property
    def fleet(self) -> Fleet: ...

    @property
    def records(self) -> str:
        """Address of the application at which people work."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    node: str
    at: float
    what: str


@dataclass
class Load:
    nodes: Mapping[str, Node]
    tls: ssl.SSLContext
    url: str
    people: int
    decided: bool
    """Whether some requests show no grant, so that a control plane is asked."""
    pause: float
    """Seconds between the requests of one."""
    in_service: set[str] = field(default_factory=set)
    under_way: Counter[str] = field(default_factory=Counter)
    """Requests that were sent to a node and not answered yet."""
    answered: Counter[str] = field(default_factory=Counter)
    """By node, as they should be."""
    requests: list[str] = field(default_factory=list)
    """Ids of those."""
    failed: list[Failure] = field(default_factory=list)
    times_spread: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def fail(self, node: str, what: object) -> None:
        self.failed.append(Failure(node, time.monotonic(), str(what)))

    async def spread(self, more: int) -> None:
        """Everybody goes to the first choice anew; return when each node has answered so many more."""
        async with asyncio.timeout(PATIENCE):
            while self.nodes.keys() - self.in_service:
                await asyncio.sleep(0.01)
            self.times_spread += 1
            wanted = {name: self.answered[name] + more for name in self.nodes}
            while any(self.answered[name] < many for name, many in wanted.items()):
                await asyncio.sleep(0.01)

    async def some(self, more: int) -> None:
        """Return when so many more were answered."""
        wanted = self.answered.total() + more
        async with asyncio.timeout(PATIENCE):
            while self.answered.total() < wanted:
                await asyncio.sleep(0.01)


@dataclass
class _Person:
    load: Load
    choice: list[str]
    """Names of nodes; the first that is in service."""
    cookie: str
    grant: str = ""
    at: str = ""
    connection: Connection | None = None
    times_spread: int = 0

    async def works(self) -> None:
        for number in itertools.count():
            if self.load.over.is_set():
                break
            if self.load.decided and number % DECIDED_EVERY == 0:
                self.grant = ""
            await self._ask("POST" if number % 2 else "GET")
            await asyncio.sleep(self.load.pause)
        if self.connection is not None and self.connection.transport is not None:
            self.connection.transport.close()

    async def _ask(self, method: str) -> None:
        connection = await self._connected()
        if connection is None:
            self.load.fail("", "no node takes a connection")
            return
        self.load.under_way[self.at] += 1
        try:
            async with asyncio.timeout(ANSWERS):
                head, body = await connection.ask(self._request(method))
        except (OSError, TimeoutError) as error:
            self.load.fail(self.at, repr(error))
            self.connection = None
            return
        finally:
            self.load.under_way[self.at] -= 1
        self._read(head.decode("latin-1"), body)

    def _request(self, method: str) -> bytes:
        host = urlsplit(self.load.url).netloc
        grant = f"; {self.grant}" if self.grant else ""
        head = f"{method} / HTTP/1.1\r\nhost: {host}\r\ncookie: {self.cookie}{grant}\r\n"
        if method == "GET":
            return f"{head}\r\n".encode()
        return f"{head}sec-fetch-site: same-origin\r\ncontent-length: {len(FORM)}\r\n\r\n".encode() + FORM

    def _read(self, head: str, body: bytes) -> None:
        first, *lines = head.split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (one.partition(":") for one in lines)]
        if (status := first.split(" ")[1]) != "200" or body != b"hello":
            self.load.fail(self.at, f"{status} {body[:200]!r}")
        else:
            self.load.answered[self.at] += 1
            self.load.requests.append(dict(headers)["x-request-id"])
        for name, value in headers:
            if name == "set-cookie" and value.startswith(f"{GRANT}=ey"):
                self.grant = value.partition(";")[0]
        if ("connection", "close") in headers and self.connection is not None:
            assert self.connection.transport is not None
            self.connection.transport.close()
            self.connection = None

    async def _connected(self) -> Connection | None:
        if self.times_spread != self.load.times_spread:
            self.times_spread = self.load.times_spread
            if self.connection is not None and self.connection.transport is not None:
                self.connection.transport.close()
            self.connection = None
        if self.connection is not None and self.connection.is_open:
            return self.connection
        host = urlsplit(self.load.url)
        for name in sorted(self.choice, key=lambda one: one not in self.load.in_service):
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECTS):
                    _, self.connection = await asyncio.get_running_loop().create_connection(
                        Connection,
                        self.load.nodes[name].address,
                        host.port,
                        ssl=self.load.tls,
                        server_hostname=host.hostname,
                    )
                self.at = name
                return self.connection
        return None


@contextlib.asynccontextmanager
async def under_load(
    at: Office, names: Sequence[str] = ("a", "b", "c"), *, decided: bool = True, pause: float = PAUSE
) -> AsyncIterator[Load]:
    """Everybody works at these nodes while the block runs."""
    people = await sessions(at, PER_NODE * len(names))
    tls = at.fleet.product.tls()
    load = Load(at.fleet.nodes, tls, at.records, len(people), decided, pause, set(names))
    workers = []
    for number, one in enumerate(people):
        first = number % len(names)
        workers.append(_Person(load, [*names[first:], *names[:first]], one.cookie).works())
    tasks = [asyncio.create_task(one) for one in [*workers, *(_look(load, name) for name in names)]]
    try:
        await load.some(len(people) * DECIDED_EVERY)
        assert load.failed == []
        yield load
    finally:
        load.over.set()
        await asyncio.gather(*tasks)


async def sessions(at: Office, many: int) -> list[SignedIn]:
    """Of a clerk of the centre at the records."""
    host = urlsplit(at.records).netloc
    account = next(one for one in at.fleet.product.world.accounts if one.login == AT_WORK)
    where = MunicipalityCode(CENTRE)
    return await sign_in(at.fleet.state, [(account, where)] * many, lambda _: host)


async def _look(load: Load, name: str) -> None:
    """As `option httpchk GET /readyz` does."""
    node = load.nodes[name]
    asked = f"GET /readyz HTTP/1.1\r\nhost: {node.address}\r\nconnection: close\r\n\r\n".encode()
    while not load.over.is_set():
        ready = False
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECTS):
                reader, writer = await asyncio.open_connection(node.address, node.metrics_port)
                with contextlib.closing(writer):
                    writer.write(asked)
                    ready = (await reader.readline()).startswith(b"HTTP/1.1 200")
        (load.in_service.add if ready else load.in_service.discard)(name)
        await asyncio.sleep(LOOKS_EVERY)
