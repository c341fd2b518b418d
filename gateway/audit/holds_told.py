"""Holds as the log itself tells of them: what the database says of one has to agree. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.entry import Code, Entry
from gateway.audit.facts import microseconds
from gateway.audit.neutral import printable
from gateway.audit.retention import Hold

AGAIN = "again"
"""Detail: the entry of a hold whose number another one got, and which is placed anew by this one."""
OF_HOLDS = frozenset({Code.LOG_HOLD_PLACED.value, Code.LOG_HOLD_LIFTED.value})


@dataclass(frozen=True, slots=True)
class Replaced:
    """A hold whose number another one got: only somebody who took it out of the database by hand can
    have brought that about. `entry`: the number of the one that told of it.
    """

    hold: Hold
    entry: int


class ToldHolds:
    """`hear` each entry about a hold, in their order."""

    def __init__(self) -> None:
        self.holds: dict[int, Hold] = {}
        self.placed: dict[int, int] = {}
        """By which entry each was told of last."""
        self._replaced: dict[int, Replaced] = {}

    @property
    def replaced(self) -> list[Replaced]:
        """Those that were not placed again since."""
        return [*self._replaced.values()]

    def hear(self, entry: Entry, sequence: int) -> None:
        number = entry.details.get("hold")
        if not isinstance(number, int):
            return
        known = self.holds.get(number)
        if entry.code is Code.LOG_HOLD_LIFTED:
            if known is not None:
                self.holds[number] = replace(known, lifted_at=microseconds(entry.at))
                self.placed[number] = sequence
            return
        if known is not None:
            self._replaced[self.placed[number]] = Replaced(known, self.placed[number])
        again = entry.details.get(AGAIN)
        if isinstance(again, int):
            self._replaced.pop(again, None)
        since, until = (_moment(entry.details.get(name)) for name in ("since", "until"))
        why = str(entry.details.get("why"))
        self.holds[number] = Hold(number, since or 0, until, why, microseconds(entry.at), entry.subject)
        self.placed[number] = sequence

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
