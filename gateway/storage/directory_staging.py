"""A full read on its way into the replica: gathered in a file of its own, then copied in short writes.

The file knows no other user, keeps no promise through a crash and is fast; there it is put in order. Only then
the replica's tables are written, each in the order of its key, so that pages are filled one after the other, and
a few milliseconds at a time, so that decisions do not wait. In memory are only the numbers of keys (some 200
bytes each) and memberships as pairs of them (8 bytes each).
"""

import sqlite3
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.database import Database, driver_of
from gateway.storage.directory_generations import begin, count_removal, settle
from gateway.storage.directory_rows import (
    digest_of,
    group_row,
    names_of,
    octets_of,
    packed,
    person_row,
    unpacked,
)
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord, Position
from idp.directory.sync.replica import Hold, Limit

T = TypeVar("T")
Row = Sequence[Any]

WIDE, NARROW = 1_000, 4_000  # rows of one write: some 3 ms in which other writers wait
CACHE_KIB = 16 * 1024
CONTAINER_BITS = 32  # a membership as one number: the member's above, the group's below

TABLES = """
CREATE TABLE person (number INTEGER PRIMARY KEY, identity BLOB, node INTEGER, dn TEXT, record BLOB);
CREATE TABLE name (kind TEXT, name TEXT, number INTEGER);
CREATE TABLE grp (number INTEGER PRIMARY KEY, identity BLOB, node INTEGER, dn TEXT, sid TEXT, record BLOB,
    members BLOB);
CREATE TABLE problem (dn TEXT, what TEXT, UNIQUE (dn, what));
"""

CLEANED = """
DELETE FROM {table} WHERE number IN (
    SELECT number FROM (SELECT number, lead(number) OVER (PARTITION BY identity ORDER BY number) AS later FROM {table})
    WHERE later IS NOT NULL);
CREATE TEMP TABLE alike AS SELECT node FROM {table} GROUP BY node HAVING count(*) > 1;
INSERT OR IGNORE INTO problem SELECT dn, 'another entry has a name that cannot be told from this one'
    FROM {table} WHERE node IN (SELECT node FROM alike);
DELETE FROM {table} WHERE node IN (SELECT node FROM alike);
DROP TABLE alike;
"""
"""An entry that is moved while pages are read may come twice: the last is how it is now. Of two entries with
names that are the same to us, memberships would be one's or the other's."""

COPIES = (
    ("person", ("identity", "node", "record"), "FROM person ORDER BY identity", WIDE),
    (
        *("name", ("kind", "name", "identity")),
        *("FROM name JOIN person USING (number) ORDER BY kind, name, identity", NARROW),
    ),
    ("group", ("identity", "node", "sid", "record", "members"), "FROM grp ORDER BY identity", WIDE),
    ("problem", ("dn", "what"), "FROM problem ORDER BY dn, what", WIDE),
)
"""Table of the replica, its columns, where in the file they come from in the order of the key, rows of a write."""


@dataclass(slots=True)
class Seen:
    """Whether all entries of a kind differ, in identity and in name; one of each for every entry."""

    identities: set[bytes] = field(default_factory=set)
    nodes: list[int] = field(default_factory=list)

    def add(self, identity: bytes, node: int) -> None:
        self.identities.add(identity)
        self.nodes.append(node)

    @property
    def doubtful(self) -> bool:
        return len(self.identities) < len(self.nodes) or len(set(self.nodes)) < len(self.nodes)


class StoredStaging:
    """Implements `idp.directory.sync.replica.Staging`. Used from one thread; `close` in any case."""

    def __init__(self, database: Database, directory: DirectoryName, began_at: datetime) -> None:
        self._database, self._directory, self._began_at = database, directory, began_at
        self._path = database.path.with_name(f"directory-{directory}.staging")
        self._path.unlink(missing_ok=True)
        self._path.touch(mode=0o600)
        self._file = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "temp_store=MEMORY",
            f"cache_size=-{CACHE_KIB}",
        ):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(TABLES)
        self._file.execute("BEGIN")
        self._people, self._groups = Seen(), Seen()
        self._nodes: dict[str, int] = {}

    def add_people(self, people: Iterable[PersonRecord]) -> None:
        rows: list[Row] = []
        names: list[Row] = []
        for number, one in enumerate(people, len(self._people.nodes) + 1):
            octets, node = octets_of(one.identity), self._node_of(one.key)
            self._people.add(octets, node)
            rows.append((number, octets, node, one.dn, person_row(one)))
            names += [(kind, name, number) for kind, name in names_of(one)]
        self._file.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", rows)
        self._file.executemany("INSERT INTO name VALUES (?, ?, ?)", names)

    def add_groups(self, groups: Iterable[GroupRecord]) -> None:
        rows: list[Row] = []
        known = self._nodes.get  # numbers begin with 1
        for one in groups:
            members = packed(known(key) or self._node_of(key) for key in one.members)
            octets, node = octets_of(one.identity), self._node_of(one.key)
            self._groups.add(octets, node)
            rows.append((None, octets, node, one.dn, one.sid, group_row(one), members))
        self._file.executemany("INSERT INTO grp VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def add_problems(self, problems: Iterable[EntryProblem]) -> None:
        rows = ((one.dn, one.what) for one in problems)
        self._file.executemany("INSERT OR IGNORE INTO problem VALUES (?, ?)", rows)

    def finish(self, position: Position, limit: Limit) -> Hold | None:
        for table, seen in (("person", self._people), ("grp", self._groups)):
            if seen.doubtful:
                for statement in filter(str.strip, CLEANED.format(table=table).split(";")):
                    self._file.execute(statement)
        numbers = len(self._nodes)
        generation = self._written(
            lambda connection: begin(connection, self._directory, self._began_at, position, numbers)
        )
        for table, columns, source, step in COPIES:
            rows = self._file.execute(f"SELECT {', '.join(columns)} {source}")
            self._copy(generation, table, columns, rows, step)
        nodes = sorted((digest_of(key), node) for key, node in self._nodes.items())
        self._nodes.clear()
        self._copy(generation, "node", ("digest", "node"), iter(nodes), NARROW)
        self._copy(generation, "membership", ("member", "container"), self._pairs(), NARROW)
        removal = self._database.read_now(
            lambda connection: count_removal(connection, self._directory, generation)
        )
        return self._written(lambda connection: settle(connection, generation, removal, limit))

    def close(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _node_of(self, key: str) -> int:
        return self._nodes.setdefault(key, len(self._nodes) + 1)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Members with their groups, of the groups that are left, in order."""
        numbers = array("Q")
        for container, members in self._file.execute("SELECT node, members FROM grp"):
            numbers.extend(member << CONTAINER_BITS | container for member in unpacked(members))
        below = (1 << CONTAINER_BITS) - 1
        return ((number >> CONTAINER_BITS, number & below) for number in sorted(numbers))

    def _copy(
        self, generation: int, table: str, columns: Sequence[str], rows: Iterator[Row], step: int
    ) -> None:
        """Rows go from one file to the other within the driver: nothing is made of them in between."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        statement = f"INSERT INTO directory_{table} (generation, {names}) VALUES ({generation}, {marks})"  # noqa: S608 - constants and a number

        def insert(connection: Connection) -> int:
            return driver_of(connection.connection).executemany(statement, islice(rows, step)).rowcount

        under_way = deque([self._database.write_soon(insert)])
        while True:
            under_way.append(self._database.write_soon(insert))  # so that the writer need not wait for us
            if under_way.popleft().result() < step:
                for last in under_way:
                    last.result()
                return

    def _written(self, work: Callable[[Connection], T]) -> T:
        return self._database.write_soon(work).result()
