"""Blocks of the index are held against their entries, one after the other, and so are the names of people that these
make known; what differs is told and made again.
"""

from collections.abc import Callable
from datetime import datetime

from gateway.audit.places import BLOCK
from gateway.storage.audit import append
from gateway.storage.audit_index_check import mended, next_block, run_mended
from gateway.storage.audit_names_check import names_altered_anywhere, names_put_back
from gateway.storage.audit_runs import run_begun_by
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
        self.names = 0
        """Of people, that did not stand as entries have them, and do again."""

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
        if (run := run_begun_by(number)) is not None:
            self.altered += await run_mended(self._database, append, run, self._now())
        block = range(number * BLOCK, (number + 1) * BLOCK)
        self.names += await names_put_back(self._database, append, block, self._now())
        return True


async def all_checked(database: Database, now: Callable[[], datetime]) -> IndexChecks:
    """Every block, and the names of the whole log, those too that no entry has; each that differed is told of."""
    checks = IndexChecks(database, now, None, ALL)
    while await checks.next():
        pass
    checks.names += await names_altered_anywhere(database, append, now)
    return checks
