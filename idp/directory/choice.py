"""Which server of a directory is used: the first that works; one that failed is left alone for a while.

Blocks; used in the pool's threads. What rests and for how long is decided in `servers`.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from idp.directory import servers as health
from idp.directory.connection import Access, ChangeLost, Connection, ConnectionLost
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable, DirectoryUnusable

T = TypeVar("T")


class Unconfirmed(Exception):
    """A change was sent to the server of that number, and no answer came."""

    def __init__(self, server: int) -> None:
        super().__init__(server)
        self.server = server


class OfOnePerson(Exception):
    """A bind of one person failed at a server that goes on serving others: no reason to leave that server alone."""

    def __init__(self, trouble: DirectoryUnusable) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Choice:
    """`clock`: monotonic seconds."""

    def __init__(self, servers: Sequence[str], access: Access, clock: Callable[[], float]) -> None:
        self._servers, self._access, self._clock = servers, access, clock
        self._lock = threading.Lock()  # guards the two below
        self._health: health.Servers = tuple(health.Health() for _ in servers)
        self._troubles: dict[int, DirectoryUnusable] = {}

    def on_some_server(self, use: Callable[[Connection], T], first: int | None = None) -> tuple[T, int]:
        """`use` a new connection to the first server that works; resting servers are left alone.

        `first`: the number of the one to begin with, whether it rests or not.
        """
        tried: set[int] = set()
        of_one: DirectoryUnusable | None = None
        while True:
            with self._lock:
                index, self._health = health.choose(self._health, self._clock(), tried)
                if first is not None and first not in tried:
                    index = first
            if index is None:
                raise of_one or self.nobody()
            tried.add(index)
            url = self._servers[index]
            try:
                result = use(Connection(url, self._access))
            except ChangeLost as lost:
                raise Unconfirmed(index) from lost
            except OfOnePerson as odd:
                of_one = odd.trouble
            except ConnectionLost as lost:
                self.note_failure(index, DirectoryUnreachable(url, lost.cause))
            except DirectoryMisconfigured as trouble:
                self.note_failure(index, trouble)
            else:
                with self._lock:
                    self._health = health.succeeded(self._health, index)
                    self._troubles.pop(index, None)
                return result, index

    def note_failure(self, index: int, trouble: DirectoryUnusable) -> None:
        with self._lock:
            self._health = health.failed(self._health, index, self._clock())
            self._troubles[index] = trouble

    def nobody(self) -> DirectoryUnusable:
        """The trouble of the most preferred server, as an exception of its own."""
        with self._lock:
            trouble = self._troubles.get(min(self._troubles, default=0))
        if isinstance(trouble, DirectoryMisconfigured):
            return DirectoryMisconfigured(trouble.what, trouble.hint)
        if isinstance(trouble, DirectoryUnreachable):
            return DirectoryUnreachable(trouble.url, trouble.hint)
        return DirectoryUnreachable(self._servers[0], "it closed connections again and again")
