"""The filter of packets of a tunnel: its rules (`chains`) once, and the elements of its sets as they change. Pure.

Texts are nftables' own (nft(8)): twice as quick as its JSON, and every value is written from a type of ours.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.tunnels.chains import VERSIONS, chains, filled
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Admitted, Permit, Ruled, awake
from gateway.tunnels.plan import Plan

MOST_ASKING = 65_536
REFUSALS_KEPT = timedelta(minutes=5)
MOST_REFUSALS = 65_536
A_TIME = timedelta(milliseconds=1)  # the least that nftables counts


@dataclass(frozen=True, slots=True)
class Steps:
    """`text` is one transaction; connections of who fell silent, and to what was lost, are to be forgotten."""

    text: str
    silent: frozenset[Address]
    lost: frozenset[Permit]


def base(plan: Plan) -> str:
    """The rules. What the sets hold stays; the same again changes nothing."""
    return "\n".join([f"add table {plan.table}", *_sets(plan), *chains(plan), *filled(plan)])


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
