"""Gives the certificate to the browsers of this machine, and takes it away; on Linux alone."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from agents.browsers import policies, stores
from agents.browsers.people import Person, people
from agents.keys.browser import BrowserKey
from agents.uplink.line import host_of

NICKNAME = "Brána"
"""As a browser lists it, and as it is found again."""


class Browsers(Protocol):
    def give(self, one: BrowserKey) -> None: ...

    def take_away(self) -> None: ...


class OnLinux:
    """`root`: of the file system, for the policies."""

    def __init__(self, url: str, root: Path, whose: Iterable[Person] | None = None) -> None:
        self._host = host_of(url)[0]
        self._root = root
        self._whose = whose

    def give(self, one: BrowserKey) -> None:
        """Again and again: people come, and browsers are installed. Where it is there already nothing is done."""
        for person in self._people():
            for store in stores.of(person):
                stores.give(store, person, NICKNAME, one)
        policies.write(self._root, self._host, one.issuer)

    def take_away(self) -> None:
        for person in self._people():
            for store in stores.of(person):
                stores.take_away(store, person, NICKNAME)
        policies.remove(self._root)

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
