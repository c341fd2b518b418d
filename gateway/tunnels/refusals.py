"""What devices tried through the tunnel in vain; the filter remembers it once for each target. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target, Transport


@dataclass(frozen=True, slots=True)
class Refused:
    device: Address
    target: Target


class Refusals:
    """Tells each when it is new. One that is tried again after `REFUSALS_KEPT` (`rules`) is new again."""

    def __init__(self) -> None:
        self._known: frozenset[Refused] = frozenset()

    def new(self, elements: Iterable[Any]) -> Sequence[Refused]:
        """`elements`: of the filter's sets, as libnftables-json(5) has them, at this moment."""
        there = frozenset(_read(elements))
        new = sorted(there - self._known, key=str)
        self._known = there
        return new


def _read(elements: Iterable[Any]) -> Iterator[Refused]:
    for one in elements:
        match one:
            case {"elem": {"val": {"concat": [device, host, transport, int(port)]}}} if (
                port and transport in TRANSPORTS
            ):
                yield Refused(ip_address(device), Target(ip_address(host), Transport(transport), port))


TRANSPORTS = frozenset(one.value for one in Transport)
