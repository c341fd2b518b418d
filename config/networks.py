"""Addresses as people's browsers have them, the narrowest of some networks that holds one, and networks as written.

A few dozen networks are looked through for an address: the standard library's are fast enough.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeVar

from config.doubt import Finding
from config.settings import Public

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
T = TypeVar("T")


@lru_cache(maxsize=64)  # a decision asks for its person's three times over
def parsed(address: str) -> Address | None:
    """Without its zone; an IPv4 address written as IPv6 (RFC 4291 §2.5.5.2) is IPv4. None: it is no address."""
    try:
        here = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = here.ipv4_mapped if isinstance(here, IPv6Address) else None
    return mapped or here


def narrowest(named: Iterable[tuple[Network, T]], here: Address | None) -> T | None:
    """What is said of the narrowest network that holds the address; of equal ones the first."""
    holding = [(network, said) for network, said in named if here in network] if here is not None else []
    return max(holding, key=lambda one: one[0].prefixlen)[1] if holding else None


def network_findings(table: str, written: Iterable[Sequence[str]], has: str) -> Iterator[Finding]:
    """What is no network, or stands in two rows of `table`, each of which `has` something of its networks."""
    taken: dict[Network, int] = {}
    for number, networks in enumerate(written):
        for index, one in enumerate(networks):
            at = f"{table}[{number}].networks[{index}]"
            try:
                network = ip_network(one)
            except ValueError:
                yield at, f"{one!r} is not a network", "write for example `10.1.0.0/16`, its first address"
                continue
            if taken.setdefault(network, number) != number:
                yield at, f"{one} has {has} already, in {table}[{taken[network]}]", "name it once"


def proxy_findings(public: Public) -> Iterator[Finding]:
    for index, one in enumerate(public.proxies):
        at = f"public.proxies[{index}]"
        try:
            network = ip_network(one)
        except ValueError:
            yield at, f"{one!r} is not a network", "write for example `10.1.0.0/28`, its first address"
            continue
        if network.prefixlen == 0:
            yield at, f"{one} is everybody, who could then say to be anybody", "name the load balancers alone"
