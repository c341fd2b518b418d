"""Names of networks that people know: of an address, the name of the narrowest network that holds it.

A few dozen networks and one look-up for a shown address: the standard library's are fast enough.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from config.doubt import Finding
from config.settings import Place, Settings, Title

Network = IPv4Network | IPv6Network


class Places:
    """Made of places whose networks are valid (`place_findings`)."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        named = [(ip_network(network), place.title) for place in places for network in place.networks]
        self._narrowest_first = sorted(named, key=lambda one: -one[0].prefixlen)

    def of(self, address: str) -> Title | None:
        """What the place of an address is called; None where no network holds it, or it is no address."""
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return None
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return next((title for network, title in self._narrowest_first if parsed in network), None)


def place_findings(settings: Settings) -> Iterator[Finding]:
    taken: dict[Network, int] = {}
    for number, place in enumerate(settings.places):
        for index, written in enumerate(place.networks):
            at = f"places[{number}].networks[{index}]"
            try:
                network = ip_network(written)
            except ValueError:
                yield (
                    at,
                    f"{written!r} is not a network",
                    "write for example `10.1.0.0/16`, its first address",
                )
                continue
            if taken.setdefault(network, number) != number:
                yield at, f"{written} has a name already, in places[{taken[network]}]", "name it once"
