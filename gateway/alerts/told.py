"""The entries of alerts. They are sent on as any other, to receivers that take `alert`."""

from datetime import datetime

from gateway.alerts.matching import EVERYTHING
from gateway.alerts.watch import Alert
from gateway.audit.acts import SHORT, SYSTEM
from gateway.audit.canonical import time_text
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral


def raised(alert: Alert, now: datetime) -> Entry:
    return Entry(
        code=Code.ALERT_RAISED,
        outcome=Outcome.FAILURE,
        at=now,
        subject=SYSTEM,
        details={
            **_facts(alert),
            "threshold": alert.threshold,
            "first_entries": [str(one) for one in alert.entries],
        },
    )


def acknowledged(alert: Alert, now: datetime, *, subject: str, person: str) -> Entry:
    return Entry(
        code=Code.ALERT_ACKNOWLEDGED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=subject,
        person=person,
        details=_facts(alert),
    )


def over(alert: Alert, now: datetime) -> Entry:
    return Entry(
        code=Code.ALERT_OVER,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=SYSTEM,
        details={**_facts(alert), "since": time_text(alert.raised_at)},
    )


def _facts(alert: Alert) -> dict[str, str | int | float | bool | list[str]]:
    of = "" if alert.group == EVERYTHING else neutral(alert.group, SHORT)
    return {
        "alert": alert.id,
        "alert_rule": alert.rule,
        "number": alert.number,
        **({"alert_of": of} if of else {}),
    }
