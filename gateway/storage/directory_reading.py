"""What the replica knows: people with all their groups, names, problems. One moment per call."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from config.vocabulary import DirectoryName
from gateway.audit.folding import folded
from gateway.storage.database import Database
from gateway.storage.directory_alike import is_shared
from gateway.storage.directory_generations import current, standing
from gateway.storage.directory_rows import digest_of, group_of, octets_of, person_of
from idp.directory.spelling import strictly
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord
from idp.directory.sync.replica import Known

AT_ONCE = 4  # people who are looked up while the caller's thread waits

PERSON = "SELECT identity, node, record FROM directory_person WHERE generation = ? AND identity = ?"
NAMED = "SELECT identity FROM directory_login WHERE generation = ? AND login = ?"
NODE = "SELECT node FROM directory_node WHERE generation = ? AND digest = ?"
BY_SID = "SELECT node FROM directory_group WHERE generation = ? AND sid = ?"
ABOVE = """
WITH RECURSIVE held (node) AS (
    SELECT CAST(value AS bigint) FROM json_each(?) UNION
    SELECT CAST(value AS bigint)
    FROM held JOIN directory_membership ON generation = ? AND member = held.node, json_each(containers)
)
SELECT identity, sid, record FROM held JOIN directory_group AS one ON one.generation = ? AND one.node = held.node
ORDER BY identity
"""
"""UNION drops what was found before, so groups that hold each other end. The first ones are an array: as VALUES they
would be 500 at most (SQLITE_MAX_COMPOUND_SELECT)."""

SHARED = """
SELECT login, record, person.identity FROM directory_login AS shared
JOIN directory_person AS person USING (generation, identity)
WHERE generation = ?1 AND login IN (
    SELECT login FROM directory_login WHERE generation = ?1 GROUP BY login HAVING count(*) > 1
) ORDER BY login, person.identity
"""
NEXT = """
SELECT identity, node, record FROM directory_person WHERE generation = ? AND identity > ? ORDER BY identity LIMIT ?
"""
EVERYBODY = "SELECT identity, record FROM directory_person WHERE generation = ? ORDER BY identity"


class StoredReading:
    """Implements `idp.directory.sync.replica.ReplicaReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def confirmed_at(self, directory: DirectoryName) -> datetime | None:
        return await self._database.look_up(lambda connection: standing(connection, directory).synced_at)

    async def people(self, directory: DirectoryName, identities: Collection[str]) -> Mapping[str, Known]:
        wanted = [octets_of(one) for one in identities]

        def look(connection: Connection) -> dict[str, Known]:
            generation = current(connection, directory)
            found = () if generation is None else _people(connection, generation, wanted)
            return {one.person.identity: one for one in found}

        several = len(wanted) > AT_ONCE
        return await (self._database.read(look) if several else self._database.look_up(look))

    async def named(self, directory: DirectoryName, login: str) -> Sequence[Known]:
        def look(connection: Connection) -> list[Known]:
            generation = current(connection, directory)
            if generation is None:
                return []
            rows = connection.exec_driver_sql(NAMED, (generation, strictly(login)))
            return list(_people(connection, generation, [row.identity for row in rows]))

        return await self._database.look_up(look)

    async def fitting(self, directory: DirectoryName, text: str, limit: int) -> Sequence[Known]:
        """Looks at every record: a hundred thousand people take less than a second, of one reader's thread."""
        words = folded(text).split()

        def look(connection: Connection) -> list[Known]:
            generation = current(connection, directory)
            if generation is None or not words:
                return []
            rows = connection.exec_driver_sql(EVERYBODY, (generation,))
            return list(_people(connection, generation, list(islice(_with_words(rows, words), limit))))

        return await self._database.read(look)

    async def everybody(self, directory: DirectoryName, after: str, limit: int) -> Sequence[Known]:
        def look(connection: Connection) -> list[Known]:
            generation = current(connection, directory)
            if generation is None:
                return []
            behind = octets_of(after) if after else b""
            rows = connection.exec_driver_sql(NEXT, (generation, behind, limit)).all()
            return [_known(connection, generation, row.identity, row.node, row.record) for row in rows]

        return await self._database.read(look)

    async def above(self, directory: DirectoryName, keys: Collection[str]) -> Sequence[GroupRecord]:
        return await asyncio.to_thread(self.above_now, directory, keys)

    def above_now(self, directory: DirectoryName, keys: Collection[str]) -> Sequence[GroupRecord]:
        """The same in the calling thread."""
        digests = [digest_of(one) for one in keys]

        def look(connection: Connection) -> Sequence[GroupRecord]:
            generation = current(connection, directory)
            if generation is None:
                return ()
            rows = [connection.exec_driver_sql(NODE, (generation, one)).first() for one in digests]
            return _closure(connection, generation, [row.node for row in rows if row])

        return self._database.read_now(look)

    async def problems(self, directory: DirectoryName) -> Sequence[EntryProblem]:
        def look(connection: Connection) -> list[EntryProblem]:
            generation = current(connection, directory)
            return (
                []
                if generation is None
                else [*_told(connection, generation), *_shared(connection, generation)]
            )

        return await self._database.read(look)


def _with_words(rows: Iterable[Row[Any]], words: Sequence[str]) -> Iterator[bytes]:
    for row in rows:
        person = person_of(row.identity, row.record)
        known_by = folded(person.name, *person.logins)
        if all(word in known_by for word in words):
            yield row.identity


def _people(connection: Connection, generation: int, wanted: Sequence[bytes]) -> Iterator[Known]:
    for octets in wanted:
        row = connection.exec_driver_sql(PERSON, (generation, octets)).first()
        if row is not None:
            yield _known(connection, generation, row.identity, row.node, row.record)


def _known(connection: Connection, generation: int, octets: bytes, node: int, record: bytes) -> Known:
    person = person_of(octets, record)
    begin = [] if is_shared(connection, generation, node, octets) else [node]
    if person.primary_group:
        rows = connection.exec_driver_sql(BY_SID, (generation, person.primary_group))
        begin += [row.node for row in rows]
    return Known(person=person, groups=_closure(connection, generation, begin))


def _closure(connection: Connection, generation: int, begin: Sequence[int]) -> tuple[GroupRecord, ...]:
    if not begin:
        return ()
    first = msgspec.json.encode(begin).decode()
    rows = connection.exec_driver_sql(ABOVE, (first, generation, generation))
    return tuple(group_of(row.identity, row.sid, row.record) for row in rows)


def _told(connection: Connection, generation: int) -> Iterator[EntryProblem]:
    rows = connection.exec_driver_sql(
        "SELECT dn, what FROM directory_problem WHERE generation = ? ORDER BY dn, what", (generation,)
    )
    return (EntryProblem(row.dn, row.what) for row in rows)


def _shared(connection: Connection, generation: int) -> Iterator[EntryProblem]:
    rows = connection.exec_driver_sql(SHARED, (generation,)).all()
    for login, group in groupby(rows, key=lambda row: str(row.login)):
        people = [person_of(row.identity, row.record) for row in group]
        yield from _of_each(people, f"the login {login!r} is also that of", ": nobody can sign in with it")
    by_mail: dict[str, list[PersonRecord]] = {}
    for row in connection.exec_driver_sql(EVERYBODY, (generation,)):
        person = person_of(row.identity, row.record)
        if person.mail:
            by_mail.setdefault(strictly(person.mail), []).append(person)
    for mail, people in sorted(by_mail.items()):
        yield from _of_each(people, f"the mail address {mail!r} is also that of", "")


def _of_each(people: Sequence[PersonRecord], before: str, after: str) -> Iterator[EntryProblem]:
    """What is told of each where there are several."""
    for one in people if len(people) > 1 else ():
        others = ", ".join(repr(other.dn) for other in people if other is not one)
        yield EntryProblem(one.dn, f"{before} {others}{after}", one.identity)
