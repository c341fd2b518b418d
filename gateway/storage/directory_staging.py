"""A full read on its way into the replica: gathered in memory and put in order, then written in short steps.

Each table is written in the order of its key, so that pages are filled one after the other, and a few milliseconds at
a time, so that decisions do not wait. People are written while groups are still read. A person takes some 700 bytes
until then, a membership 8: the reading has a process of its own, which ends with it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.database import Database
from gateway.storage.directory_alike import ALIKE, NO_GROUPS, alike, elders, left_out
from gateway.storage.directory_generations import begin, count_removal, current, settle
from gateway.storage.directory_rows import (
    digest_of,
    group_of,
    group_row,
    logins_of,
    numbers_text,
    octets_of,
    packed,
    person_of,
    person_row,
    unpacked,
)
from gateway.storage.engine import driver_of
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord, Position
from idp.directory.sync.replica import Hold, Limit

T = TypeVar("T")
Row = Sequence[Any]
Octets = bytes
"""Of an identity, by which entries are kept: one that is moved while pages are read may come twice, and the last is
how it is now."""

WIDE, NARROW = 1_000, 4_000  # rows of one write: some 3 ms in which other writers wait
COLUMNS = {
    "person": ("identity", "node", "record"),
    "login": ("login", "identity"),
    "number": ("number", "identity"),
    "group": ("identity", "node", "sid", "record", "members"),
    "node": ("digest", "node"),
    "membership": ("member", "containers"),
    "problem": ("dn", "what"),
}
"""Of the replica's tables, in the order of a row here."""

READ = "UPDATE directory_generation SET position = ?, nodes = ? WHERE id = ?"
NOT_YET: Position = ""  # it is known when all is read


class StoredStaging:
    """Implements `idp.directory.sync.replica.Staging`: first all people, then groups. Used from one thread; `close`
    it in any case.
    """

    def __init__(self, database: Database, directory: DirectoryName, began_at: datetime) -> None:
        self._database, self._directory, self._began_at = database, directory, began_at
        self._people: dict[Octets, tuple[Octets, int, bytes]] = {}
        self._logins: list[tuple[str, Octets]] = []
        self._numbered: dict[Octets, tuple[str, ...]] = {}
        self._again: set[Octets] = set()
        self._groups: dict[Octets, tuple[Octets, int, str, bytes, bytes]] = {}
        self._problems: set[tuple[str, str]] = set()
        self._nodes: dict[str, int] = {}
        self._beside = ThreadPoolExecutor(1, "directory-people")
        self._people_written: Future[int] | None = None
        self._given_up = False

    def add_people(self, people: Iterable[PersonRecord]) -> None:
        for one in people:
            octets = octets_of(one.identity)
            if octets in self._people:
                self._again.add(octets)
            self._people[octets] = (octets, self._node_of(one.key), person_row(one))
            self._logins += [(login, octets) for login in logins_of(one)]
            if one.numbers or octets in self._numbered:
                self._numbered[octets] = one.numbers

    def add_groups(self, groups: Iterable[GroupRecord]) -> None:
        self._write_people_beside()
        known = self._nodes.get  # numbers begin with 1
        for one in groups:
            octets, members = (
                octets_of(one.identity),
                packed(known(key) or self._node_of(key) for key in one.members),
            )
            self._groups[octets] = (octets, self._node_of(one.key), one.sid, group_row(one), members)

    def add_problems(self, problems: Iterable[EntryProblem]) -> None:
        self._problems.update((one.dn, one.what) for one in problems)

    def finish(self, position: Position, limit: Limit) -> Hold | None:
        self._leave_out_alike_groups()
        generation = self._write_people_beside().result()
        self._copy(generation, "group", iter(sorted(self._groups.values())), WIDE)
        self._copy(generation, "problem", iter(sorted(self._problems)), WIDE)
        nodes = sorted((digest_of(key), node) for key, node in self._nodes.items())
        self._copy(generation, "node", iter(nodes), NARROW)
        self._copy(generation, "membership", self._containers(len(nodes)), NARROW)
        removal = self._database.read_now(
            lambda connection: count_removal(connection, self._directory, generation)
        )

        def end(connection: Connection) -> Hold | None:
            connection.exec_driver_sql(READ, (position, len(nodes), generation))
            return settle(connection, generation, removal, limit)

        return self._written(end)

    def close(self) -> None:
        """Nothing is written after it."""
        self._given_up = True
        self._beside.shutdown()

    def _write_people_beside(self) -> "Future[int]":
        """The generation, when they are written."""
        if self._people_written is None:
            self._leave_out_alike_people()
            self._people_written = self._beside.submit(self._write_people)
        return self._people_written

    def _write_people(self) -> int:
        generation = self._written(
            lambda connection: begin(connection, self._directory, self._began_at, NOT_YET, 0)
        )
        self._copy(generation, "person", iter(sorted(self._people.values())), WIDE)
        self._copy(generation, "login", iter(sorted(self._logins)), NARROW)
        self._copy(generation, "number", iter(sorted(self._numbers())), NARROW)
        return generation

    def _numbers(self) -> Iterator[tuple[str, Octets]]:
        """Of whoever is left; the last that came of an entry counts."""
        for octets, held in self._numbered.items():
            if octets in self._people:
                yield from ((number, octets) for number in held)

    def _leave_out_alike_people(self) -> None:
        for together in alike((row[1], octets) for octets, row in self._people.items()):
            found = {octets: self._person(octets) for octets in together}
            elder = self._elders({octets: one.key for octets, one in found.items()}, {})
            out = left_out(together, elder, ())
            for octets in out:
                del self._people[octets]
            for octets, one in found.items():
                if octets in out or len(together - out) > 1:
                    self._problems.add((one.dn, ALIKE if octets in out else NO_GROUPS))
            self._again |= out
        if self._again:
            self._logins = [one for one in self._logins if one[1] not in self._again]
            for octets in self._again & self._people.keys():
                self._logins += [(login, octets) for login in logins_of(self._person(octets))]

    def _leave_out_alike_groups(self) -> None:
        """People are written by now: one who shares a name with an elder group has nothing of groups when read."""
        names = {row[1] for row in self._groups.values()}
        people = [(row[1], octets) for octets, row in self._people.items() if row[1] in names]
        for together in alike([*people, *((row[1], octets) for octets, row in self._groups.items())]):
            groups = {octets: self._group(octets) for octets in together & self._groups.keys()}
            named = {octets: self._person(octets).key for octets in together & self._people.keys()}
            elder = self._elders(named, {octets: one.key for octets, one in groups.items()})
            for octets in left_out(together, elder, groups) & groups.keys():
                self._problems.add((groups[octets].dn, ALIKE))
                del self._groups[octets]

    def _elders(self, people: Mapping[Octets, str], groups: Mapping[Octets, str]) -> set[Octets]:
        return self._database.read_now(
            lambda connection: elders(connection, current(connection, self._directory), people, groups)
        )

    def _person(self, octets: Octets) -> PersonRecord:
        return person_of(octets, self._people[octets][2])

    def _group(self, octets: Octets) -> GroupRecord:
        _, _, sid, record, _ = self._groups[octets]
        return group_of(octets, sid, record)

    def _node_of(self, key: str) -> int:
        return self._nodes.setdefault(key, len(self._nodes) + 1)

    def _containers(self, nodes: int) -> Iterator[tuple[int, str]]:
        """Members with all their groups, of the groups that are left, in order."""
        held: list[list[int]] = [[] for _ in range(nodes + 1)]
        for _, container, _, _, members in sorted(self._groups.values(), key=itemgetter(1)):
            for member in unpacked(members):
                held[member].append(container)
        return ((member, numbers_text(groups)) for member, groups in enumerate(held) if groups)

    def _copy(self, generation: int, table: str, rows: Iterator[Row], step: int) -> None:
        columns = COLUMNS[table]
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        statement = f"INSERT INTO directory_{table} (generation, {names}) VALUES ({generation}, {marks})"  # noqa: S608 - constants and a number

        def insert(connection: Connection) -> int:
            return driver_of(connection.connection).executemany(statement, islice(rows, step)).rowcount

        under_way = deque([self._database.write_soon(insert)])
        while True:
            under_way.append(self._database.write_soon(insert))  # so that the writer need not wait for us
            if under_way.popleft().result() < step or self._given_up:
                for last in under_way:
                    last.result()
                return

    def _written(self, work: Callable[[Connection], T]) -> T:
        return self._database.write_soon(work).result()
