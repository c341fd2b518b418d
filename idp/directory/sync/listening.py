"""Listens to what an OpenLDAP server tells of its own accord, one search for people and one for groups.

It is a short cut only: what it misses, the next question finds. So it may lose its connection, and starts again.
"""

import threading
from collections.abc import Callable

import structlog

from idp.directory.connection import Connection
from idp.directory.errors import DirectoryUnusable
from idp.directory.pool import Pool
from idp.directory.sync.marked import Telling
from idp.directory.sync.openldap_stream import Heard, Stream
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.source import PositionUnknown

LOOK = 0.5  # seconds between looks at whether to stop
FIRST_REST, LONGEST_REST = 1.0, 60.0  # seconds without a server to listen to
LET_GO = 0.5  # seconds for a server to forget a search that it ended itself
"""slapd 2.5 tells of the end before it forgets a search whose base was renamed. If the connection closes in between,
the two wait for each other (syncprov_drop_psearch, syncprov_op_abandon), and soon the whole server does.
"""

log = structlog.get_logger("directory")


class Listener:
    """`run` is the body of a thread. `which`: 0 for people, 1 for groups; `position`: of the replica, at present."""

    def __init__(
        self,
        which: int,
        source: Telling,
        pool: Pool,
        position: Callable[[], Position | None],
        push: Callable[[Callable[[Connection], Changes]], None],
    ) -> None:
        self._which, self._source, self._pool = which, source, pool
        self._position, self._push = position, push
        self._stopping = threading.Event()
        self._rest = FIRST_REST

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen_if_told()
            except (DirectoryUnusable, PositionUnknown) as error:
                log.info("directory.not_listening", cause=str(error))
            except Exception:
                log.exception("directory.not_listening")
            self._stopping.wait(self._rest)
            self._rest = min(2 * self._rest, LONGEST_REST)

    def _listen_if_told(self) -> None:
        position = self._position()
        if position is not None and self._source.searches(position):
            self._pool.run_here(lambda line: self._listen(line, position))

    def _listen(self, line: Connection, position: Position) -> None:
        query, cookie = self._source.searches(position)[self._which]
        stream = Stream(line, query, cookie, persist=True)
        try:
            self._follow(stream)
        except PositionUnknown:
            self._stopping.wait(LET_GO)
            raise
        stream.end()

    def _follow(self, stream: Stream) -> None:
        self._hear(stream.refresh())
        self._rest = FIRST_REST
        while not self._stopping.is_set():
            if (heard := stream.wait(LOOK)) is not None:
                self._hear(heard)

    def _hear(self, heard: Heard) -> None:
        if heard.entries or heard.deleted or heard.present is not None:
            both = (heard, Heard()) if self._which == 0 else (Heard(), heard)
            self._push(lambda line: self._source.pushed(line, both))
