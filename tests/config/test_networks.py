"""Addresses and networks."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest

from config.networks import Address, narrowest, parsed

OFFICE = [(ip_network("10.0.0.0/8"), "district"), (ip_network("10.1.0.0/16"), "town")]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.1.2.3", IPv4Address("10.1.2.3")),
        ("::ffff:10.1.2.3", IPv4Address("10.1.2.3")),
        ("fe80::1%eth0", IPv6Address("fe80::1")),
        ("10.1.2", None),
        ("", None),
    ],
)
def test_an_address_is_read_or_is_none(written: str, address: Address | None):
    assert parsed(written) == address


@pytest.mark.parametrize("named", [OFFICE, OFFICE[::-1]])
def test_the_narrowest_network_speaks_whichever_comes_first(named: list):
    assert narrowest(named, IPv4Address("10.1.2.3")) == "town"
    assert narrowest(named, IPv4Address("10.2.2.3")) == "district"


def test_outside_and_without_an_address_nothing_speaks():
    assert narrowest(OFFICE, IPv4Address("192.0.2.1")) is None
    assert narrowest(OFFICE, IPv6Address("::10.1.2.3")) is None
    assert narrowest(OFFICE, None) is None
