"""What of the log is let go, and when: a closed shard whose last entry is old enough and that no hold covers.

Pure. Holds are of spans of receive time; a shard of which one moment is held is kept as a whole.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.audit.facts import moment
from gateway.audit.shard import Shard


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody may need these records yet. Times in microseconds since the epoch."""

    number: int
    since: int
    until: int | None
    """Not included; None: whatever comes."""
    why: str
    placed_at: int
    placed_by: str
    lifted_at: int | None = None

    @property
    def begins(self) -> datetime:
        return moment(self.since)

    @property
    def ends(self) -> datetime | None:
        return None if self.until is None else moment(self.until)

    @property
    def placed(self) -> datetime:
        return moment(self.placed_at)

    @property
    def stands(self) -> bool:
        return self.lifted_at is None

    def covers(self, one: Shard) -> bool:
        return self.since <= one.ended and (self.until is None or one.began < self.until)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one shard: until when it is kept at least, and by which holds beyond that."""

    shard: Shard
    due: datetime
    held_by: tuple[int, ...] = ()

    @property
    def began(self) -> datetime:
        return moment(self.shard.began)

    @property
    def ended(self) -> datetime:
        return moment(self.shard.ended)


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of the log, and what keeps it."""

    shards: Sequence[Standing] = ()
    """Those that are closed, in their order."""
    holds: Sequence[Hold] = ()
    """Those that stand."""

    def deleted(self, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime] | None:
        """From when to when what was received then is gone, as far as that span of time is concerned."""
        gone = [(one.began, one.ended) for one in self.shards if one.shard.dropped]
        met = [
            (began, ended)
            for began, ended in gone
            if (since is None or since <= ended) and (until is None or began < until)
        ]
        return (met[0][0], met[-1][1]) if met else None


def standings(shards: Sequence[Shard], holds: Iterable[Hold], months: int) -> list[Standing]:
    standing = [one for one in holds if one.stands]
    return [
        Standing(
            one,
            later(moment(one.ended), months),
            () if one.dropped else tuple(hold.number for hold in standing if hold.covers(one)),
        )
        for one in shards
    ]


def to_be_dropped(shards: Sequence[Shard], holds: Iterable[Hold], months: int, now: datetime) -> list[Shard]:
    """The oldest first."""
    return [
        one.shard
        for one in standings(shards, holds, months)
        if not one.shard.dropped and one.due <= now and not one.held_by
    ]


def later(at: datetime, months: int) -> datetime:
    """The same day of a later month, or its last."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
