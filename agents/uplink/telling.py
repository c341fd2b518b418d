"""What is worth a report of its own, and how quick and slow findings make one. Pure."""

from collections.abc import Mapping

from agents.protocol.checks import Check, passes
from agents.protocol.facts import Fact, FactName

WAVERS = frozenset(
    {
        FactName.DISK_FREE_MIB,
        FactName.DISK_FREE_PERCENT,
        FactName.CLOCK_OFFSET_MS,
        FactName.PATCH_AGE_DAYS,
        FactName.UPDATES_WAITING,
    }
)
"""Numbers that are other each time; what they mean for a check is told at once all the same."""
Facts = Mapping[FactName, Fact]


def tells_otherwise(before: Facts | None, after: Facts) -> bool:
    """`before`: as the gateway last took it; None: nothing yet."""
    return before is None or _told(before) != _told(after)


def merged(quick: Facts, slow_only: Facts) -> dict[FactName, Fact]:
    """`slow_only`: what the last slow look alone found. What a quick look no longer finds is gone."""
    return {**slow_only, **quick}


def slow_only(quick: Facts, whole: Facts) -> dict[FactName, Fact]:
    return {name: fact for name, fact in whole.items() if name not in quick}


def _told(facts: Facts) -> tuple[object, ...]:
    values = {name: fact.value for name, fact in facts.items() if name not in WAVERS}
    return values, {check: passes(check, facts) for check in Check}
