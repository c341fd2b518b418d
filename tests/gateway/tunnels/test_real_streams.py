"""A stream that is under way while much is said of what holds: nothing of it waits, and the kernel knows it on."""

import threading
import time
from itertools import pairwise

import pytest

from gateway.tunnels.opening import Opened
from tests.rig.tunnels import ECHO, Ground, Laptop, now, why_not

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def ids(tunnel: Opened) -> set[int]:
    return {flow.id for flow in tunnel.connections.all()}


def test_all_of_it_said_again_leaves_a_stream_as_it_is(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    """The kernel knows no windows of a connection that it meets in its middle, and may drop the rest of it."""
    over, moments = threading.Event(), [time.monotonic()]
    with jana.connected(ECHO) as hers:
        known = ids(tunnel)

        def goes_on() -> None:
            while not over.is_set():
                hers.sendall(bytes(2**14))
                left = 2**14
                while left:
                    left -= len(hers.recv(left))
                moments.append(time.monotonic())

        going = threading.Thread(target=goes_on)
        going.start()
        for _ in range(15):
            tunnel.tunnel._certain = False  # as after a failure, or when a control plane begins
            there.run(tunnel.tunnel.apply(tunnel.tunnel.admitted.values(), now()))
        over.set()
        going.join(10)
        assert not going.is_alive(), "it stands still"
        assert known == ids(tunnel)
    assert max(after - before for before, after in pairwise(moments)) < 2
    assert len(moments) > 15
