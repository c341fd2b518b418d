"""Connections through a tunnel, from their beginning to their end, as they are recorded. Pure.

Laws: a connection begins once and ends once; nothing is counted that the kernel did not say, so an end that was missed
has no octets; what is open is bounded, and what was too much is counted.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Address, Network
from gateway.tunnels.permits import Target

FlowId = NewType("FlowId", int)
"""The kernel's, for as long as it knows the connection."""
MOST_OPEN = 200_000


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection as the kernel tells it."""

    id: FlowId
    device: Address
    port: int
    """The device's own."""
    target: Target
    began: datetime | None = None
    sent: int | None = None
    """Octets of its packets, headers included, from the device; None: the kernel did not say."""
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Began:
    flow: Flow
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Of a connection that goes quiet the end is when the kernel forgets it: two minutes after the last packet of TCP
    that was closed, 30 seconds to two minutes of UDP, and at once when it was cut.
    """

    flow: Flow
    began: datetime
    at: datetime

    @property
    def known(self) -> bool:
        """Whether its octets are; not when it ended while nobody looked."""
        return self.flow.sent is not None


Happened = Began | Ended


class Ledger:
    """What is open. `open`: what was recorded as begun, and not as ended, before."""

    def __init__(
        self, pools: Collection[Network], opened: Iterable[Began] = (), most: int = MOST_OPEN
    ) -> None:
        self._pools, self._most = pools, most
        self._open = {one.flow.id: one for one in opened}
        self.overlooked = 0

    @property
    def open(self) -> tuple[Began, ...]:
        return tuple(self._open.values())

    def of(self, address: Address) -> tuple[Flow, ...]:
        return tuple(one.flow for one in self._open.values() if one.flow.device == address)

    def began(self, flow: Flow, now: datetime) -> Iterator[Happened]:
        if not self._ours(flow):
            return
        known = self._open.get(flow.id)
        if known is not None and _same(known.flow, flow):
            return
        if known is not None:  # the kernel gave the number to another one
            yield self._closed(known, known.flow, now)
        if len(self._open) >= self._most:
            self.overlooked += 1
            return
        began = self._open[flow.id] = Began(flow, flow.began or now)
        yield began

    def ended(self, flow: Flow, now: datetime) -> Iterator[Happened]:
        """Of one whose beginning was missed both are told."""
        yield from self.began(flow, now)
        if (known := self._open.get(flow.id)) is not None and _same(known.flow, flow):
            yield self._closed(known, flow, now)

    def there_are(self, flows: Iterable[Flow], now: datetime) -> Iterator[Happened]:
        """All that the kernel knows at this moment: after a start, or when something was missed."""
        ours = {flow.id: flow for flow in flows if self._ours(flow)}
        for known in self.open:
            if (flow := ours.get(known.flow.id)) is None or not _same(known.flow, flow):
                yield self._closed(known, known.flow, now)
        for flow in ours.values():
            yield from self.began(flow, now)

    def _closed(self, known: Began, flow: Flow, now: datetime) -> Ended:
        del self._open[known.flow.id]
        return Ended(flow, known.at, now)

    def _ours(self, flow: Flow) -> bool:
        """What asks the gateway itself for pages is in the log by its requests."""
        return any(
            flow.device in pool and flow.target.host != gateway_of(pool)
            for pool in self._pools
            if pool.version == flow.device.version
        )


def _same(one: Flow, other: Flow) -> bool:
    return (one.device, one.port, one.target) == (other.device, other.port, other.target)
