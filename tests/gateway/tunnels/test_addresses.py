from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tunnel_pools import gateway_of
from gateway.tunnels.addresses import REST, Given, PoolFull, address_for, addresses_for

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
POOL, SIXTH = ip_network("10.90.0.0/29"), ip_network("fd00:90::/64")
HOUR = timedelta(hours=1)


def given_to(device: str, address: str, released: datetime | None = None) -> Given:
    return Given(device, ip_address(address), released)


def test_a_device_has_one_address_of_each_pool_and_keeps_it() -> None:
    first = addresses_for("laptop", (POOL, SIXTH), (), NOW)
    assert first == {ip_address("10.90.0.2"), ip_address("fd00:90::2")}
    there = [Given("laptop", one) for one in first]
    assert addresses_for("laptop", (POOL, SIXTH), there, NOW) == first
    assert addresses_for("other", (POOL, SIXTH), there, NOW) == {
        ip_address("10.90.0.3"),
        ip_address("fd00:90::3"),
    }


def test_the_gateways_own_and_the_ends_of_a_network_are_given_to_nobody() -> None:
    there: list[Given] = []
    for number in range(5):
        there.append(Given(f"device {number}", address_for(f"device {number}", POOL, there, NOW)))
    with pytest.raises(PoolFull, match="larger pool"):
        address_for("one more", POOL, there, NOW)
    assert [str(one.address) for one in there] == [f"10.90.0.{number}" for number in range(2, 7)]
    assert gateway_of(POOL) == ip_address("10.90.0.1")


def test_an_address_rests_before_another_device_has_it() -> None:
    there = [given_to("gone", "10.90.0.2", NOW)]
    assert address_for("new", POOL, there, NOW + REST - HOUR) == ip_address("10.90.0.3")
    assert address_for("new", POOL, there, NOW + REST) == ip_address("10.90.0.2")


def test_a_device_that_comes_back_has_its_own_again_unless_another_has_it_now() -> None:
    there = [given_to("back", "10.90.0.4", NOW - 2 * HOUR), given_to("back", "10.90.0.5", NOW - HOUR)]
    assert address_for("back", POOL, there, NOW) == ip_address("10.90.0.5")
    there.append(given_to("other", "10.90.0.5"))
    assert address_for("back", POOL, there, NOW) == ip_address("10.90.0.4")


def test_another_pool_gives_other_addresses() -> None:
    there = [given_to("laptop", "10.80.0.2")]
    assert address_for("laptop", POOL, there, NOW) == ip_address("10.90.0.2")


def test_a_full_pool_says_when_an_address_is_free_again() -> None:
    there = [given_to(f"device {number}", f"10.90.0.{number}") for number in range(2, 6)]
    there.append(given_to("gone", "10.90.0.6", NOW - HOUR))
    with pytest.raises(PoolFull, match="2026-04-01T07:00"):
        address_for("new", POOL, there, NOW)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=40))
def test_no_two_devices_ever_have_one_address_within_its_rest(acts) -> None:
    there: dict[tuple[str, object], Given] = {}
    for hour, (device, comes) in enumerate(acts):
        now = NOW + hour * HOUR
        if comes:
            try:
                address = address_for(device, POOL, there.values(), now, rest=5 * HOUR)
            except PoolFull:
                continue
            others = [one for one in there.values() if one.device != device and one.address == address]
            assert all(one.released is not None and now >= one.released + 5 * HOUR for one in others)
            there[device, address] = Given(device, address)
        else:
            for key, one in there.items():
                if one.device == device and one.released is None:
                    there[key] = Given(device, one.address, now)
