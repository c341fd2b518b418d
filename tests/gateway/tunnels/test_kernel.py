"""The kernel's own WireGuard: what it is told and how it is read, through pyroute2's encoding; a device of it is tried
where the kernel has one.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from pyroute2.netlink.generic.wireguard import wgmsg

from gateway.tunnels import kernel
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.peers import Added, Readdressed, Removed, only
from gateway.tunnels.seen import SeenPeer
from tests.gateway.tunnels.drawn import ADDRESSES, KEYS, peers
from tests.rig.namespaces import network, why_not
from tests.rig.tunnels import SERVED, Within, answering, ground, interface, now
from tests.rig.tunnels import why_not as no_tunnels

OWN = PrivateKey(b"\x07" * 32)
FAMILIES = {4: 2, 6: 10}
NONE = "this kernel has no WireGuard"
ECHO, OTHER = 7007, 7008


def message(peers: dict, port: int = 51820) -> Any:
    """As the kernel sends it: encoded, and read again."""
    made = wgmsg()
    made["attrs"] = [
        ["WGDEVICE_A_PUBLIC_KEY", OWN.public],
        ["WGDEVICE_A_LISTEN_PORT", port],
        ["WGDEVICE_A_PEERS", [{"attrs": attributes(key, allowed)} for key, allowed in peers.items()]],
    ]
    made.encode()
    read = wgmsg(made.data)
    read.decode()
    return read


def attributes(key: str, allowed: frozenset) -> list:
    return [
        ["WGPEER_A_PUBLIC_KEY", key],
        ["WGPEER_A_RX_BYTES", 10],
        ["WGPEER_A_TX_BYTES", 20],
        [
            "WGPEER_A_ALLOWEDIPS",
            [
                {
                    "attrs": [
                        ["WGALLOWEDIP_A_FAMILY", FAMILIES[one.version]],
                        ["WGALLOWEDIP_A_IPADDR", one.network_address.packed],
                        ["WGALLOWEDIP_A_CIDR_MASK", one.prefixlen],
                    ]
                }
                for one in sorted(allowed, key=str)
            ],
        ],
    ]


@given(peers())
def test_what_the_kernel_says_of_its_peers_is_read(drawn) -> None:
    seen = kernel.seen_of([message(drawn)])
    assert seen.allowed == drawn
    assert (seen.key, seen.port) == (OWN.public, 51820)


def test_a_peer_that_goes_on_in_the_next_message_is_one() -> None:
    first, second = only(ADDRESSES[:1]), only(ADDRESSES[1:2])
    seen = kernel.seen_of([message({KEYS[0]: first}), message({KEYS[0]: second, KEYS[1]: frozenset()})])
    assert seen.peers[KEYS[0]] == SeenPeer(first | second, "", None, 10, 20)
    assert set(seen.peers) == {KEYS[0], KEYS[1]}


def test_addresses_are_always_replaced_and_peers_never() -> None:
    allowed = only(ADDRESSES[:1])
    assert kernel.told(Removed(KEYS[0])) == {"public_key": KEYS[0], "remove": True}
    assert kernel.told(Added(KEYS[0], allowed)) == {
        "public_key": KEYS[0],
        "replace_allowed_ips": True,
        "allowed_ips": ["10.90.0.2/32"],
    }
    assert kernel.told(Readdressed(KEYS[0], frozenset())) == {
        "public_key": KEYS[0],
        "update_only": True,
        "replace_allowed_ips": True,
        "allowed_ips": [],
    }


def test_an_endpoint_is_written_as_wireguard_go_does() -> None:
    assert kernel._endpoint("2001:db8::1", 4500) == "[2001:db8::1]:4500"
    assert SeenPeer(frozenset(), "[2001:db8::1]:4500").address == "2001:db8::1"
    assert SeenPeer(frozenset()).address == ""


def test_a_handshake_is_read_with_its_time() -> None:
    class Peer(dict):
        def get_attr(self, name: str) -> Any:
            return self.get(name)

    peer = Peer(
        WGPEER_A_PUBLIC_KEY=KEYS[0].encode(),
        WGPEER_A_ENDPOINT={"addr": "192.0.2.1", "port": 4500},
        WGPEER_A_LAST_HANDSHAKE_TIME={"tv_sec": 1700000000, "tv_nsec": 0},
    )
    _, seen = kernel._peer(peer)
    assert seen.address == "192.0.2.1"
    assert seen == SeenPeer(frozenset(), "192.0.2.1:4500", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))


@pytest.mark.real
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_device_of_the_kernels_is_told_its_key_and_peers_and_says_them() -> None:

    async def tried() -> bool:
        name = interface("k")
        try:
            await asyncio.to_thread(kernel.made, name)
        except kernel.KernelHasNone:
            return False
        device = kernel.Kernel(name)
        await device.listen(OWN, 51820)
        await device.change([Added(KEYS[0], only(ADDRESSES[:2]))])
        await device.change([Readdressed(KEYS[0], only(ADDRESSES[:1])), Added(KEYS[1], frozenset())])
        seen = await device.seen()
        assert (seen.key, seen.port) == (OWN.public, 51820)
        assert seen.allowed == {KEYS[0]: only(ADDRESSES[:1]), KEYS[1]: frozenset()}
        await device.change([Removed(KEYS[0]), Removed(KEYS[2])])
        assert set((await device.seen()).peers) == {KEYS[1]}
        await asyncio.to_thread(kernel.made, name)
        await asyncio.to_thread(kernel.ended, name)
        return True

    with network([], {"gateway": "198.51.100.2"}) as (_, machines):
        there = Within(machines["gateway"])
        try:
            has = there.run(tried())
        finally:
            there.end()
    if not has:
        pytest.skip(NONE)


@pytest.mark.real
@pytest.mark.skipif(bool(no_tunnels()), reason=no_tunnels())
def test_packets_pass_a_device_of_the_kernels_by_rule_and_not_otherwise() -> None:
    """The filter of packets over it; where the kernel has none, all other tests of packets are over wireguard-go."""
    with ground() as there, answering(there.office, SERVED, ECHO), answering(there.office, SERVED, OTHER):
        made, jana = there.open(), there.laptops["jana"]
        try:
            if made.process is not None:
                pytest.skip(NONE)
            there.run(made.tunnel.apply([jana.admitted(ECHO)], now()))
            assert (jana.reaches(ECHO), jana.reaches(OTHER)) == (True, False)
            there.run(made.tunnel.admit(jana.suspended(), now()))
            assert not jana.reaches(ECHO)
            there.run(made.tunnel.admit(jana.admitted(OTHER), now()))
            assert (jana.reaches(ECHO), jana.reaches(OTHER)) == (False, True)
            there.run(made.tunnel.revoke(jana.key, now()))
            assert not jana.reaches(OTHER)
        finally:
            there.leave()
