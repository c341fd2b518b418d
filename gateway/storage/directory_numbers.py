"""Accounts that one number names, of directories that number people alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from config.vocabulary import DirectoryName, SubjectId
from gateway.storage.database import Database
from gateway.storage.directory_rows import identity_of
from idp.directory.person_number import MOST_ACCOUNTS
from idp.directory.subject import subject

NUMBERED = "FROM directory_number JOIN directory_sync USING (generation) WHERE directory IN ({names})"
TOO_MANY = f"GROUP BY number, directory HAVING count(*) > {MOST_ACCOUNTS}"
SHARED = f"""
SELECT number, directory, identity {NUMBERED}
AND number IN (SELECT number {NUMBERED} GROUP BY number HAVING count(*) > 1)
AND number NOT IN (SELECT number {NUMBERED} {TOO_MANY})
ORDER BY number, directory, identity
"""
HOLDING = """
SELECT identity FROM directory_number JOIN directory_sync USING (generation) WHERE directory = ? AND number = ?
"""
OF_MANY = f"SELECT number, directory, count(*) AS accounts {NUMBERED} {TOO_MANY} ORDER BY directory, number"


@dataclass(frozen=True, slots=True, order=True)
class OfMany:
    """A number that too many accounts of a directory have: it links nobody, there and in its series."""

    directory: DirectoryName
    number: str
    accounts: int


class StoredNumbers:
    """Of what the replicas say now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shared(self, series: Sequence[DirectoryName]) -> list[frozenset[SubjectId]]:
        """The accounts of each number that several have, not too many. `series`: directories that number people
        alike.
        """

        def look(connection: Connection) -> list[frozenset[SubjectId]]:
            rows = _rows(connection, SHARED, series)
            return [
                frozenset(subject(row.directory, identity_of(row.identity)) for row in same)
                for _, same in groupby(rows, key=lambda row: str(row.number))
            ]

        return await self._database.read(look)

    async def holding(self, directory: DirectoryName, number: str) -> list[SubjectId]:
        """Every account of the directory with that number, in its comparable form."""

        def look(connection: Connection) -> list[SubjectId]:
            rows = connection.exec_driver_sql(HOLDING, (directory, number)).all()
            return [subject(directory, identity_of(row.identity)) for row in rows]

        return await self._database.look_up(look)

    async def of_many(self, directories: Sequence[DirectoryName]) -> list[OfMany]:
        def look(connection: Connection) -> list[OfMany]:
            return [
                OfMany(DirectoryName(row.directory), row.number, row.accounts)
                for row in _rows(connection, OF_MANY, directories)
            ]

        return await self._database.read(look)


def _rows(connection: Connection, question: str, directories: Sequence[DirectoryName]) -> Sequence[Row[Any]]:
    names = ", ".join(f"?{place}" for place in range(1, len(directories) + 1))
    return connection.exec_driver_sql(question.format(names=names), tuple(directories)).all()
