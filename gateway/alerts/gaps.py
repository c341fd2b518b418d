"""What is not in the log and should be: numbers that are missing, entries that nobody seals, requests without one.

Pure. Laws: nothing lacks before it has lacked for as long as patience says, but a number that is missing is told at
once; what lasts is told again after `AGAIN`, so that its alert stands, and never more often; that nobody asks for
anything is no silence, as only requests that Envoy has answered call for entries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.audit.acts import SYSTEM
from gateway.audit.canonical import time_text
from gateway.audit.entry import Code, Entry, Outcome

LEAST = 10  # requests without an entry: fewer may have been answered by a listener that stops
AGAIN = timedelta(minutes=15)  # less than the `quiet` of the delivered rule


class Gap(StrEnum):
    """As the reason of an entry names it."""

    SILENT = "requests_not_recorded"
    NOT_SEALED = "entries_not_sealed"
    MISSING = "numbers_missing"
    NOT_PROVEN = "entries_not_proven"
    """Whoever watches for alerts read them otherwise than the end of the log proves (`gateway.audit.doubted`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """At one look. `sealed`: entries under the newest checkpoint; `access`: the newest entry of a request."""

    size: int
    sealed: int
    access: int
    passed: int
    """Up to where rows were counted, from where the last look left off."""
    missing: int = 0
    """Numbers among those that have no row, and the first of them."""
    first_missing: int = 0
    served: int | None = None
    """Requests that Envoy has answered since it started; None: not known."""


@dataclass(frozen=True, slots=True)
class Lack:
    gap: Gap
    number: int
    since: datetime
    first: int
    """The number of the first entry that is missing or not sealed, or behind which none of a request came."""


class Gaps:
    """`patience`: for how long requests may have no entry, or entries no checkpoint. `passed`: where to begin."""

    def __init__(self, patience: timedelta, passed: int) -> None:
        self.patience, self.passed = patience, passed
        self.unrecorded = 0
        """Requests that were answered since the newest entry of one, at the last look."""
        self._served: int | None = None  # at the newest entry of a request
        self._access = self._sealed = -1
        self._size = 0
        self._asked_since: datetime | None = None
        self._unsealed_since: datetime | None = None
        self._told: dict[Gap, datetime] = {}

    def look(self, seen: Seen, now: datetime) -> list[Lack]:
        """What is to be recorded."""
        if seen.size < self._size:
            self._access = -1  # the log was put back, and numbers are given anew
        self.passed, self._size = seen.passed, seen.size
        found = [one for one in (self._silent(seen, now), self._not_sealed(seen, now)) if one is not None]
        for gap in (Gap.SILENT, Gap.NOT_SEALED):
            if all(one.gap is not gap for one in found):
                self._told.pop(gap, None)
        due = [one for one in found if one.gap not in self._told or now - self._told[one.gap] >= AGAIN]
        self._told |= {one.gap: now for one in due}
        if seen.missing:
            due.append(Lack(Gap.MISSING, seen.missing, now, seen.first_missing))
        return due

    def _silent(self, seen: Seen, now: datetime) -> Lack | None:
        began_anew = self._served is None or seen.served is None or seen.served < self._served
        if began_anew or seen.access > self._access:  # an older one is none that came
            self._served, self._access, self._asked_since, self.unrecorded = seen.served, seen.access, None, 0
            return None
        assert self._served is not None
        assert seen.served is not None
        self.unrecorded = unrecorded = seen.served - self._served
        if unrecorded and self._asked_since is None:
            self._asked_since = now
        since = self._asked_since
        if since is None or unrecorded < LEAST or now - since < self.patience:
            return None
        return Lack(Gap.SILENT, unrecorded, since, seen.access)

    def _not_sealed(self, seen: Seen, now: datetime) -> Lack | None:
        if seen.sealed >= seen.size or seen.sealed != self._sealed:
            self._sealed, self._unsealed_since = seen.sealed, None
        if seen.sealed >= seen.size:
            return None
        since = self._unsealed_since = self._unsealed_since or now
        if now - since < self.patience:
            return None
        return Lack(Gap.NOT_SEALED, seen.size - seen.sealed, since, seen.sealed)


def told(lack: Lack, now: datetime, node: str = "") -> Entry:
    """`node`: whose requests they are, in a fleet."""
    of = {"node": node} if node else {}
    return Entry(
        code=Code.LOG_GAP,
        outcome=Outcome.FAILURE,
        at=now,
        subject=SYSTEM,
        reason=lack.gap.value,
        details={"number": lack.number, "since": time_text(lack.since), "first": lack.first, **of},
    )
