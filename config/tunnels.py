"""What is wrong with tunnels and what they lead to, beyond types."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from config.applications import BUILT_IN_APPLICATIONS
from config.district import District
from config.doubt import Finding
from config.hosts import HOST, certified_hosts
from config.settings import Settings, Tunnels, TunnelTarget
from config.upstreams import is_address

Network = IPv4Network | IPv6Network
LARGEST_PREFIX = {4: 30, 6: 126}  # the network's own, the gateway's, and two devices
MOST_TARGETS, MOST_DOMAINS = 500, 32  # of `agents.protocol.tunnel`: what a device is told at once


def tunnel_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    tunnels = settings.tunnels
    if tunnels is None:
        return
    if settings.fleet is not None:
        yield (
            "tunnels",
            "a fleet has no tunnels yet: a device's tunnel is on one machine, and nodes do not share them",
            "leave [tunnels] out of the nodes of a fleet; tunnels take an installation of one machine",
        )
    if not (is_address(tunnels.endpoint) or HOST.match(tunnels.endpoint)):
        yield (
            "tunnels.endpoint",
            f"{tunnels.endpoint!r} is neither a host name nor an address",
            f"write for example `tunnel.{settings.public.domain}`",
        )
    read = _pools(tunnels)
    for at, pool in read.items():
        if isinstance(pool, str):
            yield at, pool, "write for example `10.90.0.0/16`, or `fd00:90::/64` for IPv6"
    yield from _domains(tunnels, settings, district)
    if len(tunnels.targets) > MOST_TARGETS:
        yield "tunnels.targets", f"more than {MOST_TARGETS}", "put services of one machine into one target"
    pools = [pool for pool in read.values() if not isinstance(pool, str)]
    yield from _targets(tunnels, settings, district, pools)


def _domains(tunnels: Tunnels, settings: Settings, district: District | None) -> Iterator[Finding]:
    """Devices with a tunnel ask for every name below them there, and find no others."""
    elsewhere = {tunnels.endpoint, settings.public.domain, *certified_hosts(settings, district or ())}
    if len(tunnels.domains) > MOST_DOMAINS:
        yield "tunnels.domains", f"more than {MOST_DOMAINS}", "name one above several of them"
    for number, domain in enumerate(tunnels.domains):
        at = f"tunnels.domains[{number}]"
        if "." not in domain or not HOST.match(domain):
            yield (
                at,
                f"{domain!r} is no domain of an office",
                "write for example `data.office.example`, with a dot",
            )
        elif hidden := sorted(one for one in elsewhere if f".{one}".endswith(f".{domain}")):
            yield (
                at,
                f"a device with a tunnel would not find {hidden[0]!r} any more",
                "name a domain that has names of targets alone, for example below this one",
            )


def _pools(tunnels: Tunnels) -> dict[str, Network | str]:
    """By the setting: the network, or what is wrong with it."""
    written = ((4, tunnels.pool_ipv4), (6, tunnels.pool_ipv6))
    return {
        f"tunnels.pool_ipv{version}": _pool(text, version) for version, text in written if text is not None
    }


def _pool(text: str, version: int) -> Network | str:
    """The network, or what is wrong with it."""
    try:
        pool = ip_network(text)
    except ValueError:
        return f"{text!r} is not a network"
    if pool.version != version:
        return f"{text} is no network of IPv{version}"
    if not pool.is_private:
        return f"{text} is not private: these addresses belong to somebody on the internet"
    if pool.prefixlen > LARGEST_PREFIX[version]:
        return f"{text} has no room for devices"
    return pool


def _targets(
    tunnels: Tunnels, settings: Settings, district: District | None, pools: list[Network]
) -> Iterator[Finding]:
    ids: set[str] = set()
    places: dict[tuple[str, str, int], str] = {}
    names: dict[str, str] = {}
    for number, target in enumerate(tunnels.targets):
        at = f"tunnels.targets[{number}]"
        if target.id in ids:
            yield f"{at}.id", f"{target.id!r} is taken", "give each target an id of its own"
        ids.add(target.id)
        if district is not None and target.municipality not in district:
            yield f"{at}.municipality", f"{target.municipality} is not in the district", "use its code"
        yield from _addresses(at, target, pools, places)
        yield from _application(at, target, settings)
        if target.name is not None:
            yield from _name(at, target, tunnels.domains, names)


def _addresses(
    at: str, target: TunnelTarget, pools: list[Network], places: dict[tuple[str, str, int], str]
) -> Iterator[Finding]:
    for number, text in enumerate(target.addresses):
        here = f"{at}.addresses[{number}]"
        if not is_address(text) or str(ip_address(text)) != text:
            yield (
                here,
                f"{text!r} is not an address",
                "write one address in its usual form, no network or name",
            )
            continue
        address = ip_address(text)
        if (
            address.is_loopback
            or address.is_unspecified
            or address.is_multicast
            or address.is_link_local
            or getattr(address, "ipv4_mapped", None) is not None
        ):
            yield here, f"{text} is no address of a machine in an office", "name the machine that serves it"
        if any(address in pool for pool in pools):
            yield here, f"{text} lies among the addresses of devices", "devices never reach each other"
        for port in target.ports:
            if (other := places.setdefault((text, target.transport, port), target.id)) != target.id:
                yield (
                    here,
                    f"{target.transport} {text} port {port} is {other!r} already",
                    "what is reached must be one thing, of one municipality",
                )


def _application(at: str, target: TunnelTarget, settings: Settings) -> Iterator[Finding]:
    """One that is served on the web as well is asked about in the same words as there."""
    if target.application in BUILT_IN_APPLICATIONS:
        yield f"{at}.application", f"{target.application!r} is the product's own", "choose another name"
    for application in settings.applications:
        if application.id != target.application:
            continue
        if application.municipalities and target.municipality not in application.municipalities:
            yield (
                f"{at}.municipality",
                f"{target.municipality} does not have the application {application.id!r}",
                "add it to the application's `municipalities`, or name another application",
            )


def _name(at: str, target: TunnelTarget, domains: list[str], names: dict[str, str]) -> Iterator[Finding]:
    name = target.name or ""
    if not HOST.match(name) or not any(name.endswith(f".{domain}") for domain in domains):
        yield (
            f"{at}.name",
            f"{name!r} is no name below one of tunnels.domains",
            "name it below one of them, or add its domain there",
        )
    if (other := names.setdefault(name, target.id)) != target.id:
        yield f"{at}.name", f"{name!r} is {other!r} already", "give each target a name of its own"
