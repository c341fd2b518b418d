"""Pools from which devices have their addresses in the tunnel. Pure."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network


def gateway_of(pool: IPv4Network | IPv6Network) -> IPv4Address | IPv6Address:
    """The gateway's own: the first after that of the network."""
    return pool[1]
