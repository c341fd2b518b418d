"""The order of acts and what a failure leaves, over a device, a filter and a table that keep what they were told."""

import asyncio
import re
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tunnels.addresses import NoDevicesAddress
from gateway.tunnels.connections import Flow, FlowId
from gateway.tunnels.peers import AddressOfTwo, after
from gateway.tunnels.permits import Admitted, Permit, Target, Transport, allowed, ruled
from gateway.tunnels.plan import Plan
from gateway.tunnels.seen import Seen, SeenPeer
from gateway.tunnels.tunnel import LEASE, MANY, Tunnel, TunnelHalfDone
from tests.gateway.tunnels.drawn import ADDRESSES, KEYS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = Plan("brana0", (ip_network("10.90.0.0/16"), ip_network("fd00:90::/64")))
SHARE, DATABASE = (Target(ip_address("10.1.0.5"), Transport.TCP, port) for port in (445, 5432))
LINE = re.compile(r"(add|delete|flush) (element|set) inet brana_brana0 (\w+?)[46](?: \{ (.*) \})?")


@dataclass
class Kept:
    """As the kernel keeps it: a transaction as a whole, an element that is there with the time it has."""

    peers: dict = field(default_factory=dict)
    elements: dict = field(default_factory=lambda: {"awake": {}, "permitted": {}})
    flows: list = field(default_factory=list)
    named: list = field(default_factory=list)
    fails: str = ""

    async def seen(self) -> Seen:
        return Seen(None, 0, {key: SeenPeer(one) for key, one in self.peers.items()})

    async def listen(self, private, port) -> None:
        raise NotImplementedError

    async def change(self, changes) -> None:
        if self.fails == "device":
            raise OSError("device")
        for change in changes:
            self.named.append(change.key)
            self.peers = after(self.peers, change)

    def do(self, text: str) -> None:
        if self.fails == "filter":
            raise OSError("filter")
        for verb, what, name, content in LINE.findall(text):
            if name not in self.elements or (verb == "add" and what == "set"):
                continue
            there = self.elements[name]
            for one in filter(None, content.split(", ")):
                element, _, time = one.partition(" timeout ")
                if verb == "add":
                    there.setdefault(element, int(time.removesuffix("ms")))
                else:
                    del there[element]
            if verb == "flush":
                there.clear()

    def elements_of(self, table: str, name: str) -> list:
        return []

    def all(self) -> list:
        return list(self.flows)

    def forget(self, whose) -> None:
        if self.fails == "table":
            raise OSError("table")
        self.flows = [one for one in self.flows if whose not in {one.device, Permit(one.device, one.target)}]


@dataclass
class Slow(Kept):
    """One at a time may be at the filter."""

    at_it: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    alone: threading.Lock = field(default_factory=threading.Lock)

    def do(self, text: str) -> None:
        assert self.alone.acquire(blocking=False), "another one is at the filter"
        try:
            self.at_it.set()
            assert self.may_go_on.wait(5)
            super().do(text)
        finally:
            self.alone.release()


def tunnel_of(kept: Kept, plan: Plan = PLAN) -> Tunnel:
    return Tunnel(plan, kept, kept, kept)


def device(number: int, *targets: Target, until: datetime | None = NOW + HOUR) -> Admitted:
    return Admitted(KEYS[number], frozenset({ADDRESSES[number]}), until, dict.fromkeys(targets, NOW + HOUR))


def flow(number: int, target: Target) -> Flow:
    return Flow(FlowId(number), ADDRESSES[number], 40000 + number, target)


def texts(kept: Kept) -> tuple[set, set]:
    return set(kept.elements["awake"]), set(kept.elements["permitted"])


def expected(admitted, now) -> tuple[set, set]:
    holds = ruled(admitted, now, now + LEASE)
    return (
        {str(one) for one in holds.awake},
        {f"{one.device} . {one.target.host} . tcp . {one.target.port}" for one in holds.permits},
    )


one_device = st.builds(
    lambda number, targets, asleep: device(number, *targets, until=None if asleep else NOW + HOUR),
    st.integers(0, 3),
    st.sets(st.sampled_from([SHARE, DATABASE])),
    st.booleans(),
)
acts = st.one_of(
    st.tuples(st.just("apply"), st.lists(one_device, unique_by=lambda one: one.key)),
    st.tuples(st.just("admit"), one_device),
    st.tuples(st.just("revoke"), st.sampled_from(KEYS[:4])),
    st.tuples(st.just("renew"), st.none()),
    st.tuples(st.just("fail"), st.sampled_from(["device", "filter", "table", ""])),
)


@given(st.lists(acts, max_size=12))
def test_whatever_the_order_of_acts_and_failures_what_holds_at_last_is_what_was_wanted(told) -> None:
    kept = Kept()
    tunnel = tunnel_of(kept)

    async def all_of_it() -> None:
        for what, whom in told:
            if what == "fail":
                kept.fails = whom
                continue
            given_ = () if what == "renew" else (whom,)
            try:
                await getattr(tunnel, what)(*given_, NOW)
            except TunnelHalfDone:
                assert kept.fails
        kept.fails = ""
        await tunnel.renew(NOW)

    asyncio.run(all_of_it())
    wanted = tunnel.admitted.values()
    assert kept.peers == {one.key: allowed(one, NOW) for one in wanted}
    assert texts(kept) == expected(wanted, NOW)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def tunnel(kept: Kept) -> Tunnel:
    made = tunnel_of(kept)
    await made.apply([device(0, SHARE, DATABASE), device(1, SHARE)], NOW)
    kept.flows = [flow(0, SHARE), flow(1, SHARE)]
    kept.named.clear()
    return made


@pytest.mark.parametrize("act", ["suspend", "revoke"])
async def test_who_is_taken_is_forgotten_everywhere_and_nobody_else_is_named(
    tunnel: Tunnel, kept: Kept, act: str
) -> None:
    await (tunnel.revoke(KEYS[0], NOW) if act == "revoke" else tunnel.admit(device(0, until=None), NOW))
    assert kept.named == [KEYS[0]]
    assert kept.flows == [flow(1, SHARE)]
    assert texts(kept) == expected([device(1, SHARE)], NOW)
    assert kept.peers.get(KEYS[0], frozenset()) == frozenset()
    assert (KEYS[0] in kept.peers) == (act == "suspend")


async def test_one_target_less_ends_what_goes_there_alone(tunnel: Tunnel, kept: Kept) -> None:
    kept.flows.append(flow(0, DATABASE))
    await tunnel.admit(device(0, SHARE), NOW)
    assert kept.flows == [flow(0, SHARE), flow(1, SHARE)]
    assert kept.named == []


@pytest.mark.parametrize("fails", ["device", "filter", "table"])
async def test_what_can_be_taken_is_taken_though_one_place_fails(
    tunnel: Tunnel, kept: Kept, fails: str
) -> None:
    kept.fails = fails
    with pytest.raises(TunnelHalfDone, match=fails):
        await tunnel.revoke(KEYS[0], NOW)
    assert (KEYS[0] in kept.peers) == (fails == "device")
    assert (str(ADDRESSES[0]) in texts(kept)[0]) == (fails == "filter")
    assert (flow(0, SHARE) in kept.flows) == (fails == "table")
    kept.fails = ""
    await tunnel.renew(NOW)
    assert KEYS[0] not in kept.peers
    assert str(ADDRESSES[0]) not in texts(kept)[0]
    assert flow(0, SHARE) not in kept.flows


async def test_a_lease_is_renewed_for_who_is_awake_and_whose_time_is_over_is_taken(
    tunnel: Tunnel, kept: Kept
) -> None:
    later = NOW + timedelta(seconds=60)
    await tunnel.admit(device(1, SHARE, until=later), NOW)
    await tunnel.renew(later)
    assert kept.elements["awake"] == {str(ADDRESSES[0]): LEASE // timedelta(milliseconds=1)}
    assert kept.peers[KEYS[1]] == frozenset()
    assert kept.flows == [flow(0, SHARE)]


async def test_by_a_clock_that_is_set_back_no_lease_is_longer(tunnel: Tunnel, kept: Kept) -> None:
    """Nobody vouches for what passes beyond it."""
    await tunnel.admit(device(1, until=None), NOW - HOUR)
    await tunnel.admit(device(1, SHARE), NOW - HOUR)
    assert len(kept.elements["awake"]) == 2
    assert set(kept.elements["awake"].values()) == {LEASE // timedelta(milliseconds=1)}


async def test_a_target_whose_time_is_over_is_forgotten_with_the_next_lease(
    tunnel: Tunnel, kept: Kept
) -> None:
    await tunnel.renew(NOW + HOUR - timedelta(seconds=1))
    assert len(kept.flows) == 2
    ends = Admitted(KEYS[0], frozenset({ADDRESSES[0]}), NOW + 3 * HOUR, {SHARE: NOW + HOUR})
    await tunnel.admit(ends, NOW + HOUR - timedelta(seconds=1))
    await tunnel.renew(NOW + HOUR)
    assert kept.flows == []
    assert str(ADDRESSES[0]) in texts(kept)[0]


async def test_the_address_of_another_changes_nothing(tunnel: Tunnel, kept: Kept) -> None:
    thief = Admitted(KEYS[3], frozenset({ADDRESSES[0]}), NOW + HOUR)
    with pytest.raises(AddressOfTwo):
        await tunnel.admit(thief, NOW)
    assert set(tunnel.admitted) == {KEYS[0], KEYS[1]}
    assert kept.named == []


@pytest.mark.parametrize("address", ["10.1.0.5", "10.90.0.1", "fd00:90::1", "0.0.0.0"])
async def test_an_address_that_is_no_devices_changes_nothing(
    tunnel: Tunnel, kept: Kept, address: str
) -> None:
    """A server's own would have the gateway send to a device what is meant for that server."""
    thief = Admitted(KEYS[3], frozenset({ip_address(address)}), NOW + HOUR)
    with pytest.raises(NoDevicesAddress, match="one of its pool"):
        await tunnel.admit(thief, NOW)
    with pytest.raises(NoDevicesAddress):
        await tunnel.apply([thief], NOW)
    assert set(tunnel.admitted) == {KEYS[0], KEYS[1]}
    assert kept.named == []


async def test_of_many_only_connections_that_there_are_are_forgotten(kept: Kept) -> None:
    tunnel = tunnel_of(kept)
    many = {Target(SHARE.host, Transport.TCP, port): NOW + HOUR for port in range(1, MANY + 5)}
    await tunnel.apply(
        [Admitted(KEYS[0], frozenset({ADDRESSES[0]}), NOW + HOUR, many), device(1, SHARE)], NOW
    )
    kept.flows = [flow(0, Target(SHARE.host, Transport.TCP, 7)), flow(1, SHARE)]
    await tunnel.admit(device(0), NOW)
    assert kept.flows == [flow(1, SHARE)]


async def test_a_start_forgets_what_nobody_is_permitted_any_more(kept: Kept) -> None:
    kept.flows = [flow(0, SHARE), flow(1, SHARE)]
    await tunnel_of(kept).apply([device(1, SHARE)], NOW)
    assert kept.flows == [flow(1, SHARE)]


async def test_a_start_keeps_answers_to_pages_that_are_under_way_to_who_is_let_in(kept: Kept) -> None:
    gateway = ip_address("10.90.0.1")
    page, seen, other = (Target(gateway, Transport.TCP, port) for port in (10443, 443, 22))
    answering = replace(PLAN, web=10443, web_seen=443)
    kept.flows = [flow(who, to) for who in (0, 1, 2) for to in (page, seen, other)]
    kept.flows.append(flow(0, Target(gateway, Transport.UDP, 443)))
    await tunnel_of(kept, answering).apply([device(0), device(1, until=None)], NOW)
    assert kept.flows == [flow(0, page), flow(0, seen)]


async def test_who_gives_up_in_the_middle_leaves_nobody_at_the_filter() -> None:
    """As when a control plane is gone that had just said what holds, and the next one says less."""
    slow = Slow()
    tunnel = tunnel_of(slow)
    old = asyncio.create_task(tunnel.apply([device(0, SHARE), device(1, DATABASE)], NOW))
    await asyncio.to_thread(slow.at_it.wait, 5)
    old.cancel()
    new = asyncio.create_task(tunnel.apply([device(1, DATABASE)], NOW))
    await asyncio.sleep(0.05)
    slow.may_go_on.set()
    await new
    with pytest.raises(asyncio.CancelledError):
        await old
    assert texts(slow) == expected([device(1, DATABASE)], NOW)
    assert set(slow.peers) == {KEYS[1]}
