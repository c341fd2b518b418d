"""Months of a log: one deleted, one old, one that is held."""

from dataclasses import replace
from datetime import timedelta

from gateway.audit.facts import microseconds
from gateway.audit.retention import Hold, Kept, standings
from gateway.audit.shard import Shard
from tests.gateway.web.people import NOW


def month(number: int, dropped_by: int | None = None) -> Shard:
    """Of thirty days, the last of which ended a week ago."""
    ended = NOW - timedelta(days=7 + 30 * (20 - number))
    began = microseconds(ended - timedelta(days=30))
    return Shard(number, "2026-01", number * 4_000, 4_000, bytes(32), began, microseconds(ended), dropped_by)


HOLD = Hold(1, microseconds(NOW - timedelta(days=400)), None, "šetření č. j. 5/2026", 0, "cli:root (novak)")
OF_THREE_MONTHS = Kept(
    standings(
        [month(0, dropped_by=70_000), month(1), month(20)], [replace(HOLD, until=microseconds(NOW))], 18
    ),
    [HOLD],
)
