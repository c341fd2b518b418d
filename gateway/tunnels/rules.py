"""The filter of packets of a tunnel: its rules once, and the elements of its sets as they change. Pure.

Laws of the rules:

- from the tunnel nothing passes but what an awake device sends to what it is permitted; each packet is asked about,
  also of a connection that stands, so that one that lost its permit is over with the next packet;
- to the tunnel nothing passes but answers to that, and errors of the network that belong to it (a device's own errors
  could be about somebody else's connection);
- pages are asked of the gateway by awake devices alone, at one port, within the bounds of all that they begin;
- names are asked of the gateway by awake devices alone, and by each so often; the table of connections knows nothing
  of it, so that questions cannot fill it;
- nobody else's packet bears an address of the tunnel's;
- a device begins so many connections in a second and has so many at a time, of what it is permitted too: each is in the
  log, and all of them in one table of the kernel;
- what is dropped from the tunnel is remembered for a while, or until its device falls silent (`refusals.forgotten`),
  once for each device and target; of a device that tries one target after the other so many, and the rest of its
  packets by their number: it hides no other's tries.

Texts are nftables' own (nft(8)): twice as quick as its JSON, and every value is written from a type of ours.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Address, Network
from gateway.tunnels.permits import Admitted, Permit, Ruled, Target, Transport, awake

NAME = re.compile(r"[a-z][a-z0-9]{0,14}")  # of an interface: the kernel takes 15 octets
NAMES = 53
"""Port at which the gateway's own address of a pool answers for names (RFC 1035, section 4.2)."""
ASKED_A_SECOND, ASKED_AT_ONCE = 50, 200  # packets to it of one device: a browser that starts asks for dozens
MOST_ASKING = 65_536
REFUSALS_KEPT = timedelta(minutes=5)
MOST_REFUSALS = 65_536
BEGUN_A_SECOND, BEGUN_AT_ONCE = 10, 300  # packets of one device that begin a connection
MOST_AT_A_TIME = 200  # connections of one device
NEW_A_MINUTE, NEW_AT_ONCE = 30, 60  # targets tried in vain by one device that are remembered by name
MTU = 1420  # 1500 octets of a packet less what WireGuard adds over IPv6 (80)
A_TIME = timedelta(milliseconds=1)  # the least that nftables counts
VERSIONS = {4: "ip", 6: "ip6"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Of one tunnel of this machine."""

    interface: str
    pools: tuple[Network, ...]
    """From which its devices have their addresses."""
    mtu: int = MTU
    """Octets of a packet in it."""
    web: int | None = None
    """TCP port at which the gateway's own addresses take people's requests; None: none are taken."""
    web_seen: int | None = None
    """The port in addresses that people see, where it is another one."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.interface):
            raise ValueError(f"{self.interface!r} is no name of an interface of ours: {NAME.pattern}")
        if len({pool.version for pool in self.pools}) != len(self.pools) or not self.pools:
            raise ValueError("a tunnel has one pool of addresses, or one of each version of IP")

    @property
    def forwarded(self) -> int | None:
        """The port from which pages are led to where they are served."""
        return None if self.web is None or self.web_seen == self.web else self.web_seen

    def serves(self, target: Target) -> bool:
        """Whether pages are asked for there; by the connection's own word, before it is led to another port."""
        hosts = {gateway_of(pool) for pool in self.pools}
        ports = {self.web, self.forwarded} - {None}
        return target.transport is Transport.TCP and target.host in hosts and target.port in ports

    @property
    def table(self) -> str:
        return f"inet brana_{self.interface}"


@dataclass(frozen=True, slots=True)
class Steps:
    """`text` is one transaction; connections of who fell silent, and to what was lost, are to be forgotten."""

    text: str
    silent: frozenset[Address]
    lost: frozenset[Permit]


def base(plan: Plan) -> str:
    """The rules. What the sets hold stays; the same again changes nothing."""
    there = [f"add table {plan.table}", *_sets(plan), *_chains(plan)]
    return "\n".join([*there, f"flush chain {plan.table} from_tunnel", *_rules(plan)])


def gone(plan: Plan) -> str:
    return f"add table {plan.table}\ndelete table {plan.table}"


def whole(plan: Plan, desired: Collection[Admitted], now: datetime, lease: datetime) -> str:
    """The sets as they should be, whatever they hold, in one transaction: who stays permitted notices nothing.

    As `_added` would say of `ruled`, without a value for each of 100,000 permits.
    """
    flushed = [
        f"flush set {plan.table} {name}{version}" for name in ("awake", "permitted") for version in VERSIONS
    ]
    permitted: dict[int, list[str]] = {version: [] for version in VERSIONS}
    for one in desired:
        if one.awake(now):
            for address in one.addresses:
                permitted[address.version] += _reached(one, address, now)
    added = (
        f"add element {plan.table} permitted{version} {{ {', '.join(elements)} }}"
        for version, elements in permitted.items()
        if elements
    )
    return "\n".join([*flushed, *_added(plan, awake(desired, now, lease), now), *added])


def steps(plan: Plan, before: Ruled, desired: Ruled, now: datetime) -> Steps:
    """From what was said of some devices to what is to hold of them.

    An element may have expired meanwhile, and to delete what is not there would undo the whole transaction: so it is
    added first. One that is there keeps its time whatever is said (before Linux 6.12), so it is deleted and added.
    """
    leases = {one: end for one, end in desired.awake.items() if before.awake.get(one) != end}
    permits = {one: end for one, end in desired.permits.items() if before.permits.get(one) != end}
    silent = before.awake.keys() - desired.awake.keys()
    lost = before.permits.keys() - desired.permits.keys()
    old = Ruled(
        dict.fromkeys([*silent, *(leases.keys() & before.awake.keys())], now + A_TIME),
        dict.fromkeys([*lost, *(permits.keys() & before.permits.keys())], now + A_TIME),
    )
    new = Ruled(leases, permits)
    lines = [*_added(plan, old, now), *_deleted(plan, old), *_added(plan, new, now)]
    return Steps("\n".join(lines), frozenset(silent), frozenset(lost))


def _sets(plan: Plan) -> Iterator[str]:
    for version in VERSIONS:
        address = f"ipv{version}_addr"
        target = f"{address} . {address} . inet_proto . inet_service"
        yield f"add set {plan.table} awake{version} {{ type {address}; flags timeout; }}"
        yield f"add set {plan.table} permitted{version} {{ type {target}; flags timeout; }}"
        bounds = f"flags dynamic, timeout; timeout {REFUSALS_KEPT.seconds}s; size {MOST_REFUSALS};"
        for name in ("refused", "over"):
            yield f"add set {plan.table} {name}{version} {{ type {target}; {bounds} }}"
        for name in ("trying", "untold"):
            yield f"add set {plan.table} {name}{version} {{ type {address}; {bounds} }}"
        bounds = f"flags dynamic, timeout; timeout 60s; size {MOST_ASKING};"
        for name in ("asking", "begins"):
            yield f"add set {plan.table} {name}{version} {{ type {address}; {bounds} }}"
        yield f"add set {plan.table} has{version} {{ type {address}; flags dynamic; size {MOST_ASKING}; }}"


def _chains(plan: Plan) -> Iterator[str]:
    yield f"add chain {plan.table} from_tunnel"
    yield f"add chain {plan.table} too_many"
    yield f"flush chain {plan.table} too_many"
    yield f"add chain {plan.table} to_tunnel"
    for hook in ("input", "forward", "output"):
        yield f"add chain {plan.table} {hook} {{ type filter hook {hook} priority 10; policy accept; }}"
        yield f"flush chain {plan.table} {hook}"
    for name, hook in (("names_in", "prerouting"), ("names_out", "output")):
        yield f"add chain {plan.table} {name} {{ type filter hook {hook} priority -300; policy accept; }}"
        yield f"flush chain {plan.table} {name}"
    yield f"flush chain {plan.table} to_tunnel"
    if plan.forwarded is not None:
        yield f"add chain {plan.table} pages_in {{ type nat hook prerouting priority -100; policy accept; }}"
        yield f"flush chain {plan.table} pages_in"


def _rules(plan: Plan) -> Iterator[str]:
    tunnel = f'"{plan.interface}"'
    to_another = f"add rule {plan.table} forward iifname {tunnel} oifname {tunnel}"
    yield from _remembered(to_another)
    yield f"{to_another} drop"  # whatever is permitted
    for pool in plan.pools:
        yield from _names(plan.table, tunnel, VERSIONS[pool.version], pool)
        if plan.web is not None:
            yield from _pages(plan.table, tunnel, pool, plan.web)
        if plan.forwarded is not None:
            seen = f"{VERSIONS[pool.version]} daddr {gateway_of(pool)} tcp dport {plan.forwarded}"
            yield f"add rule {plan.table} pages_in iifname {tunnel} {seen} redirect to :{plan.web}"
    for hook in ("input", "forward"):
        rule = f"add rule {plan.table} {hook}"
        yield f"{rule} iifname {tunnel} jump from_tunnel"
        for pool in plan.pools:  # of whoever pretends to be a device
            yield f"{rule} iifname != {tunnel} {VERSIONS[pool.version]} saddr {pool} {_not_our_own(hook)}drop"
    for hook in ("forward", "output"):
        yield f"add rule {plan.table} {hook} oifname {tunnel} jump to_tunnel"
    yield from _from_tunnel(f"add rule {plan.table} from_tunnel")
    yield from _too_many(f"add rule {plan.table} too_many")
    yield from _to_tunnel(f"add rule {plan.table} to_tunnel")


def _names(table: str, tunnel: str, ip: str, pool: Network) -> Iterator[str]:
    server, version = gateway_of(pool), pool.version
    asked = f"{ip} daddr {server} meta l4proto {{ tcp, udp }} th dport {NAMES}"
    told = f"oifname {tunnel} {ip} saddr {server} meta l4proto {{ tcp, udp }} th sport {NAMES}"
    over = f"limit rate over {ASKED_A_SECOND}/second burst {ASKED_AT_ONCE} packets"
    device = f"add rule {table} input iifname {tunnel} {asked} {ip} saddr @awake{version}"
    yield f"add rule {table} names_in iifname {tunnel} {asked} notrack"
    yield f"add rule {table} names_out {told} notrack"
    yield f"{device} update @asking{version} {{ {ip} saddr {over} }} drop"
    yield f"{device} accept"
    yield f'add rule {table} input iifname != {tunnel} iifname != "lo" {asked} drop'
    yield f"add rule {table} output {told} {ip} daddr @awake{version} accept"


def _pages(table: str, tunnel: str, pool: Network, port: int) -> Iterator[str]:
    server, version, ip = gateway_of(pool), pool.version, VERSIONS[pool.version]
    asked = f"{ip} daddr {server} tcp dport {port}"
    device = f"add rule {table} input iifname {tunnel} {asked} {ip} saddr @awake{version}"
    yield from _bounded(f"{device} ct state new", version)
    yield f"{device} ct direction original ct state new,established accept"
    yield f'add rule {table} input iifname != {tunnel} iifname != "lo" {asked} drop'
    told = f"oifname {tunnel} {ip} saddr {server} tcp sport {port} {ip} daddr @awake{version}"
    yield f"add rule {table} output {told} ct direction reply ct state established accept"


def _bounded(begins: str, version: int) -> Iterator[str]:
    ip, quick = VERSIONS[version], f"limit rate over {BEGUN_A_SECOND}/second burst {BEGUN_AT_ONCE} packets"
    yield f"{begins} update @begins{version} {{ {ip} saddr {quick} }} goto too_many"
    yield f"{begins} add @has{version} {{ {ip} saddr ct count over {MOST_AT_A_TIME} }} goto too_many"


def _not_our_own(hook: str) -> str:
    """What this machine says to itself by its address in the tunnel passes the loopback."""
    return 'iifname != "lo" ' if hook == "input" else ""


def _from_tunnel(rule: str) -> Iterator[str]:
    accepted = "ct direction original ct state new,established accept"
    for version, ip in VERSIONS.items():
        asked = f"{ip} saddr . {ip} daddr . meta l4proto . th dport"
        permitted = f"{ip} saddr @awake{version} {asked} @permitted{version}"
        yield from _bounded(f"{rule} ct state new {permitted}", version)
        yield f"{rule} {permitted} {accepted}"
    yield from _remembered(rule)
    yield f"{rule} drop"


def _remembered(rule: str) -> Iterator[str]:
    for version, ip in VERSIONS.items():
        asked = f"{ip} saddr . {ip} daddr . meta l4proto . th dport"
        fresh = f"{rule} meta l4proto {{ tcp, udp }} ct state new,invalid {asked} != @refused{version}"
        over = f"limit rate over {NEW_A_MINUTE}/minute burst {NEW_AT_ONCE} packets"
        counted = f"update @untold{version} {{ {ip} saddr counter }}"
        yield f"{fresh} update @trying{version} {{ {ip} saddr {over} }} {counted} drop"
        yield f"{fresh} add @refused{version} {{ {asked} }}"


def _too_many(rule: str) -> Iterator[str]:
    for version, ip in VERSIONS.items():
        asked = f"{ip} saddr . {ip} daddr . meta l4proto . th dport"
        yield f"{rule} add @over{version} {{ {asked} }}"
    yield f"{rule} drop"


def _to_tunnel(rule: str) -> Iterator[str]:
    answers = "ct direction reply ct state established accept"
    for version, ip in VERSIONS.items():
        asked = f"{ip} daddr . {ip} saddr . meta l4proto . th sport"
        yield f"{rule} {ip} daddr @awake{version} {asked} @permitted{version} {answers}"
        yield f"{rule} {ip} daddr @awake{version} meta l4proto {_errors(version)} ct state related accept"
    yield f"{rule} drop"


def _errors(version: int) -> str:
    return "icmp" if version == 4 else "ipv6-icmp"


def _added(plan: Plan, ruled: Ruled, now: datetime) -> Iterator[str]:
    for name, elements in _by_set(ruled.awake, ruled.permits):
        timed = (f"{text} timeout {_milliseconds(end - now)}ms" for text, end in elements)
        yield f"add element {plan.table} {name} {{ {', '.join(timed)} }}"


def _deleted(plan: Plan, ruled: Ruled) -> Iterator[str]:
    for name, elements in _by_set(ruled.awake, ruled.permits):
        yield f"delete element {plan.table} {name} {{ {', '.join(text for text, _ in elements)} }}"


def _by_set(
    leases: Mapping[Address, datetime], permits: Mapping[Permit, datetime]
) -> Iterator[tuple[str, list[tuple[str, datetime]]]]:
    for version in VERSIONS:
        yield from _unless_empty(
            f"awake{version}", ((str(one), end) for one, end in leases.items() if one.version == version)
        )
        yield from _unless_empty(
            f"permitted{version}",
            (
                (f"{one.device} . {one.target.text}", end)
                for one, end in permits.items()
                if one.device.version == version
            ),
        )


def _unless_empty(
    name: str, elements: Iterable[tuple[str, datetime]]
) -> Iterator[tuple[str, list[tuple[str, datetime]]]]:
    if listed := list(elements):
        yield name, listed


def _reached(one: Admitted, address: Address, now: datetime) -> Iterator[str]:
    device, version = str(address), address.version
    for target, end in one.targets.items():
        if now < end and target.host.version == version:
            yield f"{device} . {target.text} timeout {_milliseconds(end - now)}ms"


def _milliseconds(time: timedelta) -> int:
    return max(1, time // A_TIME)
