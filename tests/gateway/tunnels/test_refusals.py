from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refusals, Refused
from gateway.tunnels.rules import REFUSALS_KEPT

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def element(port: Any, transport: str = "tcp") -> dict[str, Any]:
    """As libnftables writes one."""
    concat = ["10.90.0.2", "10.1.0.5", transport, port]
    return {"elem": {"val": {"concat": concat}, "timeout": 300, "expires": 299}}


def refused(port: int, transport: Transport = Transport.TCP, left_out: int = 0) -> Refused:
    return Refused(
        ip_address("10.90.0.2"), Target(ip_address("10.1.0.5"), transport, port), left_out=left_out
    )


def untold(packets: int, device: str = "10.90.0.2") -> dict[str, Any]:
    return {"elem": {"val": device, "expires": 299, "counter": {"packets": packets, "bytes": 40 * packets}}}


def test_what_was_tried_in_vain_is_told_once_while_it_is_remembered() -> None:
    refusals = Refusals()
    assert refusals.new([element(445), element(53, "udp")], [], [], NOW) == [
        refused(445),
        refused(53, Transport.UDP),
    ]
    assert refusals.new([element(445), element(22)], [], [], NOW) == [refused(22)]


def test_what_was_forgotten_and_is_tried_again_is_new_again() -> None:
    refusals = Refusals()
    refusals.new([element(445)], [], [], NOW)
    refusals.new([], [], [], NOW)
    assert refusals.new([element(445)], [], [], NOW) == [refused(445)]


def test_what_is_no_try_is_left_out() -> None:
    odd = [{}, "10.90.0.2", element(0), element("ssh"), element(445, "sctp"), {"elem": {"val": "10.90.0.2"}}]
    assert Refusals().new(odd, odd, odd, NOW) == []


def test_how_much_of_a_device_is_untold_comes_with_the_next_that_is_new() -> None:
    refusals = Refusals()
    assert refusals.new([element(22)], [], [untold(7)], NOW) == [refused(22, left_out=7)]
    assert refusals.new([element(22), element(23)], [], [untold(12)], NOW) == [refused(23, left_out=5)]
    assert refusals.new([element(22), element(23), element(24)], [], [untold(12)], NOW) == [refused(24)]
    assert refusals.new([element(25)], [], [untold(3)], NOW) == [
        refused(25, left_out=3)
    ]  # the filter had forgotten it


def test_who_stops_trying_is_told_with_what_is_known_once() -> None:
    refusals = Refusals()
    refusals.new([element(22), element(23)], [], [], NOW)
    assert refusals.new([element(22), element(23)], [], [untold(9), untold(4, "10.90.0.3")], NOW) == []
    assert refusals.new([element(22), element(23)], [], [untold(20)], NOW) == []  # it goes on
    assert refusals.new([element(22), element(23)], [], [untold(20)], NOW) == [refused(22, left_out=20)]
    assert refusals.new([element(22), element(23)], [], [untold(20)], NOW) == []


def test_too_many_of_what_is_permitted_are_told_as_that() -> None:
    (one,) = Refusals().new([], [element(445)], [], NOW)
    assert one == replace(refused(445), too_many=True)


def test_after_which_look_it_was_tried_is_told_and_so_of_what_was_left_out() -> None:
    refusals, second = Refusals(), timedelta(seconds=1)
    (first,) = refusals.new([element(22)], [], [], NOW)
    assert first.since == NOW - REFUSALS_KEPT, "nobody knows how long the filter remembers it"
    assert refusals.new([element(22)], [], [untold(9)], NOW + second) == []
    both = [element(22), element(23)]
    (again,) = refusals.new(both, [], [untold(12)], NOW + 5 * second)
    assert (again.target.port, again.left_out) == (23, 12)
    assert again.since == NOW
    (other,) = refusals.new([*both, element(24)], [], [untold(12)], NOW + 7 * second)
    assert other.since == NOW + 5 * second


def test_what_is_told_with_a_try_of_before_is_from_then_on() -> None:
    """Another person may have had the device when it tried that."""
    refusals, minute = Refusals(), timedelta(minutes=1)
    refusals.new([], [], [], NOW)
    refusals.new([element(22)], [], [], NOW + minute)
    assert refusals.new([element(22)], [], [untold(9)], NOW + 3 * minute) == []
    (told,) = refusals.new([element(22)], [], [untold(9)], NOW + 4 * minute)
    assert (told.since, told.left_out) == (NOW, 9)
