"""A real tunnel, and a device that tries or begins as much as it can: it is slowed down, told of, and hides nobody."""

import contextlib
import socket
import time
from ipaddress import ip_address

import pytest

from gateway.tunnels.chains import BEGUN_AT_ONCE, MOST_AT_A_TIME, NEW_AT_ONCE
from gateway.tunnels.opening import Opened
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refused
from tests.rig.tunnels import ECHO, OTHER, SERVED, Ground, Laptop, now, why_not

BESIDE = 7009  # a port of which nobody else here asks
pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def test_what_was_tried_before_a_device_fell_silent_hides_no_try_of_whoever_has_it_next(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    """A shared device goes from one person to another by it; else the filter would not tell it for minutes.

    The first one here: whoever tries much is not told by name for a while.
    """

    def tried() -> list[tuple[Address, int]]:
        return [(one.device, one.target.port) for one in there.run(tunnel.tunnel.refused(now()))]

    there.run(tunnel.tunnel.refused(now()))
    assert not jana.reaches(BESIDE)
    assert not petr.reaches(BESIDE)
    assert tried() == [(jana.address, BESIDE), (petr.address, BESIDE)]
    there.run(tunnel.tunnel.admit(jana.suspended(), now()))
    assert tried() == []
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
    assert not jana.reaches(BESIDE)
    assert not petr.reaches(BESIDE)
    assert tried() == [(jana.address, BESIDE)]
    assert tried() == []


def test_who_tries_one_target_after_the_other_hides_no_other_s_tries(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    there.run(tunnel.tunnel.refused(now()))
    many = 500
    with jana.machine.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as scanning:
        for port in range(many):
            scanning.sendto(b"?", (SERVED, 20_000 + port))
            time.sleep(0.001)  # what comes faster than it goes is lost
    assert not petr.reaches(OTHER)
    refused = list(there.run(tunnel.tunnel.refused(now())))
    refused += there.run(tunnel.tunnel.refused(now()))
    of = [one for one in refused if one.device == jana.address]
    assert NEW_AT_ONCE // 2 < len({one.target for one in of}) < 2 * NEW_AT_ONCE
    assert many // 2 < sum(one.left_out for one in of) < many
    found = [(one.target.port, one.left_out) for one in refused if one.device == petr.address]
    assert found == [(OTHER, 0)]


def test_who_begins_one_connection_after_the_other_is_slowed_down_and_no_other(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    there.run(tunnel.tunnel.refused(now()))
    begun, refused = 0, []
    with jana.machine.entered():
        while not refused and begun < 3 * BEGUN_AT_ONCE:
            with socket.socket() as one:
                one.settimeout(0.3)
                try:
                    one.connect((SERVED, ECHO))
                    begun += 1
                except TimeoutError:  # or the machine is busy
                    refused = there.run(tunnel.tunnel.refused(now()))
    assert begun > BEGUN_AT_ONCE // 2
    assert petr.reaches(ECHO)
    assert refused == [Refused(jana.address, Target(ip_address(SERVED), Transport.TCP, ECHO), too_many=True)]
    time.sleep(2)
    assert jana.reaches(ECHO)


def test_a_device_has_so_many_connections_at_a_time(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_AT_A_TIME + 20):
            with jana.machine.entered():
                one = stack.enter_context(socket.socket())
            one.settimeout(0.3)
            try:
                one.connect((SERVED, ECHO))
            except TimeoutError:
                break
            stack.enter_context(one)
        else:
            pytest.fail("as many as it wants")
        assert petr.reaches(ECHO)
    there.run(tunnel.tunnel.admit(jana.suspended(), now()))  # its connections are forgotten
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
    assert jana.reaches(ECHO)
