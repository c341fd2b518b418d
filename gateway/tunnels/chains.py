"""The rules of a tunnel's filter of packets. Pure.

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

Packets of what stands pass by few rules, as each rule costs each packet: whose packet it is is asked once and leads to
a chain of its own, and what goes on there is before what begins.
"""

from collections.abc import Iterator

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Network
from gateway.tunnels.plan import Plan

VERSIONS = {4: "ip", 6: "ip6"}
NAMES = 53
"""Port at which the gateway's own address of a pool answers for names (RFC 1035, section 4.2)."""
ASKED_A_SECOND, ASKED_AT_ONCE = 50, 200  # packets to it of one device: a browser that starts asks for dozens
BEGUN_A_SECOND, BEGUN_AT_ONCE = 10, 300  # packets of one device that begin a connection
MOST_AT_A_TIME = 200  # connections of one device
NEW_A_MINUTE, NEW_AT_ONCE = 30, 60  # targets tried in vain by one device that are remembered by name
LED = (
    "asks_gateway",
    "of_others",
    "leaves",
    "to_another",
    "from_tunnel",
    "too_many",
    "told_by_gateway",
    "to_tunnel",
)
"""Chains to which rules lead."""
ASKED = f"meta l4proto {{ tcp, udp }} th dport {NAMES}"
TOLD = f"meta l4proto {{ tcp, udp }} th sport {NAMES}"


def chains(plan: Plan) -> Iterator[str]:
    """All of them, empty."""
    yield from (f"add chain {plan.table} {name}" for name in LED)
    hooked = [(hook, "filter", hook, 10) for hook in ("input", "forward", "output")]
    hooked += [
        (name, "filter", hook, -300) for name, hook in (("names_in", "prerouting"), ("names_out", "output"))
    ]
    if plan.forwarded is not None:
        hooked.append(("pages_in", "nat", "prerouting", -100))
    for name, kind, hook, priority in hooked:
        yield f"add chain {plan.table} {name} {{ type {kind} hook {hook} priority {priority}; policy accept; }}"
    yield from (f"flush chain {plan.table} {name}" for name in (*LED, *(one[0] for one in hooked)))


def filled(plan: Plan) -> Iterator[str]:
    """The rules of all chains."""
    rules = {
        "names_in": _names_untracked(plan, "dport", "daddr", f'iifname "{plan.interface}"'),
        "names_out": _names_untracked(plan, "sport", "saddr", f'oifname "{plan.interface}"'),
        "input": _input(plan),
        "asks_gateway": _asks_gateway(plan),
        "of_others": _of_others(plan),
        "forward": _forward(plan),
        "leaves": (f'oifname "{plan.interface}" goto to_another', "goto from_tunnel"),
        "to_another": (*_remembered(), "drop"),  # whatever is permitted
        "from_tunnel": _from_tunnel(),
        "too_many": _too_many(),
        "output": (f'oifname "{plan.interface}" goto told_by_gateway',),
        "told_by_gateway": _told_by_gateway(plan),
        "to_tunnel": _to_tunnel(),
    }
    if plan.forwarded is not None:
        rules["pages_in"] = _led_to_pages(plan, plan.forwarded)
    for chain, those in rules.items():
        yield from (f"add rule {plan.table} {chain} {one}" for one in those)


def _names_untracked(plan: Plan, port: str, end: str, passes: str) -> Iterator[str]:
    yield f"th {port} != {NAMES} accept"  # nearly all there is
    for pool in plan.pools:
        at = f"{VERSIONS[pool.version]} {end} {gateway_of(pool)}"
        yield f"{passes} {at} {ASKED if port == 'dport' else TOLD} notrack"


def _led_to_pages(plan: Plan, seen: int) -> Iterator[str]:
    for pool in plan.pools:
        at = f"{VERSIONS[pool.version]} daddr {gateway_of(pool)} tcp dport {seen}"
        yield f'iifname "{plan.interface}" {at} redirect to :{plan.web}'


def _input(plan: Plan) -> Iterator[str]:
    yield f'iifname "{plan.interface}" goto asks_gateway'
    yield 'iifname "lo" accept'  # what this machine says to itself, by its address in the tunnel too
    yield from _pretended(plan)
    for pool in plan.pools:
        yield f"{VERSIONS[pool.version]} daddr {gateway_of(pool)} goto of_others"


def _forward(plan: Plan) -> Iterator[str]:
    yield f'iifname "{plan.interface}" goto leaves'
    yield from _pretended(plan)
    yield f'oifname "{plan.interface}" goto to_tunnel'


def _pretended(plan: Plan) -> Iterator[str]:
    """Of whoever pretends to be a device."""
    return (f"{VERSIONS[pool.version]} saddr {pool} drop" for pool in plan.pools)


def _asks_gateway(plan: Plan) -> Iterator[str]:
    for pool in plan.pools:
        yield from _asks_names(pool)
        if plan.web is not None:
            yield from _asks_pages(pool, plan.web)
    yield "goto from_tunnel"


def _asks_names(pool: Network) -> Iterator[str]:
    version, ip = pool.version, VERSIONS[pool.version]
    over = f"limit rate over {ASKED_A_SECOND}/second burst {ASKED_AT_ONCE} packets"
    device = f"{ip} daddr {gateway_of(pool)} {ASKED} {ip} saddr @awake{version}"
    yield f"{device} update @asking{version} {{ {ip} saddr {over} }} drop"
    yield f"{device} accept"


def _asks_pages(pool: Network, port: int) -> Iterator[str]:
    version, ip = pool.version, VERSIONS[pool.version]
    device = f"{ip} daddr {gateway_of(pool)} tcp dport {port} {ip} saddr @awake{version}"
    yield from _bounded(f"{device} ct state new", version)
    yield f"{device} ct direction original ct state new,established accept"


def _of_others(plan: Plan) -> Iterator[str]:
    yield f"{ASKED} drop"
    if plan.web is not None:
        yield f"tcp dport {plan.web} drop"


def _told_by_gateway(plan: Plan) -> Iterator[str]:
    for pool in plan.pools:
        version, ip = pool.version, VERSIONS[pool.version]
        told = f"{ip} saddr {gateway_of(pool)}"
        yield f"{told} {TOLD} {ip} daddr @awake{version} accept"
        if plan.web is not None:
            answers = "ct direction reply ct state established accept"
            yield f"{told} tcp sport {plan.web} {ip} daddr @awake{version} {answers}"
    yield "goto to_tunnel"


def _from_tunnel() -> Iterator[str]:
    for state in ("established", "new"):
        for version, ip in VERSIONS.items():
            permitted = f"ct state {state} {ip} saddr @awake{version} {_target(version)} @permitted{version}"
            if state == "new":
                yield from _bounded(permitted, version)
            yield f"{permitted} ct direction original accept"
    yield from _remembered()
    yield "drop"


def _target(version: int) -> str:
    ip = VERSIONS[version]
    return f"{ip} saddr . {ip} daddr . meta l4proto . th dport"


def _bounded(begins: str, version: int) -> Iterator[str]:
    ip, quick = VERSIONS[version], f"limit rate over {BEGUN_A_SECOND}/second burst {BEGUN_AT_ONCE} packets"
    yield f"{begins} update @begins{version} {{ {ip} saddr {quick} }} goto too_many"
    yield f"{begins} add @has{version} {{ {ip} saddr ct count over {MOST_AT_A_TIME} }} goto too_many"


def _remembered() -> Iterator[str]:
    for version, ip in VERSIONS.items():
        asked = _target(version)
        fresh = f"meta l4proto {{ tcp, udp }} ct state new,invalid {asked} != @refused{version}"
        over = f"limit rate over {NEW_A_MINUTE}/minute burst {NEW_AT_ONCE} packets"
        counted = f"update @untold{version} {{ {ip} saddr counter }}"
        yield f"{fresh} update @trying{version} {{ {ip} saddr {over} }} {counted} drop"
        yield f"{fresh} add @refused{version} {{ {asked} }}"


def _too_many() -> Iterator[str]:
    yield from (f"add @over{version} {{ {_target(version)} }}" for version in VERSIONS)
    yield "drop"


def _to_tunnel() -> Iterator[str]:
    for version, ip in VERSIONS.items():
        asked = f"{ip} daddr . {ip} saddr . meta l4proto . th sport"
        answers = "ct direction reply ct state established accept"
        yield f"{ip} daddr @awake{version} {asked} @permitted{version} {answers}"
        yield f"{ip} daddr @awake{version} meta l4proto {_errors(version)} ct state related accept"
    yield "drop"


def _errors(version: int) -> str:
    return "icmp" if version == 4 else "ipv6-icmp"
