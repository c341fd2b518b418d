"""Holds as the log itself tells of them: what the database says of one has to agree. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gateway.audit.entry import Code, Entry
from gateway.audit.facts import microseconds
from gateway.audit.neutral import printable
from gateway.audit.retention import Hold

OF_HOLDS = frozenset({Code.LOG_HOLD_PLACED.value, Code.LOG_HOLD_LIFTED.value})


class ToldHolds:
    """`hear` each entry about a hold, in their order."""

    def __init__(self) -> None:
        self.holds: dict[int, Hold] = {}

    def hear(self, entry: Entry) -> None:
        number = entry.details.get("hold")
        if not isinstance(number, int):
            return
        if entry.code is Code.LOG_HOLD_LIFTED:
            if number in self.holds:
                self.holds[number] = replace(self.holds[number], lifted_at=microseconds(entry.at))
            return
        since, until = (_moment(entry.details.get(name)) for name in ("since", "until"))
        why = str(entry.details.get("why"))
        self.holds[number] = Hold(number, since or 0, until, why, microseconds(entry.at), entry.subject)

    def altered(self, kept: Iterable[Hold]) -> list[Hold]:
        """Those of which the database does not say what the log says, as the log says it."""
        there = {one.number: one for one in kept}
        return [told for number, told in self.holds.items() if not _agree(told, there.get(number))]


def _agree(told: Hold, kept: Hold | None) -> bool:
    if kept is None:
        return False
    span = (told.since, told.until, told.why, told.stands)
    return span == (kept.since, kept.until, printable(str(kept.why)), kept.stands)


def _moment(said: object) -> int | None:
    try:
        return microseconds(datetime.fromisoformat(said)) if isinstance(said, str) and said else None
    except (ValueError, TypeError):
        return None  # no entry of ours says such a time
