"""A full read on its way into the replica: gathered in a file of its own, then copied in short writes.

The file knows no other user, keeps no promise through a crash and is fast; there duplicates are found and
members become numbers. Only then the replica's tables are written, each in the order of its key, so that pages
are filled one after the other, and a thousand rows at a time, so that decisions do not wait.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.database import Database, driver_of
from gateway.storage.directory_generations import begin, count_removal, settle
from gateway.storage.directory_rows import digest_of, group_row, names_of, octets_of, packed, person_row
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord, Position
from idp.directory.sync.replica import Hold, Limit

T = TypeVar("T")
Row = Sequence[Any]

STEP = 1_000  # rows of one write: some 3 ms in which other writers wait
CACHE_KIB = 32 * 1024

TABLES = """
CREATE TABLE person (number INTEGER PRIMARY KEY, identity BLOB, digest BLOB, dn TEXT, record BLOB);
CREATE TABLE name (kind TEXT, name TEXT, number INTEGER);
CREATE TABLE grp (number INTEGER PRIMARY KEY, identity BLOB, digest BLOB, dn TEXT, sid TEXT, record BLOB);
CREATE TABLE member (grp INTEGER, digest BLOB);
CREATE TABLE problem (dn TEXT, what TEXT, UNIQUE (dn, what));
CREATE TABLE node (node INTEGER PRIMARY KEY, digest BLOB UNIQUE);
"""

LAST_READING = """
DELETE FROM {table} WHERE number NOT IN (SELECT max(number) FROM {table} GROUP BY identity);
"""
"""An entry that is moved while pages are read may come twice; the last is how it is now."""

INDISTINGUISHABLE = """
INSERT OR IGNORE INTO problem SELECT dn, 'another entry has a name that cannot be told from this one'
    FROM {table} WHERE digest IN (SELECT digest FROM {table} GROUP BY digest HAVING count(*) > 1);
DELETE FROM {table} WHERE digest IN (SELECT digest FROM {table} GROUP BY digest HAVING count(*) > 1);
"""
"""Memberships would be one person's or another's."""

NUMBERS = """
DELETE FROM name WHERE number NOT IN (SELECT number FROM person);
DELETE FROM member WHERE grp NOT IN (SELECT number FROM grp);
INSERT INTO node (digest) SELECT digest FROM person ORDER BY identity;
INSERT OR IGNORE INTO node (digest) SELECT digest FROM grp ORDER BY identity;
INSERT OR IGNORE INTO node (digest) SELECT digest FROM member;
CREATE TABLE membership AS SELECT DISTINCT one.node AS member, other.node AS container
    FROM member JOIN node AS one ON one.digest = member.digest
    JOIN grp ON grp.number = member.grp JOIN node AS other ON other.digest = grp.digest;
"""

COPIES = (
    ("SELECT digest, node FROM node ORDER BY digest",
     "INSERT INTO directory_node (generation, digest, node) VALUES (?, ?, ?)"),
    ("SELECT identity, node, record FROM person JOIN node USING (digest) ORDER BY identity",
     "INSERT INTO directory_person (generation, identity, node, record) VALUES (?, ?, ?, ?)"),
    ("SELECT kind, name, identity FROM name JOIN person USING (number) ORDER BY kind, name, identity",
     "INSERT INTO directory_name (generation, kind, name, identity) VALUES (?, ?, ?, ?)"),
    ("SELECT member, container FROM membership ORDER BY member, container",
     "INSERT INTO directory_membership (generation, member, container) VALUES (?, ?, ?)"),
    ("SELECT dn, what FROM problem ORDER BY dn, what",
     "INSERT INTO directory_problem (generation, dn, what) VALUES (?, ?, ?)"),
)  # fmt: skip
GROUPS = (
    "SELECT identity, node, sid, record, member FROM grp JOIN node USING (digest) "
    "LEFT JOIN membership ON container = node ORDER BY identity"
)
GROUP = (
    "INSERT INTO directory_group (generation, identity, node, sid, record, members) VALUES (?, ?, ?, ?, ?, ?)"
)


class StoredStaging:
    """Implements `idp.directory.sync.replica.Staging`. Used from one thread; `close` in any case."""

    def __init__(self, database: Database, directory: DirectoryName, began_at: datetime) -> None:
        self._database, self._directory, self._began_at = database, directory, began_at
        self._path = database.path.with_name(f"directory-{directory}.staging")
        self._clear()
        self._path.touch(mode=0o600)
        self._file = sqlite3.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(TABLES)
        self._file.execute("BEGIN")
        self._people = self._groups = 0

    def add_people(self, people: Iterable[PersonRecord]) -> None:
        rows: list[Row] = []
        names: list[Row] = []
        for one in people:
            self._people += 1
            rows.append((self._people, octets_of(one.identity), digest_of(one.key), one.dn, person_row(one)))
            names += [(kind, name, self._people) for kind, name in names_of(one)]
        self._file.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", rows)
        self._file.executemany("INSERT INTO name VALUES (?, ?, ?)", names)

    def add_groups(self, groups: Iterable[GroupRecord]) -> None:
        for one in groups:
            self._groups += 1
            row = (self._groups, octets_of(one.identity), digest_of(one.key), one.dn, one.sid, group_row(one))
            self._file.execute("INSERT INTO grp VALUES (?, ?, ?, ?, ?, ?)", row)
            members = ((self._groups, digest_of(key)) for key in one.members)
            self._file.executemany("INSERT INTO member VALUES (?, ?)", members)

    def add_problems(self, problems: Iterable[EntryProblem]) -> None:
        rows = ((one.dn, one.what) for one in problems)
        self._file.executemany("INSERT OR IGNORE INTO problem VALUES (?, ?)", rows)

    def finish(self, position: Position, limit: Limit) -> Hold | None:
        self._put_in_order()
        (nodes,) = self._file.execute("SELECT coalesce(max(node), 0) FROM node").fetchone()
        generation = self._write(
            lambda connection: begin(connection, self._directory, self._began_at, position, nodes)
        )
        for query, statement in COPIES:
            self._copy(generation, statement, self._file.execute(query))
        self._copy(generation, GROUP, self._groups_with_members())
        removal = self._database.read_now(
            lambda connection: count_removal(connection, self._directory, generation)
        )
        return self._write(lambda connection: settle(connection, generation, removal, limit))

    def close(self) -> None:
        self._file.close()
        self._clear()

    def _put_in_order(self) -> None:
        for table in ("person", "grp"):
            for script in (LAST_READING, INDISTINGUISHABLE):
                self._run(script.format(table=table))
        self._run(NUMBERS)
        self._run("CREATE INDEX membership_container ON membership (container)")

    def _run(self, script: str) -> None:
        for statement in filter(str.strip, script.split(";")):
            self._file.execute(statement)

    def _groups_with_members(self) -> Iterator[Row]:
        for group, rows in groupby(self._file.execute(GROUPS), key=itemgetter(0, 1, 2, 3)):
            yield (*group, packed(row[4] for row in rows if row[4] is not None))

    def _copy(self, generation: int, statement: str, rows: Iterator[Row]) -> None:
        step: list[Row] = []
        for row in rows:
            step.append((generation, *row))
            if len(step) == STEP:
                self._insert(statement, step)
                step = []
        if step:
            self._insert(statement, step)

    def _insert(self, statement: str, rows: Sequence[Row]) -> None:
        self._write(lambda connection: driver_of(connection.connection).executemany(statement, rows))

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._database.write_soon(work).result()

    def _clear(self) -> None:
        for name in (self._path, Path(f"{self._path}-journal")):
            name.unlink(missing_ok=True)
