"""The schema of the database while this version runs: a node of the next one may migrate it meanwhile (decision 77).

What this version may use it uses on, and says so once; what it may not ends it, as it would not have started.
"""

from collections.abc import Callable

import structlog

from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.schema import newest
from gateway.storage.step import standing, why_not

SOON = "upgrade this node soon: a version works beside the one before it, and beside no other"
log = structlog.get_logger("database")


class SchemaInForce:
    """`end` ends the process."""

    def __init__(self, database: Database, end: Callable[[], object]) -> None:
        self._database, self._end = database, end
        self._told = newest()
        self.trouble: DatabaseUnusable | None = None
        """Why this version can use it no more."""

    async def look(self) -> None:
        """Raises DatabaseUnusable where it cannot be read."""
        found, step = await self._database.read(standing)
        if found == self._told:
            return
        self._told = found
        if (why := why_not(found, step, newest())) is not None:
            self.trouble = DatabaseUnusable(self._database.where, why)
            self._end()
        else:
            log.warning("database.newer_schema", found=found, known=newest(), do=SOON)


async def schema_in_force(database: Database, end: Callable[[], object]) -> SchemaInForce:
    """As it is at the start, which is told already. Raises DatabaseUnusable."""
    made = SchemaInForce(database, end)
    await made.look()
    return made
