"""What an interface is to be, of what the gateway gave. Pure.

Laws: a way leads to single addresses that the gateway named, and never to the gateway's own outer address, or the
tunnel would lead into itself; what has no own address of its version of IP has no way; names are asked in the tunnel
only below the domains that were named.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from agents.protocol.tunnel import TunnelGiven

Address = IPv4Address | IPv6Address
Command = tuple[str, ...]
OCTETS = 32


class BadKey(ValueError):
    """A key of WireGuard that has another text, or is none."""


@dataclass(frozen=True, slots=True)
class Plan:
    gateway: str
    """Name or address; UDP at `port`."""
    port: int
    gateway_key: bytes
    own: tuple[Address, ...]
    mtu: int
    keepalive: int
    """Seconds; 0: none."""
    ways: frozenset[Address]
    servers: tuple[Address, ...] = ()
    domains: tuple[str, ...] = ()

    def ways_beside(self, outer: Address) -> list[Address]:
        return sorted((one for one in self.ways if one != outer), key=str)

    def own_of(self, way: Address) -> Address:
        return next(one for one in self.own if one.version == way.version)


def plan_of(given: TunnelGiven) -> Plan | None:
    """None: there is no tunnel. Raises BadKey."""
    link = given.link
    if link is None:
        return None
    own = tuple(ip_address(one) for one in link.addresses)
    versions = {one.version for one in own}
    servers = [ip_address(one) for one in link.servers]
    reached = {ip_address(address) for one in given.reached for address in one.addresses}
    return Plan(
        gateway=link.host,
        port=link.port,
        gateway_key=octets_of(link.gateway_key),
        own=own,
        mtu=link.mtu,
        keepalive=link.keepalive,
        ways=frozenset(one for one in {*reached, *servers} if one.version in versions),
        servers=tuple(one for one in servers if one.version in versions),
        domains=tuple(link.domains),
    )


def octets_of(key: str) -> bytes:
    """Raises BadKey for whatever is not the one text of 32 octets."""
    try:
        octets = b64decode(key, validate=True)
    except ValueError as error:
        raise BadKey(key) from error
    if len(octets) != OCTETS or b64encode(octets).decode() != key:
        raise BadKey(key)
    return octets


def told(plan: Plan, outer: Address, private: bytes | None) -> bytes:
    """To wireguard-go, in its words. `private`: at the beginning; later what is named stays connected."""
    host = f"[{outer}]" if outer.version == 6 else str(outer)
    lines = ["set=1", *([] if private is None else [f"private_key={private.hex()}", "replace_peers=true"])]
    lines += [f"public_key={plan.gateway_key.hex()}", f"endpoint={host}:{plan.port}"]
    lines += [f"persistent_keepalive_interval={plan.keepalive}", "replace_allowed_ips=true"]
    lines += [f"allowed_ip={one}/{one.max_prefixlen}" for one in plan.ways_beside(outer)]
    return "\n".join([*lines, "", ""]).encode()


def as_peer(plan: Plan, outer: Address) -> dict[str, object]:
    """The same for the kernel, as pyroute2 wants it."""
    return {
        "public_key": b64encode(plan.gateway_key).decode(),
        "endpoint_addr": str(outer),
        "endpoint_port": plan.port,
        "persistent_keepalive": plan.keepalive,
        "replace_allowed_ips": True,
        "allowed_ips": [f"{one}/{one.max_prefixlen}" for one in plan.ways_beside(outer)],
    }


def names_of(plan: Plan, interface: str) -> tuple[Command, ...]:
    """What systemd-resolved is told (resolvectl(1)); it forgets it with the interface."""
    if not (plan.servers and plan.domains):
        return ()
    return (
        ("resolvectl", "dns", interface, *(str(one) for one in plan.servers)),
        ("resolvectl", "domain", interface, *(f"~{one}" for one in plan.domains)),
        ("resolvectl", "default-route", interface, "no"),
    )
