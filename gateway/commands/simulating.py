"""Recorded decisions replayed by several processes: Cedar holds the interpreter's lock, so threads would take turns.

Each process opens the database by itself, makes both books of their texts, and takes one part after the other; this
one adds up what they found. Nothing but numbers, and a row for each who would gain or lose, comes back from them.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice

from gateway.audit.decided import Decisions
from gateway.beginning import die_with
from gateway.commands.simulation_work import Work
from gateway.storage.audit_decisions import Part, entries_of, parts
from gateway.storage.database import Database
from gateway.storage.place import place_from
from policies.simulate import Decided, Simulation, Tally
from policies.simulated import TOLD, Report, report

PROCESSES = 2
ALONE = 1  # parts for which no other process is worth its start
WAITING = 2  # parts for each process that are told ahead, so that none has to wait for the next


Told = Callable[[int, int], object]
"""Hears how many decisions are done, of how many."""


def simulated(
    work: Work,
    told: Told = lambda _done, _total: None,
    processes: int = PROCESSES,
    most: int = TOLD,
) -> Report:
    """Blocks until all is done. `most`: rows to be told.

    Raises PoliciesUnusable, DatabaseUnusable, BrokenProcessPool.
    """
    today, draft = work.books()
    database = Database(place_from(work.database))
    try:
        found = database.read_now(lambda connection: parts(connection, work.period))
    finally:
        database.close()
    total, done, tally = sum(part.entries for part in found), 0, Tally()
    told(0, total)
    for entries, of_part in _each(work, found, processes):
        tally.add(of_part)
        done += entries
        told(done, total)
    return report(tally, today, draft, most)


def _each(work: Work, found: Sequence[Part], processes: int) -> Iterator[tuple[int, Tally]]:
    """How many decisions a part has, and what came of them; in no order."""
    if len(found) <= ALONE or processes == 1:
        alone = _Replaying(work)
        try:
            for part in found:
                yield part.entries, alone.tally(part)
        finally:
            alone.close()
        return
    context = multiprocessing.get_context("spawn")  # a fork would take the threads' locks along
    with ProcessPoolExecutor(processes, context, _begin, (work, os.getpid())) as pool:
        coming, under_way = iter(found), dict[Future[Tally], Part]()
        try:
            _more(pool, coming, under_way, processes * WAITING)
            while under_way:
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    part = under_way.pop(one)
                    _more(pool, coming, under_way, 1)
                    yield part.entries, one.result()
        finally:
            for one in under_way:
                one.cancel()


def _more(
    pool: ProcessPoolExecutor, coming: Iterator[Part], under_way: dict[Future[Tally], Part], number: int
) -> None:
    """Ask for so many parts more, where there are so many."""
    under_way.update({pool.submit(_replay, part): part for part in islice(coming, number)})


class _Replaying:
    """What one process needs: the database, both books, and what it remembers from one part to the next."""

    def __init__(self, work: Work) -> None:
        self._municipality = work.period.municipality
        self._database = Database(place_from(work.database))
        self._decisions, self._simulation = Decisions(), Simulation(*work.books())

    def tally(self, part: Part) -> Tally:
        rows = self._database.read_now(lambda connection: entries_of(connection, part, self._municipality))
        unable = Tally()
        found = self._simulation.take(self._replayable(rows, unable))
        found.add(unable)
        return found

    def _replayable(self, rows: Iterable[bytes], unable: Tally) -> Iterator[Decided]:
        for row in rows:
            read = self._decisions.read(row)
            if isinstance(read, Decided):
                yield read
            else:
                unable.not_replayable[read] += 1

    def close(self) -> None:
        self._database.close()


_here: list[_Replaying] = []
"""Of a process of the pool: the one that it keeps."""


def _begin(work: Work, parent: int) -> None:
    die_with(parent)()
    _here.append(_Replaying(work))


def _replay(part: Part) -> Tally:
    return _here[0].tally(part)
