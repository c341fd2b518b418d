from functools import reduce

import pytest
from hypothesis import given

from gateway.tunnels.peers import Added, AddressOfTwo, Readdressed, Removed, address_of, after, changes
from gateway.tunnels.permits import Transport
from gateway.tunnels.words import Place
from tests.gateway.tunnels.drawn import KEYS, NETWORKS, peers

ONE, TWO, THREE = KEYS[:3]
FIRST, SECOND = NETWORKS[:2]
NONE = frozenset()


def test_a_peer_is_added_suspended_given_back_and_removed() -> None:
    assert changes({}, {ONE: FIRST}) == (Added(ONE, FIRST),)
    assert changes({ONE: FIRST}, {ONE: NONE}) == (Readdressed(ONE, NONE),)
    assert changes({ONE: NONE}, {ONE: FIRST}) == (Readdressed(ONE, FIRST),)
    assert changes({ONE: FIRST}, {}) == (Removed(ONE),)
    assert changes({ONE: FIRST}, {ONE: FIRST}) == ()


def test_what_takes_away_comes_first() -> None:
    present, desired = {ONE: FIRST, TWO: SECOND}, {TWO: NONE, THREE: FIRST}
    assert changes(present, desired) == (Removed(ONE), Readdressed(TWO, NONE), Added(THREE, FIRST))


def test_one_address_for_two_peers_is_refused() -> None:
    with pytest.raises(AddressOfTwo, match="give each its own"):
        changes({}, {ONE: FIRST, TWO: FIRST})


@given(peers(), peers())
def test_whatever_there_was_the_changes_lead_to_what_there_should_be(present, desired) -> None:
    assert reduce(after, changes(present, desired), present) == desired


@given(peers(), peers())
def test_a_peer_whose_addresses_stay_is_not_named(present, desired) -> None:
    named = [change.key for change in changes(present, desired)]
    assert len(named) == len(set(named))
    assert all(present.get(key) != desired.get(key) for key in named)


@given(peers(), peers())
def test_on_the_way_nobody_has_an_address_that_belongs_to_another(present, desired) -> None:
    """Of what is added or widened; and who stays has his all the time."""
    stay = {key for key in present if desired.get(key) == present[key]}
    for change in changes(present, desired):
        present = after(present, change)
        assert all(present[key] == desired[key] for key in stay)
        owners = [network for allowed in present.values() for network in allowed]
        assert len(owners) == len(set(owners))


def test_a_removal_or_narrowing_of_who_is_not_there_changes_nothing() -> None:
    assert after({ONE: FIRST}, Removed(TWO)) == {ONE: FIRST}
    assert after({ONE: FIRST}, Readdressed(TWO, SECOND)) == {ONE: FIRST}


@pytest.mark.parametrize("zone", ["eth0", "1", "x\nadd table inet other"])
def test_an_address_with_a_zone_is_none(zone: str) -> None:
    """Whatever stands in it would go into the texts of nftables and wireguard-go."""
    for place in ("fd00:90::11", "fe80::1"):
        with pytest.raises(ValueError, match="zone"):
            address_of(f"{place}%{zone}")
        with pytest.raises(ValueError, match="zone"):
            Place(f"{place}%{zone}", Transport.TCP, 445).target()
