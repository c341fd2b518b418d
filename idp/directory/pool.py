"""A bounded set of threads, each with at most one connection to the directory, to the server of its `choice`.

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
from idp.directory.bind import Bind
from idp.directory.choice import Choice, OfOnePerson, Unconfirmed
from idp.directory.connection import Access, Connection, ConnectionLost, words
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
        self._choice = Choice(settings.servers, self._access, clock)
        self._lock = threading.Lock()  # guards the one below
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
                    self._choice.note_failure(kept.server, DirectoryUnreachable(lost.url, lost.cause))
            except BaseException:
                self._drop(kept)  # a search may have been left half read
                raise
        raise self._choice.nobody()

    def _service_connection(self) -> Kept:
        kept: Kept | None = getattr(self._own, "kept", None)
        if kept is not None:
            if self._clock() - kept.since < OLDEST:
                return kept
            self._drop(kept)
        connection, server = self._choice.on_some_server(self._log_in)
        kept = Kept(connection, server, self._clock())
        self._own.kept = kept
        with self._lock:
            self._open.add(connection)
        return kept

    def _log_in(self, connection: Connection) -> Connection:
        connection.log_in(self._settings.bind_dn, self._service_password(), self._access)
        return connection

    def _try_password(self, dn: str, password: str, first: int | None = None) -> RefusalReason | None:
        def refusal(line: Connection) -> RefusalReason | None:
            return self._bind(line, dn, password).reason

        refused, _ = self._choice.on_some_server(lambda line: _closing(line, refusal), first)
        return refused

    def _bind(self, line: Connection, dn: str, password: str) -> Bind:
        """As that person. Raises OfOnePerson where the service account still gets in: no person makes a server rest."""
        try:
            return line.bind_person(dn, password, self._access)
        except ConnectionLost as lost:
            if not self._serves(line.url):
                raise
            raise OfOnePerson(DirectoryUnreachable(line.url, lost.cause)) from lost
        except DirectoryMisconfigured as trouble:
            if not self._serves(line.url):
                raise
            raise OfOnePerson(trouble) from trouble

    def _serves(self, url: str) -> bool:
        try:
            _closing(Connection(url, self._access), self._log_in)
        except (ConnectionLost, DirectoryUnusable):
            return False
        return True

    def _change_password(self, way: Way, dn: str, old: str, new: str) -> NotChangedReason | None:
        send = request(way, dn, old, new)

        def as_the_person(line: Connection) -> NotChangedReason | None:
            bind = self._bind(line, dn, old)
            if bind.reason is not None and bind.reason not in STALE:
                return OF_BIND.get(bind.reason, NotChangedReason.NOT_ALLOWED)
            if bind.bound:
                return _write(line, send)
            if way is Way.DELETE_AND_ADD:
                return _write(self._log_in(line), send)
            return NotChangedReason.NOT_ALLOWED

        reason, _ = self._choice.on_some_server(lambda line: _closing(line, as_the_person))
        return reason

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
