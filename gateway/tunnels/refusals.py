"""What devices tried through the tunnel in vain; the filter remembers it once for each target. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target, Transport


@dataclass(frozen=True, slots=True)
class Refused:
    device: Address
    target: Target
    too_many: bool = False
    """Whether it is permitted, and the device begins or has too many connections."""
    left_out: int = 0
    """Packets of the device to other targets before, of which nothing more is known."""


class Refusals:
    """Tells each when it is new. One that is tried again after `REFUSALS_KEPT` (`rules`) is new again.

    What a device tried besides is told by its number, with the next that is new of it; where no such one comes and it
    tries no more, with one that is known.
    """

    def __init__(self) -> None:
        self._known: frozenset[Refused] = frozenset()
        self._counted: dict[Address, int] = {}
        self._untold: dict[Address, int] = {}

    def new(self, refused: Iterable[Any], over: Iterable[Any], untold: Iterable[Any]) -> Sequence[Refused]:
        """Elements of the filter's sets with these names, as libnftables-json(5) has them, at this moment."""
        there = frozenset(_read(refused)) | {replace(one, too_many=True) for one in _read(over)}
        quiet = self._count(dict(_counters(untold)))
        new = sorted(there - self._known, key=str)
        known = sorted((one for one in there & self._known if one.device in quiet), key=str)
        self._known = there
        told = (replace(one, left_out=self._untold.pop(one.device, 0)) for one in (*new, *known))
        return [one for number, one in enumerate(told) if number < len(new) or one.left_out]

    def _count(self, counters: Mapping[Address, int]) -> frozenset[Address]:
        """Those of whom something is untold and who tried nothing since."""
        grown: dict[Address, int] = {}
        for device, packets in counters.items():
            before = self._counted.get(device, 0)
            anew = packets < before  # the filter had forgotten it meanwhile
            grown[device] = packets if anew else packets - before
            self._untold[device] = self._untold.get(device, 0) + grown[device]
        self._counted = dict(counters)
        return frozenset(one for one, packets in self._untold.items() if packets and not grown.get(one))


def _counters(elements: Iterable[Any]) -> Iterator[tuple[Address, int]]:
    for one in elements:
        match one:
            case {"elem": {"val": str(device), "counter": {"packets": int(packets)}}}:
                yield ip_address(device), packets


def _read(elements: Iterable[Any]) -> Iterator[Refused]:
    for one in elements:
        match one:
            case {"elem": {"val": {"concat": [device, host, transport, int(port)]}}} if (
                port and transport in TRANSPORTS
            ):
                yield Refused(ip_address(device), Target(ip_address(host), Transport(transport), port))


TRANSPORTS = frozenset(one.value for one in Transport)
