"""Blocks of the index are held against their entries, one after the other; what differs is told and made again."""

from collections.abc import Callable
from datetime import datetime

from gateway.storage.audit import append
from gateway.storage.audit_index_check import mended, next_block
from gateway.storage.database import Database

ALL = 2**63  # no log has so many blocks


class IndexChecks:
    """From the newest block to the oldest. `before`: which was looked at last, none: it begins anew; `most`: how many
    are looked at; `now`: the clock.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime], before: int | None, most: int
    ) -> None:
        self._database, self._now, self._left = database, now, most
        self.before = before
        self.altered: list[int] = []

    async def next(self) -> bool:
        """Whether there was one to look at. Raises DatabaseUnusable."""
        if self._left <= 0:
            return False
        number = await next_block(self._database, self.before)
        self.before = number
        if number is None:
            self._left = 0
            return False
        self._left -= 1
        if await mended(self._database, append, number, self._now()):
            self.altered.append(number)
        return True


async def altered_blocks(database: Database, now: Callable[[], datetime]) -> list[int]:
    """Numbers of all blocks that differed; each is told of."""
    checks = IndexChecks(database, now, None, ALL)
    while await checks.next():
        pass
    return checks.altered
