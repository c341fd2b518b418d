"""A full read on its way into the replica: gathered in a file of its own, then copied in short writes.

The file knows no other user, keeps no promise through a crash and is fast; there it is put in order. Only then
the replica's tables are written, each in the order of its key, so that pages are filled one after the other, and
a few milliseconds at a time, so that decisions do not wait. In memory are only the numbers of keys (some 150
bytes each) and memberships as pairs of them (8 bytes each).
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
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

PEOPLE = (
    "SELECT identity, node, record FROM person ORDER BY identity",
    "INSERT INTO directory_person (generation, identity, node, record) VALUES (?, ?, ?, ?)",
)
NAMES = (
    "SELECT kind, name, identity FROM name JOIN person USING (number) ORDER BY kind, name, identity",
    "INSERT OR IGNORE INTO directory_name (generation, kind, name, identity) VALUES (?, ?, ?, ?)",
)
GROUPS = (
    "SELECT identity, node, sid, record, members FROM grp ORDER BY identity",
    "INSERT INTO directory_group (generation, identity, node, sid, record, members) VALUES (?, ?, ?, ?, ?, ?)",
)
PROBLEMS = (
    "SELECT dn, what FROM problem ORDER BY dn, what",
    "INSERT INTO directory_problem (generation, dn, what) VALUES (?, ?, ?)",
)
PUT_NODE = "INSERT INTO directory_node (generation, digest, node) VALUES (?, ?, ?)"
PUT_MEMBERSHIP = "INSERT INTO directory_membership (generation, member, container) VALUES (?, ?, ?)"


class StoredStaging:
    """Implements `idp.directory.sync.replica.Staging`. Used from one thread; `close` in any case."""

    def __init__(self, database: Database, directory: DirectoryName, began_at: datetime) -> None:
        self._database, self._directory, self._began_at = database, directory, began_at
        self._path = database.path.with_name(f"directory-{directory}.staging")
        self._path.unlink(missing_ok=True)
        self._path.touch(mode=0o600)
        self._file = sqlite3.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(TABLES)
        self._file.execute("BEGIN")
        self._people = 0
        self._nodes: dict[bytes, int] = {}
        self._writing: Future[Any] | None = None

    def add_people(self, people: Iterable[PersonRecord]) -> None:
        rows: list[Row] = []
        names: list[Row] = []
        for one in people:
            self._people += 1
            rows.append((
                self._people, octets_of(one.identity), self._node_of(one.key), one.dn, person_row(one)
            ))  # fmt: skip
            names += [(kind, name, self._people) for kind, name in names_of(one)]
        self._file.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", rows)
        self._file.executemany("INSERT INTO name VALUES (?, ?, ?)", names)

    def add_groups(self, groups: Iterable[GroupRecord]) -> None:
        rows: list[Row] = []
        for one in groups:
            members = packed(map(self._node_of, one.members))
            octets, node = octets_of(one.identity), self._node_of(one.key)
            rows.append((None, octets, node, one.dn, one.sid, group_row(one), members))
        self._file.executemany("INSERT INTO grp VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def add_problems(self, problems: Iterable[EntryProblem]) -> None:
        rows = ((one.dn, one.what) for one in problems)
        self._file.executemany("INSERT OR IGNORE INTO problem VALUES (?, ?)", rows)

    def finish(self, position: Position, limit: Limit) -> Hold | None:
        for table in ("person", "grp"):
            for statement in filter(str.strip, CLEANED.format(table=table).split(";")):
                self._file.execute(statement)
        nodes = len(self._nodes)
        generation = self._written(
            lambda connection: begin(connection, self._directory, self._began_at, position, nodes)
        )
        for query, statement in (PEOPLE, NAMES, GROUPS, PROBLEMS):
            self._copy(generation, statement, self._file.execute(query), WIDE)
        self._copy(generation, PUT_NODE, iter(sorted(self._nodes.items())), NARROW)
        self._nodes.clear()
        self._copy(generation, PUT_MEMBERSHIP, self._pairs(), NARROW)
        self._settled()
        removal = self._database.read_now(
            lambda connection: count_removal(connection, self._directory, generation)
        )
        return self._written(lambda connection: settle(connection, generation, removal, limit))

    def close(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _node_of(self, key: str) -> int:
        return self._nodes.setdefault(digest_of(key), len(self._nodes) + 1)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Members with their groups, of the groups that are left, in order."""
        numbers = array("Q")
        for container, members in self._file.execute("SELECT node, members FROM grp"):
            numbers.extend(member << CONTAINER_BITS | container for member in unpacked(members))
        below = (1 << CONTAINER_BITS) - 1
        return ((number >> CONTAINER_BITS, number & below) for number in sorted(numbers))

    def _copy(self, generation: int, statement: str, rows: Iterator[Row], step: int) -> None:
        while some := [(generation, *row) for row in islice(rows, step)]:
            self._settled()  # one write at a time; the next rows are fetched meanwhile
            self._writing = self._database.write_soon(partial(_insert, statement, some))

    def _settled(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _written(self, work: Callable[[Connection], T]) -> T:
        self._settled()
        return self._database.write_soon(work).result()


def _insert(statement: str, rows: Sequence[Row], connection: Connection) -> None:
    driver_of(connection.connection).executemany(statement, rows)
