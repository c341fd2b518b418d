"""Pools from which devices have their addresses in the tunnel, and networks that are mistaken for them. Pure."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from config.doubt import Finding
from config.settings import Settings

Network = IPv4Network | IPv6Network
WITHIN = (
    "name the networks where people and programs are; a policy asks for the tunnel by `context.place.tunnel`"
)
HOLDS = "write the networks of the office without the pool, or choose another pool before devices have addresses of it"


def gateway_of(pool: Network) -> IPv4Address | IPv6Address:
    """The gateway's own: the first after that of the network."""
    return pool[1]


def pool_doubts(settings: Settings) -> Iterator[Finding]:
    """Of settings that are in order: networks that hold, or are, addresses of the tunnel."""
    tunnels = settings.tunnels
    if tunnels is None:
        return
    written = (("tunnels.pool_ipv4", tunnels.pool_ipv4), ("tunnels.pool_ipv6", tunnels.pool_ipv6))
    pools = [(name, ip_network(one)) for name, one in written if one is not None]
    for at, text in _networks(settings):
        network = ip_network(text)
        for name, pool in pools:
            if pool.version != network.version or not pool.overlaps(network):
                continue
            if pool.supernet_of(network):  # type: ignore[arg-type]  # of one version, as was asked before
                yield at, f"{text} lies within {name}: through a tunnel the device's own place counts", WITHIN
            else:
                yield at, f"{text} holds {name} ({pool}): of devices in the tunnel, wherever they are", HOLDS


def _networks(settings: Settings) -> Iterator[tuple[str, str]]:
    for number, named in enumerate(settings.networks):
        for index, one in enumerate(named.networks):
            yield f"networks[{number}].networks[{index}]", one
    for number, account in enumerate(settings.technical_accounts):
        for index, one in enumerate(account.networks):
            yield f"technical_accounts[{number}].networks[{index}]", one
    for index, one in enumerate(settings.public.proxies):
        yield f"public.proxies[{index}]", one
