"""What tunnels lead to, by the configuration. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from config.settings import TunnelTarget
from gateway.tunnels.permits import Target, Transport


@dataclass(frozen=True, slots=True)
class Targets:
    by_id: Mapping[str, TunnelTarget]
    by_place: Mapping[Target, TunnelTarget]
    domains: frozenset[str] = frozenset()
    """Those below which a target has its name; of these alone devices ask in the tunnel."""

    @classmethod
    def of(cls, configured: Iterable[TunnelTarget], domains: Iterable[str] = ()) -> "Targets":
        listed = list(configured)
        names = [one.name for one in listed if one.name is not None]
        return cls(
            {one.id: one for one in listed},
            {place: one for one in listed for place in places_of(one)},
            frozenset(one for one in domains if any(name.endswith(f".{one}") for name in names)),
        )

    def named(self, place: Target) -> str:
        """Id of the target; empty for what is none."""
        found = self.by_place.get(place)
        return "" if found is None else found.id


def places_of(one: TunnelTarget) -> Iterator[Target]:
    for address in one.addresses:
        for port in one.ports:
            yield Target(ip_address(address), Transport(one.transport), port)
