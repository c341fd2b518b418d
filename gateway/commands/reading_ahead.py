"""Reads the log beside whoever verifies it, in processes of its own, as many as there are cores.

A process that dies, or cannot read, says nothing of its pages, and so they are read by the one that verifies.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from gateway.audit.page import Sound
from gateway.beginning import die_with
from gateway.storage.audit_pages import SPAN, Ahead, alone, reading, sound_span
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.place import Place

FEW = 50_000 // SPAN  # pages that are read sooner than processes are started
WAITING = 4  # pages asked of each process: the next is there when one is done
MOST = 8  # processes: the tree itself is grown by one, which takes a tenth of the work


@contextmanager
def reading_ahead(place: Place, processes: int | None = None, few: int = FEW) -> Iterator[Ahead]:
    """`processes`: as many as this one may use cores of the machine."""
    number = min(processes or len(os.sched_getaffinity(0)), MOST)
    context = multiprocessing.get_context("spawn")  # a fork would take the threads' locks along
    with ProcessPoolExecutor(number, context, _begin, (place, os.getpid())) as pool:

        def ahead(connection: Connection, spans: Sequence[range]) -> Iterator[Sound | None]:
            if number == 1 or len(spans) <= few:
                return alone(connection, spans)
            return _in_order(pool, spans, number * WAITING)

        try:
            yield ahead
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, spans: Sequence[range], at_once: int) -> Iterator[Sound | None]:
    coming = iter(spans)
    asked = deque(_asked(pool, one) for one in islice(coming, at_once))
    while asked:
        one = asked.popleft()
        found = _said(one)
        asked.extend(_asked(pool, one) for one in islice(coming, 1))
        yield found


def _asked(pool: ProcessPoolExecutor, span: range) -> Future[Sound | None] | None:
    try:
        return pool.submit(_read, span)
    except BrokenProcessPool:
        return None


def _said(asked: Future[Sound | None] | None) -> Sound | None:
    try:
        return asked.result() if asked else None
    except (BrokenProcessPool, CancelledError, DatabaseUnusable):
        return None


class _Beside:
    """What one process needs."""

    def __init__(self, place: Place) -> None:
        self._database, self._reading = Database(place), reading()

    def sound(self, span: range) -> Sound | None:
        return self._database.read_now(partial(sound_span, span=span, read=self._reading))


_beside: _Beside  # of a process that reads


def _begin(place: Place, parent: int) -> None:
    global _beside  # noqa: PLW0603 - one for each process
    die_with(parent)()
    _beside = _Beside(place)


def _read(span: range) -> Sound | None:
    return _beside.sound(span)
