"""Accounts that one number names, of directories that number people alike."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection

from config.vocabulary import DirectoryName, SubjectId
from gateway.storage.database import Database
from gateway.storage.directory_rows import identity_of
from idp.directory.subject import subject

SHARED = """
SELECT number, directory, identity FROM directory_number JOIN directory_sync USING (generation)
WHERE directory IN ({names}) AND number IN (
    SELECT number FROM directory_number JOIN directory_sync USING (generation)
    WHERE directory IN ({names}) GROUP BY number HAVING count(*) > 1
) ORDER BY number, directory, identity
"""


class StoredNumbers:
    """Of what the replicas say now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shared(self, series: Sequence[DirectoryName]) -> list[frozenset[SubjectId]]:
        """The accounts of each number that several have. `series`: directories that number people alike."""

        def look(connection: Connection) -> list[frozenset[SubjectId]]:
            names = ", ".join(f"?{place}" for place in range(1, len(series) + 1))
            rows = connection.exec_driver_sql(SHARED.format(names=names), tuple(series)).all()
            return [
                frozenset(subject(row.directory, identity_of(row.identity)) for row in same)
                for _, same in groupby(rows, key=lambda row: str(row.number))
            ]

        return await self._database.read(look)
