"""Records of a made-up directory, and a replica in a real database."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_generations import current
from gateway.storage.directory_reading import StoredReading
from gateway.storage.directory_rows import identity_of
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord
from idp.directory.sync.replica import Hold, Known, Limit

OFFICE = DirectoryName("urad")
BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMIT = Limit(share=0.2, least=5)


def identity(number: int) -> str:
    return f"{number * 7919 % 65536:08x}-0000-4000-8000-{number:012}"


def person(number: int, **more: Any) -> PersonRecord:
    facts: dict[str, Any] = {
        "key": f"uid=p{number},dc=test",
        "dn": f"uid=p{number},dc=test",
        "logins": (f"p{number}",),
        "name": f"Osoba {number}",
    }
    return PersonRecord(identity=identity(number), **(facts | more))


def group(number: int, *members: PersonRecord | GroupRecord | str, **more: Any) -> GroupRecord:
    keys = tuple(one if isinstance(one, str) else one.key for one in members)
    facts: dict[str, Any] = {"key": f"cn=g{number},dc=test", "dn": f"cn=g{number},dc=test", "members": keys}
    return GroupRecord(identity=identity(30_000 + number), **(facts | more))


class WholeReading(StoredReading):
    """Tells also of everybody at once."""

    async def everyone(self, directory: DirectoryName) -> list[Known]:
        """In order of identity."""

        def look(connection: Connection) -> list[str]:
            query = "SELECT identity FROM directory_person WHERE generation = ? ORDER BY identity"
            rows = connection.exec_driver_sql(query, (current(connection, directory),))
            return [identity_of(row.identity) for row in rows]

        return list((await self.people(directory, self._database.read_now(look))).values())


def fill(
    replica: StoredReplica,
    people: Iterable[PersonRecord],
    groups: Iterable[GroupRecord] = (),
    problems: Iterable[EntryProblem] = (),
    *,
    position: str = "1",
    directory: DirectoryName = OFFICE,
    limit: Limit = LIMIT,
    at: datetime = BEGAN,
) -> Hold | None:
    """One full read."""
    with replica.stage(directory, at) as staging:
        staging.add_people(people)
        staging.add_groups(groups)
        staging.add_problems(problems)
        return staging.finish(position, limit)
