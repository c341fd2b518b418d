"""Which peers a tunnel has, and the least that makes those there are those there should be. Pure.

Laws: an address belongs to one peer; a peer without addresses is suspended, one that is absent is removed; a peer whose
addresses stay is not named by any change, because whatever is named loses packets; all peers are never replaced.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from gateway.tunnels.keys import TunnelKey

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Allowed = frozenset[Network]
"""From where a peer may send, and what is sent to it."""
SUSPENDED: Allowed = frozenset()


class AddressOfTwo(ValueError):
    """Two peers would have one address, and the later would take it from the other."""

    def __init__(self, network: Network, keys: tuple[TunnelKey, TunnelKey]) -> None:
        super().__init__(f"{network} would belong to the peers {keys[0]} and {keys[1]}; give each its own")


@dataclass(frozen=True, slots=True)
class Removed:
    key: TunnelKey


@dataclass(frozen=True, slots=True)
class Added:
    key: TunnelKey
    allowed: Allowed


@dataclass(frozen=True, slots=True)
class Readdressed:
    """A peer that is there keeps its handshake and has these addresses, and no others."""

    key: TunnelKey
    allowed: Allowed


Change = Removed | Added | Readdressed


def address_of(text: str) -> Address:
    """Raises ValueError, also where it has a zone: whatever stands in that goes into texts that others read."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ValueError(f"{text!r} has a zone; an address of a tunnel has none")
    return address


def only(addresses: Iterable[Address]) -> Allowed:
    """Each address by itself."""
    return frozenset(ip_network(one) for one in addresses)


def changes(present: Mapping[TunnelKey, Allowed], desired: Mapping[TunnelKey, Allowed]) -> tuple[Change, ...]:
    """Those that take away first. Raises AddressOfTwo."""
    _no_address_of_two(desired)
    return (
        *(Removed(key) for key in sorted(present.keys() - desired.keys())),
        *sorted(_moved(present, desired), key=_takes_away_first),
    )


def after(present: Mapping[TunnelKey, Allowed], change: Change) -> dict[TunnelKey, Allowed]:
    """What a device makes of a change: an address that is given to one is taken from the other."""
    rest = {key: allowed for key, allowed in present.items() if key != change.key}
    if isinstance(change, Removed) or (isinstance(change, Readdressed) and change.key not in present):
        return rest
    return {key: allowed - change.allowed for key, allowed in rest.items()} | {change.key: change.allowed}


def _moved(
    present: Mapping[TunnelKey, Allowed], desired: Mapping[TunnelKey, Allowed]
) -> Iterator[Added | Readdressed]:
    for key, allowed in desired.items():
        if key not in present:
            yield Added(key, allowed)
        elif present[key] != allowed:
            yield Readdressed(key, allowed)


def _takes_away_first(change: Added | Readdressed) -> tuple[bool, TunnelKey]:
    return bool(change.allowed), change.key


def _no_address_of_two(desired: Mapping[TunnelKey, Allowed]) -> None:
    owner: dict[Network, TunnelKey] = {}
    for key, allowed in desired.items():
        for network in allowed:
            if (other := owner.setdefault(network, key)) != key:
                raise AddressOfTwo(network, (other, key))
