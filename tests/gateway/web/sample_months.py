"""Months of a log: one deleted, one old, one that is held; and the holds on them, in memory."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.audit.facts import microseconds
from gateway.audit.retention import Hold, Kept, standings
from gateway.audit.shard import Shard
from gateway.audit.shard_acts import hold_lifted, hold_placed
from tests.gateway.web.people import NOW


def month(number: int, dropped_by: int | None = None) -> Shard:
    """Of thirty days, the last of which ended a week ago."""
    ended = NOW - timedelta(days=7 + 30 * (20 - number))
    began = microseconds(ended - timedelta(days=30))
    return Shard(number, "2026-01", number * 4_000, 4_000, bytes(32), began, microseconds(ended), dropped_by)


HOLD = Hold(1, microseconds(NOW - timedelta(days=400)), None, "šetření č. j. 5/2026", 0, "cli:root (novak)")
THREE = [month(0, dropped_by=70_000), month(1), month(20)]
OF_THREE_MONTHS = Kept(standings(THREE, [replace(HOLD, until=microseconds(NOW))], 18), [HOLD])


@dataclass
class MemoryHolds:
    """Implements `gateway.audit.holds.Holds`; `record`: of the log."""

    record: object
    made: list[Hold] = field(default_factory=lambda: [HOLD])

    async def kept(self, months):
        return Kept(standings(THREE, self.made, months), [one for one in self.made if one.stands])

    async def holds(self):
        return self.made

    async def place(self, since, until, why, by, now, told):
        one = Hold(len(self.made) + 1, since, until, why, microseconds(now), by)
        self.made = [*self.made, one]
        await self.record([told(hold_placed(now, by, one))])
        return one

    async def lift(self, number, why, by, now, told):
        one = next((one for one in self.made if one.number == number and one.stands), None)
        if one is not None:
            lifted = replace(one, lifted_at=microseconds(now))
            self.made = [lifted if each is one else each for each in self.made]
            await self.record([told(hold_lifted(now, by, one, why))])
        return one
