"""Whether the machine slept, or came to another network, between two looks. Nothing is sent for it."""

import contextlib
import socket
from datetime import datetime, timedelta

OUTSIDE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses of documentation (RFC 5737, RFC 3849): a datagram socket that is led there names our own address."""
SLEPT = timedelta(seconds=30)
"""Later than meant by as much: nothing but sleep holds it up so long."""


def addresses() -> tuple[str, ...]:
    """Those this machine would speak from; none: it is offline."""
    found = []
    for family, outside in OUTSIDE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((outside, 9))
            found.append(str(probe.getsockname()[0]))
    return tuple(found)


class Waking:
    def __init__(self) -> None:
        self._addresses: tuple[str, ...] | None = None
        self._meant: datetime | None = None

    def woken(self, here: tuple[str, ...], now: datetime) -> tuple[bool, bool]:
        """Whether it slept; whether it has another network, and has one."""
        slept = self._meant is not None and now > self._meant + SLEPT
        moved = self._addresses is not None and here != self._addresses and bool(here)
        self._addresses = here
        return slept, moved

    def sleeps_until(self, then: datetime) -> None:
        self._meant = then
