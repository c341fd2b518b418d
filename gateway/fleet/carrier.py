"""What a node's own process says to whichever control plane answers: its ends of `node_service`.

The first of the sockets that takes a connection and knows what is so is asked: that of this node's own control plane,
where there is one, else the one behind which Envoy finds another.
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from config.vocabulary import SessionId
from gateway.audit.entry import Entry
from gateway.audit.ingest import PlaceLost
from gateway.audit.prepared import Prepared
from gateway.audit.spool import Place
from gateway.fleet.board import HOLD
from gateway.fleet.words import Certificate, Had, Ids, Known, Moved, Places, Request, Told

PATIENCE = timedelta(seconds=5)
MARGIN = timedelta(seconds=1)  # above what the control plane holds a question for
CONNECT = timedelta(seconds=1)
T = TypeVar("T", bound=msgspec.Struct)


class ControlPlaneAway(Exception):
    """None of them answers."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"no control plane answers ({cause}); it is asked again by itself")


class NotBelieved(Exception):
    """A control plane answered that this node may not."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(
            f"a control plane refused {path} with status {status}; its log says why. Has this node left the fleet?"
        )


NEWS, GOES_ON = "/known", "/goes-on"
OF_NEWS = frozenset({NEWS, GOES_ON})


class Carrier:
    """`sockets`: in the order in which they are tried.

    Behind one of them are several control planes, another one with each connection. Questions for news keep to a
    connection of their own: who answered the last one waits for the next, as the word that its news has taken effect.
    """

    def __init__(self, sockets: Sequence[Path]) -> None:
        self._sockets = sockets
        self._open: dict[tuple[Path, bool], aiohttp.ClientSession] = {}
        self._asked: Path | None = None
        """Who answered the last question for news."""

    async def known(self, had: Had) -> Known | None:
        """News for the gate; None: there is none. Raises ControlPlaneAway, NotBelieved."""
        status, body = await self._ask(NEWS, had, HOLD + MARGIN)
        return None if status == 304 else msgspec.json.decode(body, type=Known)

    async def recorded(self, ids: Collection[str]) -> Collection[str]:
        """Which of these requests have their entry."""
        return (await self._told("/recorded", Ids(ids=list(ids)), Ids)).ids

    async def record(self, entries: Sequence[Entry]) -> None:
        await self._ask("/told", Told(entries=list(entries)))

    async def renew(self, request: bytes) -> bytes:
        """PEM of another certificate."""
        made = await self._told("/renew", Request(request=request.decode()), Certificate)
        return made.certificate.encode()

    # As `gateway.audit.ingest.SpoolStore`: a place moves there in the transaction that records the lines.

    async def places(self) -> Mapping[str, Place]:
        return (await self._told("/places", Had(), Places)).places

    async def move(
        self,
        before: Place,
        after: Place | None,
        entries: Sequence[Entry | Prepared],
        seen: Mapping[SessionId, datetime],
    ) -> None:
        told = [one.entry if isinstance(one, Prepared) else one for one in entries]
        times = {str(session): at for session, at in seen.items()}
        await self._move(Moved(before=before, after=after, entries=told, seen=times))

    async def tell(self, name: str, entry: Entry) -> None:
        """An entry that has a name on this node: recorded once, however often it is told."""
        once = Moved(before=Place(name), after=Place(name, finished=True), entries=[entry], apart=True)
        with contextlib.suppress(PlaceLost):  # recorded before; the answer was lost
            await self._move(once)

    async def _move(self, said: Moved) -> None:
        status, _ = await self._ask("/moved", said)
        if status == 409:
            raise PlaceLost(said.before)

    async def close(self) -> None:
        for session in self._open.values():
            await session.close()
        self._open.clear()

    async def _told(self, path: str, said: msgspec.Struct, kind: type[T]) -> T:
        _, body = await self._ask(path, said)
        return msgspec.json.decode(body, type=kind)

    async def _ask(
        self, path: str, said: msgspec.Struct, patience: timedelta = PATIENCE
    ) -> tuple[int, bytes]:
        cause = "no socket"
        for socket in self._sockets:
            try:
                told = self._without_wait(socket, said) if path == NEWS else said
                status, body = await self._of(socket, path, told, patience)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                cause = str(error) or type(error).__name__
                await self._forget(socket, path)
                continue
            if status == 503:
                cause = "it is cut off from its database"
                continue
            if status >= 400 and status != 409:
                raise NotBelieved(path, status)
            if path == NEWS:
                await self._go_on_to(socket)
            return status, body
        raise ControlPlaneAway(cause)

    async def _of(
        self, socket: Path, path: str, said: msgspec.Struct, patience: timedelta
    ) -> tuple[int, bytes]:
        which = (socket, path in OF_NEWS)
        session = self._open.get(which)
        if session is None:
            session = self._open[which] = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)))
        limits = aiohttp.ClientTimeout(total=patience.total_seconds(), sock_connect=CONNECT.total_seconds())
        body = msgspec.json.encode(said)
        async with session.post(f"http://control{path}", data=body, timeout=limits) as answer:
            return answer.status, await answer.read()

    def _without_wait(self, socket: Path, said: msgspec.Struct) -> msgspec.Struct:
        """A question for news to another control plane than the last one: without a version it is answered at once.
        Until then the last one waits for this node.
        """
        return msgspec.structs.replace(said, version="") if socket != self._asked else said

    async def _go_on_to(self, socket: Path) -> None:
        """Who was asked for news before waits for this node no more, where it lives; who does not is not looked for."""
        before, self._asked = self._asked, socket
        if before is not None and before != socket and (before, True) in self._open:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._of(before, GOES_ON, Had(), CONNECT)
            await self._forget(before, GOES_ON)

    async def _forget(self, socket: Path, path: str) -> None:
        """Of a control plane that is away no connection is worth keeping."""
        session = self._open.pop((socket, path in OF_NEWS), None)
        if session is not None:
            await session.close()
