"""A bounded set of threads, each with at most one connection to the directory, and the choice of server.

python-ldap blocks, so every operation runs in a thread here. A connection that fails is dropped and never
used again; passwords of people are tried on connections of their own.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import ldap
import structlog

from config.settings import Directory
from idp.directory import servers as health
from idp.directory.connection import Access, ChangeLost, Connection, ConnectionLost, words
from idp.directory.errors import (
    DirectoryMisconfigured,
    DirectoryUnreachable,
    DirectoryUnusable,
    RefusalReason,
)
from idp.directory.password import OF_BIND, STALE, NotChangedReason, Way, request, why

T = TypeVar("T")

_log = structlog.get_logger("idp.directory")

OLDEST = 60.0  # seconds after which a connection is made anew, so that a preferred server gets its work back
WAITING_PER_THREAD = 32  # above that an answer would come too late to be of use


class Unconfirmed(Exception):
    """A change was sent to the server of that number, and no answer came."""

    def __init__(self, server: int) -> None:
        super().__init__(server)
        self.server = server


@dataclass(slots=True)
class Kept:
    """A thread's own connection, logged in as the service account."""

    connection: Connection
    server: int
    since: float


class Pool:
    """Runs work on service connections and tries passwords; raises DirectoryUnreachable or …Misconfigured."""

    def __init__(self, settings: Directory, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._access = Access(settings.authority, settings.connect_timeout, settings.operation_timeout)
        self._clock = clock
        self._threads = ThreadPoolExecutor(settings.connections, "directory")
        self._own = threading.local()
        self._lock = threading.Lock()  # guards the three below
        self._health: health.Servers = tuple(health.Health() for _ in settings.servers)
        self._troubles: dict[int, DirectoryUnusable] = {}
        self._open: set[Connection] = set()
        self._waiting = 0

    async def run(self, work: Callable[[Connection], T]) -> T:
        """`work` on a service connection; again on another when that one is lost, so it must only read."""
        return await self._in_thread(lambda: self.run_here(work))

    async def refusal(self, dn: str, password: str) -> RefusalReason | None:
        """Bind as `dn` on a fresh connection: None when accepted. An error never reads as either."""
        return await self._in_thread(lambda: self._try_password(dn, password))

    async def change_password(self, way: Way, dn: str, old: str, new: str) -> NotChangedReason | None:
        """Have the password of `dn` changed, at most once: None when the new one holds."""
        try:
            return await self._in_thread(lambda: self._change_password(way, dn, old, new))
        except Unconfirmed as sent:
            server = sent.server
        try:
            said = await self._in_thread(lambda: self._try_password(dn, new, server))
        except DirectoryUnusable:
            return NotChangedReason.UNCERTAIN
        # a no is no proof of the old one: the server may be at it still, or another one not know of it yet
        return None if said is None or said in STALE else NotChangedReason.UNCERTAIN

    def close(self) -> None:
        """End threads and connections; work under way is finished first."""
        self._threads.shutdown(cancel_futures=True)
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    async def _in_thread(self, task: Callable[[], T]) -> T:
        if self._waiting >= self._settings.connections * WAITING_PER_THREAD:
            hint = "too much is waiting for it already; raise directories[].connections if this stays"
            raise DirectoryUnreachable(self._settings.servers[0], hint)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, task)
        finally:
            self._waiting -= 1

    def run_here(self, work: Callable[[Connection], T]) -> T:
        """The same in the calling thread, which must not be the event loop's."""
        for _ in range(len(self._settings.servers) + 1):
            kept = self._service_connection()
            try:
                return work(kept.connection)
            except ConnectionLost as lost:
                self._drop(kept)
                if lost.slow:
                    self._note_failure(kept.server, DirectoryUnreachable(lost.url, lost.cause))
            except BaseException:
                self._drop(kept)  # a search may have been left half read
                raise
        raise self._nobody()

    def _service_connection(self) -> Kept:
        kept: Kept | None = getattr(self._own, "kept", None)
        if kept is not None:
            if self._clock() - kept.since < OLDEST:
                return kept
            self._drop(kept)
        connection, server = self._on_some_server(self._log_in)
        kept = Kept(connection, server, self._clock())
        self._own.kept = kept
        with self._lock:
            self._open.add(connection)
        return kept

    def _log_in(self, connection: Connection) -> Connection:
        connection.log_in(self._settings.bind_dn, self._service_password(), self._access)
        return connection

    def _try_password(self, dn: str, password: str, first: int | None = None) -> RefusalReason | None:
        refusal, _ = self._on_some_server(lambda made: made.refusal(dn, password, self._access), first)
        return refusal

    def _change_password(self, way: Way, dn: str, old: str, new: str) -> NotChangedReason | None:
        send = request(way, dn, old, new)

        def as_the_person(line: Connection) -> NotChangedReason | None:
            bind = line.bind_person(dn, old, self._access)
            if bind.reason is not None and bind.reason not in STALE:
                return OF_BIND.get(bind.reason, NotChangedReason.NOT_ALLOWED)
            if bind.bound:
                return _write(line, send)
            if way is Way.DELETE_AND_ADD:
                return _write(self._log_in(line), send)
            return NotChangedReason.NOT_ALLOWED

        reason, _ = self._on_some_server(lambda line: _closing(line, as_the_person))
        return reason

    def _on_some_server(self, use: Callable[[Connection], T], first: int | None = None) -> tuple[T, int]:
        """`use` a new connection to the first server that works; resting servers are left alone.

        `first`: the number of the one to begin with, whether it rests or not.
        """
        tried: set[int] = set()
        while True:
            with self._lock:
                index, self._health = health.choose(self._health, self._clock(), tried)
                if first is not None and first not in tried:
                    index = first
            if index is None:
                raise self._nobody()
            tried.add(index)
            url = self._settings.servers[index]
            try:
                result = use(Connection(url, self._access))
            except ChangeLost as lost:
                raise Unconfirmed(index) from lost
            except ConnectionLost as lost:
                self._note_failure(index, DirectoryUnreachable(url, lost.cause))
            except DirectoryMisconfigured as trouble:
                self._note_failure(index, trouble)
            else:
                with self._lock:
                    self._health = health.succeeded(self._health, index)
                    self._troubles.pop(index, None)
                return result, index

    def _note_failure(self, index: int, trouble: DirectoryUnusable) -> None:
        with self._lock:
            self._health = health.failed(self._health, index, self._clock())
            self._troubles[index] = trouble

    def _nobody(self) -> DirectoryUnusable:
        """The trouble of the most preferred server, as an exception of its own."""
        with self._lock:
            trouble = self._troubles.get(min(self._troubles, default=0))
        if isinstance(trouble, DirectoryMisconfigured):
            return DirectoryMisconfigured(trouble.what, trouble.hint)
        if isinstance(trouble, DirectoryUnreachable):
            return DirectoryUnreachable(trouble.url, trouble.hint)
        return DirectoryUnreachable(self._settings.servers[0], "it closed connections again and again")

    def _drop(self, kept: Kept) -> None:
        self._own.kept = None
        with self._lock:
            self._open.discard(kept.connection)
        kept.connection.close()

    def _service_password(self) -> str:
        """Read each time, so that a changed password needs no restart."""
        path = self._settings.bind_password_file
        try:
            return path.read_text().strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DirectoryMisconfigured(
                str(path), f"{error}; put the service account's password there"
            ) from error


def _write(line: Connection, send: Callable[[Any], int]) -> NotChangedReason | None:
    try:
        line.write(send)
    except ldap.LDAPError as error:
        reason = why(error)
        _log.warning("password not changed", server=line.url, reason=reason.value, said=words(error))
        return reason
    return None


def _closing(line: Connection, use: Callable[[Connection], T]) -> T:
    try:
        return use(line)
    finally:
        line.close()
