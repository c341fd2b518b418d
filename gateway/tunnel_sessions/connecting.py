"""Connections through tunnels on their way into the log: whose each is, when it began and ended, how much went through.

Laws: a connection begins once and ends once in the log, however often it is told; it is its person's who had the tunnel
when it began, whoever has it by then; of what was tried in vain two moments are known, between which it was, and where
two people had the tunnel then it is neither's; what is recorded is durable before it is heard; whoever gives up hearing
it stops nothing, and after a failure it is read anew what is recorded: it may be durable all the same, and is told
again.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from config.settings import TunnelTarget
from gateway.audit.entry import Code, Entry
from gateway.tunnel_sessions import records
from gateway.tunnel_sessions.opened import Connected, Line, Opened, Why
from gateway.tunnel_sessions.store import TunnelStore
from gateway.tunnels.connections import Began, Ended, Flow, Happened
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target
from gateway.tunnels.refusals import Refused

Whose = Callable[[Address, datetime, datetime], Sequence[Opened]]
"""Who had the tunnel with that address between two moments, in turn, or had it last; none where nobody had."""


class Connections:
    """`why`: by which reason a tunnel does not lead there. `target`: of the configuration."""

    def __init__(
        self,
        store: TunnelStore,
        whose: Whose,
        target: Callable[[Target], TunnelTarget | None],
        why: Callable[[Opened, TunnelTarget | None], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._whose, self._target, self._why, self._clock = store, whose, target, why, clock
        self._open: dict[Line, Connected] = {}
        self._certain = False
        """Whether that is what is recorded."""
        self._acting = asyncio.Lock()

    async def begin(self) -> None:
        """Take up what is recorded as open."""
        self._open = {one.line: one for one in await self._store.connected()}
        self._certain = True

    async def recorded(self) -> Sequence[Began]:
        """For whoever tells what has become of them."""
        async with self._acting:  # what came over a line before may be under way
            await self._be_certain()
            return [Began(_flow(one), one.at) for one in self._open.values()]

    async def _be_certain(self) -> None:
        if not self._certain:
            await self.begin()

    def whose(self) -> Sequence[Opened]:
        """Tunnels in which one is open."""
        return [one.tunnel for one in self._open.values()]

    def through(self, addresses: Collection[Address]) -> int:
        """How many are open of a device."""
        return sum(one.line.device in addresses for one in self._open.values())

    async def hear(self, news: Sequence[Happened | Refused]) -> None:
        await asyncio.shield(self._heard(news))

    async def _heard(self, news: Sequence[Happened | Refused]) -> None:
        async with self._acting:
            await self._be_certain()
            self._certain = False
            await self._keep(news)
            self._certain = True

    async def _keep(self, news: Sequence[Happened | Refused]) -> None:
        begun: dict[Line, Connected] = {}
        ended: list[Line] = []
        entries: list[Entry] = []
        for one in news:
            match one:
                case Began(flow, at):
                    entries += self._began(flow, at, begun)
                case Ended():
                    entries += self._ended(one, begun, ended)
                case Refused():
                    entries += self._tried(one)
        if entries or begun or ended:
            await self._store.connections(list(begun.values()), ended, entries)
        for line in ended:
            self._open.pop(line, None)
        self._open |= begun

    def _began(self, flow: Flow, at: datetime, begun: dict[Line, Connected]) -> Sequence[Entry]:
        line = _line(flow)
        if line in self._open or line in begun or not (those := self._whose(flow.device, at, at)):
            return []
        whose = those[-1]
        target = self._target(flow.target)
        begun[line] = Connected(line=line, at=at, tunnel=whose, target="" if target is None else target.id)
        port = {"source_port": flow.port}
        return [records.connection(whose, Code.TUNNEL_CONNECTED, flow.target, target, at, **port)]

    def _ended(self, one: Ended, begun: dict[Line, Connected], ended: list[Line]) -> Sequence[Entry]:
        line = _line(one.flow)
        known = begun.pop(line, None)
        if known is None:
            if (known := self._open.get(line)) is None or line in ended:
                return []
            ended.append(line)
        target = self._target(one.flow.target)
        told: dict[str, str | int] = {
            "source_port": line.port,
            "began": known.at.isoformat(timespec="milliseconds"),
            "duration_ms": max(0, round((one.at - known.at).total_seconds() * 1000)),
        }
        if one.flow.sent is not None and one.flow.received is not None:
            told |= {"bytes_sent": one.flow.sent, "bytes_received": one.flow.received}
        code = Code.TUNNEL_DISCONNECTED
        return [records.connection(known.tunnel, code, line.target, target, one.at, **told)]

    def _tried(self, one: Refused) -> Sequence[Entry]:
        at = one.at or self._clock()
        since = min(one.since or at, at)
        if not (those := self._whose(one.device, since, at)):
            return []
        target = self._target(one.target)
        if len({each.subject for each in those}) > 1:
            return [records.tried_by_one_of(those, one, target, since, at)]
        why = Why.TOO_MANY if one.too_many else self._why(those[-1], target)
        return [records.tried(those[-1], one, target, why, at)]


def _line(flow: Flow) -> Line:
    return Line(flow.id, flow.device, flow.port, flow.target)


def _flow(one: Connected) -> Flow:
    line = one.line
    return Flow(line.flow, line.device, line.port, line.target)
