"""What devices tried through the tunnel in vain; the filter remembers it once for each target. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.rules import REFUSALS_KEPT


@dataclass(frozen=True, slots=True)
class Refused:
    device: Address
    target: Target
    too_many: bool = False
    """Whether it is permitted, and the device begins or has too many connections."""
    left_out: int = 0
    """Packets of the device to other targets before, of which nothing more is known."""
    since: datetime | None = field(default=None, compare=False)
    at: datetime | None = field(default=None, compare=False)
    """Between which moments that was; None: nobody said."""


class Refusals:
    """Tells each when it is new. One that is tried again after `REFUSALS_KEPT` (`rules`) is new again, and so is one of
    a device that fell silent meanwhile.

    What a device tried besides is told by its number, with the next that is new of it; where no such one comes and it
    tries no more, with one that is known. The filter notes no times, so each was between two looks.
    """

    def __init__(self) -> None:
        self._known: dict[Refused, datetime] = {}
        """And after which look each was tried."""
        self._counted: dict[Address, int] = {}
        self._untold: dict[Address, int] = {}
        self._untold_since: dict[Address, datetime] = {}
        self._looked: datetime | None = None

    def new(
        self, refused: Iterable[Any], over: Iterable[Any], untold: Iterable[Any], now: datetime
    ) -> Sequence[Refused]:
        """Elements of the filter's sets with these names, as libnftables-json(5) has them. `now`: before they were
        asked for; when they were there, `Refused.at`, is for whoever asked to say.
        """
        before, self._looked = self._looked or now - REFUSALS_KEPT, now
        there = frozenset(_read(refused)) | {replace(one, too_many=True) for one in _read(over)}
        quiet = self._count(dict(_counters(untold)), before)
        new = sorted(there - self._known.keys(), key=str)
        known = sorted((one for one in there & self._known.keys() if one.device in quiet), key=str)
        self._known = {one: self._known.get(one, before) for one in there}
        told = [self._told(one) for one in (*new, *known)]
        return [one for number, one in enumerate(told) if number < len(new) or one.left_out]

    def of(self, devices: Collection[Address]) -> Collection[Refused]:
        """What is known of them."""
        return [one for one in self._known if one.device in devices] if devices else ()

    def forget(self, those: Iterable[Refused]) -> None:
        """The filter has: whoever tries it again tells something new."""
        for one in those:
            self._known.pop(one, None)

    def _told(self, one: Refused) -> Refused:
        left_out, since = self._untold.pop(one.device, 0), self._known[one]
        if (first := self._untold_since.pop(one.device, None)) is not None:
            since = min(since, first)
        return replace(one, left_out=left_out, since=since)

    def _count(self, counters: Mapping[Address, int], before: datetime) -> frozenset[Address]:
        """Those of whom something is untold and who tried nothing since."""
        grown: dict[Address, int] = {}
        for device, packets in counters.items():
            counted = self._counted.get(device, 0)
            anew = packets < counted  # the filter had forgotten it meanwhile
            grown[device] = packets if anew else packets - counted
            self._untold[device] = self._untold.get(device, 0) + grown[device]
            if grown[device]:
                self._untold_since.setdefault(device, before)
        self._counted = dict(counters)
        return frozenset(one for one, packets in self._untold.items() if packets and not grown.get(one))


def forgotten(table: str, those: Iterable[Refused]) -> str:
    """For the filter, which may have forgotten it by itself: so it is added first."""
    named = [(f"{'over' if one.too_many else 'refused'}{one.device.version}", one) for one in those]
    elements = [f"{table} {name} {{ {one.device} . {one.target.text} }}" for name, one in named]
    return "\n".join(f"{verb} element {one}" for verb in ("add", "delete") for one in elements)


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
