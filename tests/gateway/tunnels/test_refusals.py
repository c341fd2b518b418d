from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refusals, Refused


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
    assert refusals.new([element(445), element(53, "udp")], [], []) == [
        refused(445),
        refused(53, Transport.UDP),
    ]
    assert refusals.new([element(445), element(22)], [], []) == [refused(22)]


def test_what_was_forgotten_and_is_tried_again_is_new_again() -> None:
    refusals = Refusals()
    refusals.new([element(445)], [], [])
    refusals.new([], [], [])
    assert refusals.new([element(445)], [], []) == [refused(445)]


def test_what_is_no_try_is_left_out() -> None:
    odd = [{}, "10.90.0.2", element(0), element("ssh"), element(445, "sctp"), {"elem": {"val": "10.90.0.2"}}]
    assert Refusals().new(odd, odd, odd) == []


def test_how_much_of_a_device_is_untold_comes_with_the_next_that_is_new() -> None:
    refusals = Refusals()
    assert refusals.new([element(22)], [], [untold(7)]) == [refused(22, left_out=7)]
    assert refusals.new([element(22), element(23)], [], [untold(12)]) == [refused(23, left_out=5)]
    assert refusals.new([element(22), element(23), element(24)], [], [untold(12)]) == [refused(24)]
    assert refusals.new([element(25)], [], [untold(3)]) == [
        refused(25, left_out=3)
    ]  # the filter had forgotten it


def test_who_stops_trying_is_told_with_what_is_known_once() -> None:
    refusals = Refusals()
    refusals.new([element(22), element(23)], [], [])
    assert refusals.new([element(22), element(23)], [], [untold(9), untold(4, "10.90.0.3")]) == []
    assert refusals.new([element(22), element(23)], [], [untold(20)]) == []  # it goes on
    assert refusals.new([element(22), element(23)], [], [untold(20)]) == [refused(22, left_out=20)]
    assert refusals.new([element(22), element(23)], [], [untold(20)]) == []


def test_too_many_of_what_is_permitted_are_told_as_that() -> None:
    (one,) = Refusals().new([], [element(445)], [])
    assert one == replace(refused(445), too_many=True)
