"""How the kernel's words about connections are read; the kernel itself speaks in `test_real_tunnel`."""

import struct
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.nfnetlink.nfctsocket import NFCTAttrTuple, nfct_msg

from gateway.tunnels import conntrack
from gateway.tunnels.connections import Flow, FlowId
from gateway.tunnels.conntrack import Conntrack
from gateway.tunnels.permits import Target, Transport

POOLS = (ip_network("10.90.0.0/16"), ip_network("fd00:90::/64"))


def message(device: str, host: str, number: int = 6, **more: object) -> bytes:
    family = conntrack.FAMILIES[ip_address(device).version]
    said = nfct_msg.create_from(
        tuple_orig=NFCTAttrTuple(
            family=family, saddr=device, daddr=host, proto=number, sport=40000, dport=445
        ),
        id=7,
        **more,
    )
    said["nfgen_family"] = family
    said["header"]["type"] = conntrack.CONNTRACK | conntrack.NEW
    said.encode()
    return bytes(said.data)


@pytest.fixture
def asked() -> Conntrack:
    """Without a socket: it reads what it is given."""
    made = Conntrack.__new__(Conntrack)
    made._begins = tuple((pool.version, int(pool.network_address), pool.prefixlen) for pool in POOLS)
    return made


@pytest.mark.parametrize(("device", "host"), [("10.90.255.254", "10.1.0.5"), ("fd00:90::2", "fd00:1::5")])
def test_a_connection_of_a_device_is_read(asked: Conntrack, device: str, host: str) -> None:
    counters = {
        f"counters_{way}": {"attrs": [["CTA_COUNTERS_PACKETS", 1], ["CTA_COUNTERS_BYTES", octets]]}
        for way, octets in (("orig", 100), ("reply", 9000))
    }
    assert asked._flow(message(device, host, **counters)) == Flow(
        FlowId(7), ip_address(device), 40000, Target(ip_address(host), Transport.TCP, 445), None, 100, 9000
    )
    plain = asked._flow(message(device, host, number=17))
    assert plain is not None
    assert (plain.target.transport, plain.sent) == (Transport.UDP, None)


@pytest.mark.parametrize("device", ["10.91.0.1", "192.0.2.1", "fd00:91::2", "::1", "10.89.255.255"])
def test_another_connection_of_the_machine_is_told_apart_before_it_is_read(
    asked: Conntrack, device: str
) -> None:
    host = "fd00:1::5" if ":" in device else "10.1.0.5"
    assert not asked._may_be_ours(message(device, host))


def test_what_has_no_ports_is_left_out(asked: Conntrack) -> None:
    assert asked._flow(message("10.90.0.2", "10.1.0.5", number=47)) is None


@given(st.binary(max_size=100))
def test_whatever_octets_come_messages_are_cut_within_them(octets: bytes) -> None:
    cut = list(conntrack._messages(octets))
    assert sum(len(one) for _, one in cut) <= len(octets)


def test_messages_are_told_apart_by_their_lengths() -> None:
    one, two = struct.pack("=IHHII", 18, 1, 0, 0, 0) + b"ab\0\0", struct.pack("=IHHII", 16, 2, 0, 0, 0)
    assert list(conntrack._messages(one + two)) == [(1, one[:18]), (2, two)]
