"""Which alerts stand, as the log itself tells: what a table beside it says counts only where it says the same. Pure.

A row that somebody writes there by hand would keep real alerts of its rule and group from being raised, and one that is
taken out would hide what stands. What no entry tells, how often it happened since and since when it is calm, is
believed within its bounds: it decides no more than when the same alert may be raised anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from gateway.alerts.matching import EVERYTHING
from gateway.alerts.watch import Alert
from gateway.audit.acts import SHORT
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.neutral import neutral


def standing_by(
    found: Iterable[Recorded], before: Mapping[str, Alert] = MappingProxyType({})
) -> dict[str, Alert]:
    """By its id; `found`: entries of alerts, in the order of the log; `before`: what stood before them."""
    stands = dict(before)
    for recorded in found:
        entry, name = recorded.entry, str(recorded.entry.details.get("alert", ""))
        if entry.code is Code.ALERT_RAISED and (alert := _raised(entry, name)) is not None:
            stands[name] = alert
        elif entry.code is Code.ALERT_OVER:
            stands.pop(name, None)
        elif entry.code is Code.ALERT_ACKNOWLEDGED and name in stands:
            stands[name] = replace(stands[name], acknowledged_by=entry.person)
    return stands


def _raised(entry: Entry, name: str) -> Alert | None:
    told = entry.details
    number, threshold, first = told.get("number"), told.get("threshold"), told.get("first_entries")
    if type(number) is not int or type(threshold) is not int or not isinstance(first, list):
        return None
    return Alert(
        id=name,
        rule=str(told.get("alert_rule", "")),
        group=str(told.get("alert_of", EVERYTHING)),
        raised_at=entry.at,
        number=number,
        threshold=threshold,
        entries=tuple(int(one) for one in first if one.isdigit()),
    )


@dataclass(frozen=True, slots=True)
class PutRight:
    """What has to be changed so that the table says what the log does."""

    put_back: tuple[Alert, ...]
    """Missing, or not as they were raised."""
    taken_out: tuple[str, ...]
    """Ids that no entry knows as standing."""

    def __bool__(self) -> bool:
        return bool(self.put_back or self.taken_out)


def compared(kept: Mapping[str, Alert | None], told: Mapping[str, Alert], now: datetime) -> PutRight:
    """`kept`: as the table has them by their ids; None for a row that is none."""
    wrong = [alert for name, alert in told.items() if not _same(kept.get(name), alert, now)]
    return PutRight(tuple(wrong), tuple(name for name in kept if name not in told))


def _same(kept: Alert | None, told: Alert, now: datetime) -> bool:
    """An entry tells of the group as far as it can be told, and when it was written, moments after it was raised."""
    return (
        kept is not None
        and neutral(kept.group, SHORT) == told.group
        and kept.raised_at <= told.raised_at
        and kept.number >= told.number
        and (kept.calm_since is None or kept.raised_at <= kept.calm_since <= now)
        and kept
        == replace(
            told,
            group=kept.group,
            raised_at=kept.raised_at,
            number=kept.number,
            calm_since=kept.calm_since,
        )
    )
