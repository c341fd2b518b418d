"""Gives the certificate to the browsers of this machine, and takes it away; on Linux alone."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from agents.browsers import policies, stores
from agents.browsers.people import NoAnswer, Person, people
from agents.keys.browser import BrowserKey
from agents.uplink.line import host_of

NICKNAME = "Brána"
"""As a browser lists it, and as it is found again."""
LEFT_ALONE = 3600.0  # seconds; who holds the agent up for 20 s an hour keeps no report from being fresh


class Browsers(Protocol):
    def give(self, one: BrowserKey) -> None: ...

    def take_away(self) -> None: ...


class OnLinux:
    """`root`: of the file system, for the policies; `clock`: seconds that only grow.

    Law: whatever somebody has in their home keeps nothing from the others, nor the agent from its work: at most one
    command of each person is waited for in vain, then they are left alone for a while.
    """

    def __init__(
        self,
        url: str,
        root: Path,
        whose: Iterable[Person] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host = host_of(url)[0]
        self._root = root
        self._whose = whose
        self._clock = clock
        self._alone: dict[Person, float] = {}

    def give(self, one: BrowserKey) -> None:
        """Again and again: people come, and browsers are installed. Where it is there already nothing is done."""
        policies.write(self._root, self._host, one.issuer)
        for person in self._people():
            if self._clock() < self._alone.get(person, 0.0):
                continue
            try:
                for store in stores.of(person):
                    stores.give(store, person, NICKNAME, one)
            except NoAnswer:
                self._alone[person] = self._clock() + LEFT_ALONE
            except OSError:  # as on a full disk
                continue

    def take_away(self) -> None:
        """From everybody, also those who are left alone: it may be the last time."""
        policies.remove(self._root)
        for person in self._people():
            with contextlib.suppress(NoAnswer, OSError):
                for store in stores.of(person):
                    stores.take_away(store, person, NICKNAME)

    def _people(self) -> Iterable[Person]:
        return people() if self._whose is None else self._whose


class Elsewhere:
    """Windows and macOS, and where nobody wants it: an administrator brings it into their stores."""

    def give(self, one: BrowserKey) -> None:
        """Nothing to do."""

    def take_away(self) -> None:
        """Nothing to do."""


def browsers_of(url: str) -> Browsers:
    return OnLinux(url, Path("/")) if sys.platform == "linux" else Elsewhere()
