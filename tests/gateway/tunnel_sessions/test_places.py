"""Where a device is by what it signs, and whether the packets of its tunnel are where it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tunnel_sessions.places import NOTED, RECENT, RIGHT, STAYS, Places, Sight, asked, spoke, spot_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOME, ABROAD, THIRD = "192.0.2.7", "198.51.100.9", "203.0.113.5"
HOME_6, ABROAD_6 = "2001:db8:1:1::5", "2001:db8:2:2::5"
SECOND = timedelta(seconds=1)
NOTE, OVER = Sight(note=True, believed=True), Sight(note=False, believed=False)


def told(*steps: tuple[str, str, int]) -> Sequence[Sight]:
    """`steps`: whether it asked or spoke, from where, and after how many seconds from the beginning."""
    places, found = Places(), []
    for what, address, seconds in steps:
        now = NOW + seconds * SECOND
        if what == "asks":
            places = asked(places, address, now)
        else:
            places, sight = spoke(places, address, now)
            found.append(sight)
    return found


def test_packets_from_where_the_device_asks_are_its_own() -> None:
    assert told(("asks", HOME, 0), ("speaks", HOME, 10), ("speaks", HOME, 3600)) == [RIGHT, RIGHT]


def test_a_device_that_moves_may_be_heard_in_the_tunnel_before_it_asks() -> None:
    steps = [("asks", HOME, 0), ("speaks", ABROAD, 50), ("asks", ABROAD, 110), ("speaks", ABROAD, 120)]
    assert told(*steps) == [RIGHT, RIGHT]
    assert told(*steps, ("speaks", ABROAD, 4000)) == [RIGHT] * 3


def test_what_stays_elsewhere_is_noted_once_and_then_not_believed() -> None:
    noted, over = int(NOTED.total_seconds()), int(STAYS.total_seconds())
    found = told(
        ("asks", HOME, 0),
        ("speaks", ABROAD, 1),
        ("asks", HOME, 60),
        ("speaks", ABROAD, noted),
        ("speaks", ABROAD, noted + 1),
        ("speaks", THIRD, noted + 2),  # to another place is not back
        ("speaks", ABROAD, over),
        ("speaks", ABROAD, over + 1),
        ("speaks", ABROAD, over + 2),
    )
    assert found == [RIGHT, RIGHT, NOTE, RIGHT, RIGHT, OVER, OVER]


def test_what_comes_and_goes_is_noted_the_second_time_and_not_believed_the_third() -> None:
    steps = [
        (what, address, 10 * number)
        for number in range(3)
        for what, address in (("asks", HOME), ("speaks", HOME), ("speaks", ABROAD))
    ]
    assert told(*steps) == [RIGHT, RIGHT, RIGHT, NOTE, RIGHT, OVER]


def test_what_went_elsewhere_long_ago_does_not_count() -> None:
    apart = int(RECENT.total_seconds())
    steps = [
        (what, address, apart * number)
        for number in range(4)
        for what, address in (("asks", HOME), ("speaks", HOME), ("speaks", ABROAD), ("speaks", HOME))
    ]
    assert set(told(*steps)) == {RIGHT}


def test_a_network_with_two_ways_out_is_one_place() -> None:
    steps = [
        (what, address, 60 * number)
        for number in range(30)
        for what, address in (
            ("asks", (HOME, ABROAD)[number % 2]),
            ("speaks", (HOME, ABROAD)[number // 2 % 2]),
        )
    ]
    assert set(told(*steps)) == {RIGHT}


def test_a_place_that_it_left_is_no_longer_its_own() -> None:
    late = int(RECENT.total_seconds())
    found = told(
        ("asks", HOME, 0), ("asks", ABROAD, 1), ("speaks", HOME, late + 1), ("speaks", HOME, late + 400)
    )
    assert not found[-1].believed


def test_of_ipv6_the_network_is_a_place() -> None:
    assert spot_of("2001:db8:1:1::5") == spot_of("2001:db8:1:1:ffff::9") != spot_of("2001:db8:1:2::5")
    assert spot_of("::ffff:192.0.2.7") == spot_of("192.0.2.7") != spot_of("192.0.2.8")
    assert spot_of("fe80::1%eth0") == spot_of("fe80::2")
    assert spot_of("") is None
    assert spot_of("@") is None


def test_what_cannot_be_read_says_nothing() -> None:
    assert told(("asks", HOME, 0), ("asks", "@", 1), ("speaks", "", 2), ("speaks", HOME, 3)) == [RIGHT, RIGHT]


def test_by_another_version_of_ip_packets_are_where_they_were_first() -> None:
    """It asks by IPv6 and speaks by IPv4: the two cannot be compared, but one does not move without the other."""
    still = [("asks", HOME_6, 0), ("speaks", HOME, 1), ("asks", HOME_6, 300), ("speaks", HOME, 600)]
    assert set(told(*still)) == {RIGHT}
    late = 601 + int(STAYS.total_seconds())
    taken = told(*still, ("speaks", ABROAD, 601), ("asks", HOME_6, 602), ("speaks", ABROAD, late))
    assert not taken[-1].believed


def test_by_another_version_of_ip_it_moves_when_it_asks_from_elsewhere() -> None:
    steps = [
        ("asks", HOME_6, 0),
        ("speaks", HOME, 1),
        ("speaks", ABROAD, 50),
        ("asks", ABROAD_6, 60),
        ("speaks", ABROAD, 61),
        ("speaks", ABROAD, 5000),
    ]
    assert set(told(*steps)) == {RIGHT}


MINUTES = tuple(range(60, 3600, 60))


def test_a_device_that_comes_from_ipv4_alone_to_where_it_asks_by_ipv6_is_itself() -> None:
    """And its packets come by IPv4 there too, from an address from which it never asks."""
    turns = [
        (what, address, 10 + at) for at in MINUTES for what, address in (("asks", HOME_6), ("speaks", ABROAD))
    ]
    steps = [("asks", HOME, 0), ("speaks", HOME, 1), ("asks", HOME_6, 30), ("speaks", HOME, 40), *turns]
    assert set(told(*steps)) == {RIGHT}
    assert set(told(*steps[:2], ("speaks", ABROAD, 20), *turns)) == {RIGHT}, "heard before it asked"


@pytest.mark.parametrize("speaks", [HOME_6, ABROAD])
def test_beside_it_a_copy_by_ipv4_is_noticed(speaks: str) -> None:
    turns = [
        (what, address, at)
        for at in MINUTES
        for what, address in (("asks", HOME_6), ("speaks", speaks), ("speaks", THIRD))
    ]
    found = told(("asks", HOME, 0), ("speaks", HOME, 1), ("asks", HOME_6, 30), ("speaks", speaks, 31), *turns)
    assert NOTE in found
    assert not found[7].believed


def test_a_copy_that_stays_where_the_device_was_is_noticed_when_that_is_long_ago() -> None:
    turns = [
        (what, address, at)
        for at in MINUTES
        for what, address in (("asks", HOME_6), ("speaks", ABROAD), ("speaks", HOME))
    ]
    found = told(("asks", HOME, 0), ("speaks", HOME, 1), ("asks", HOME_6, 30), *turns)
    assert NOTE in found
    assert not found[-1].believed


@pytest.mark.parametrize("first", [(), (("speaks", ABROAD_6, 1),)])
def test_a_copy_by_the_other_version_of_ip_is_noticed_beside_a_device_that_speaks(
    first: Sequence[tuple[str, str, int]],
) -> None:
    """It asks and speaks by IPv4; somebody speaks by IPv6, by which nothing can be compared."""
    turns = [
        (what, address, 60 * number)
        for number in range(1, 5)
        for what, address in (("asks", HOME), ("speaks", HOME), ("speaks", ABROAD_6))
    ]
    found = told(("asks", HOME, 0), *first, *turns)
    assert NOTE in found
    assert not found[-1].believed


def test_a_copy_by_the_other_version_of_ip_is_noticed_when_the_device_falls_silent() -> None:
    over = 70 + int(STAYS.total_seconds())
    asleep = [("asks", HOME, 0), ("speaks", HOME, 10), ("speaks", ABROAD_6, 70), ("speaks", ABROAD_6, over)]
    assert not told(*asleep)[-1].believed


def test_a_device_that_never_asked_is_not_believed_to_speak_for_long() -> None:
    """Its person opened the tunnel from elsewhere, and somebody speaks who signs nothing."""
    over = int(STAYS.total_seconds())
    found = told(("speaks", ABROAD, 0), ("speaks", ABROAD, over - 1), ("speaks", ABROAD, over))
    assert found == [RIGHT, RIGHT, Sight(note=True, believed=False)]


def test_a_clock_that_is_set_back_keeps_no_copy_of_a_key_believed() -> None:
    """Since when packets are elsewhere is of a time to come then."""
    hour, over = 3600, int(STAYS.total_seconds())
    steps = [("asks", HOME, hour), ("speaks", HOME, hour), ("speaks", ABROAD, hour + 1)]
    back = [("asks", HOME, 0), ("speaks", ABROAD, 1), ("asks", HOME, over), ("speaks", ABROAD, over + 2)]
    assert not told(*steps, *back)[-1].believed


def test_a_clock_that_is_set_back_makes_no_copy_of_a_device_that_moves() -> None:
    """The newest question is where it is, whatever the time of one before."""
    steps = [("asks", HOME, 3600), ("speaks", HOME, 3600)]
    back = [("asks", HOME, 0), ("speaks", HOME, 1), ("asks", ABROAD_6, 60), ("speaks", ABROAD, 61)]
    assert set(told(*steps, *back, ("asks", ABROAD_6, 120), ("speaks", ABROAD, 5000))) == {RIGHT}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["asks", "speaks"]),
            st.sampled_from([HOME, ABROAD, HOME_6, ABROAD_6, ""]),
            st.integers(0, 400),
        ),
        max_size=30,
    )
)
def test_packets_from_where_it_asked_within_minutes_are_always_its_own_at_that_moment(
    steps: list[tuple[str, str, int]],
) -> None:
    places, now, noted = Places(), NOW, 0
    for what, address, seconds in steps:
        now += seconds * SECOND
        if what == "asks":
            places = asked(places, address, now)
            _, sight = spoke(places, address, now)
            assert sight == RIGHT
        else:
            places, sight = spoke(places, address, now)
            noted += sight.note
            assert sight.believed or places.noted
    assert noted <= len(steps)


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_last_place_is_never_forgotten(seconds: int) -> None:
    late = NOW + timedelta(days=1, seconds=seconds)
    places, sight = spoke(asked(Places(), HOME, NOW), HOME, late)
    assert sight == RIGHT
    assert spoke(places, HOME, late + STAYS)[1] == RIGHT
