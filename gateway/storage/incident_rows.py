"""Rows of incidents as values, whatever somebody wrote into them by hand: SQLite keeps any type in any column.

What cannot be read is marked (`Incident.damaged`, `Damaged`), and in its place stands what is looked at soonest: a
critical incident, noticed long ago, that is open.
"""

from datetime import datetime
from typing import Any

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.facts import LATEST
from gateway.incidents.incident import Described, Incident, Kind, Severity
from gateway.incidents.items import Item, read
from gateway.storage.moment import EPOCH, moment_of
from idp.events import Actor

NOT_WRITTEN = -1  # the number of no entry


class _Reading:
    """Of one row; `damaged`: whether anything of it was none of what is kept there."""

    def __init__(self, row: Any) -> None:
        self._row = row
        self.damaged = False

    def text(self, name: str) -> str:
        found = getattr(self._row, name)
        if isinstance(found, str):
            return found
        self.damaged = True
        return ""

    def number(self, name: str, otherwise: int) -> int:
        found = getattr(self._row, name)
        if type(found) is int:
            return found
        self.damaged = True
        return otherwise

    def time(self, name: str) -> datetime:
        found = getattr(self._row, name)
        if type(found) is int and 0 <= found < LATEST:
            return moment_of(found)
        self.damaged = True
        return EPOCH

    def has(self, name: str) -> bool:
        return getattr(self._row, name) is not None


def incident_of(row: Any) -> Incident:
    kept = _Reading(row)
    kind, severity = kept.text("kind"), kept.text("severity")
    kept.damaged |= kind not in set(Kind) or severity not in set(Severity)
    described = Described(
        title=kept.text("title"),
        kind=Kind(kind) if kind in set(Kind) else Kind.OTHER,
        severity=Severity(severity) if severity in set(Severity) else Severity.CRITICAL,
        noticed_at=kept.time("noticed_at"),
        began_at=kept.time("began_at") if kept.has("began_at") else None,
        municipalities=tuple(MunicipalityCode(one) for one in kept.text("municipalities").split()),
        applications=tuple(ApplicationId(one) for one in kept.text("applications").split()),
        description=kept.text("description"),
    )
    opened_at, opened_by = kept.time("opened_at"), _actor(kept, "opened_by")
    conclusion = kept.text("conclusion")
    ends = [kept.has(name) for name in ("closed_at", "closed_by", "closed_by_subject")]
    closed_at = kept.time("closed_at") if all(ends) else None
    closed_by = _actor(kept, "closed_by") if all(ends) else None
    kept.damaged |= any(ends) and not all(ends)
    closed = all(ends) and not kept.damaged
    return Incident(
        number=row.number,
        described=described,
        opened_at=opened_at,
        opened_by=opened_by,
        closed_at=closed_at if closed else None,
        closed_by=closed_by if closed else None,
        conclusion=conclusion,
        damaged=kept.damaged,
    )


def item_of(row: Any) -> Item:
    kept = _Reading(row)
    return Item(
        number=kept.number("number", 0),
        at=kept.time("at"),
        by=_actor(kept, "done_by"),
        body=read(row.body),
        entry=kept.number("entry", NOT_WRITTEN),
        damaged=kept.damaged,
    )


def _actor(kept: _Reading, name: str) -> Actor:
    return Actor(kept.text(name), kept.text(f"{name}_subject"))
