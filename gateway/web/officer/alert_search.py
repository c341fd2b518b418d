"""The search that shows the entries of an alert: its codes and bounds, for whom it was raised, from when to when.

A search may show more than was counted, and never less: what a rule asks for and a search cannot is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from config.settings import AlertRule
from gateway.alerts.matching import EVERYTHING
from gateway.audit.entry import Code
from gateway.audit.search import EXACTLY
from gateway.audit.spoken import OR, OTHER
from gateway.web.officer.filters import FIELD_LENGTH
from idp.http.moments import PRAGUE

BEFORE = timedelta(hours=1)  # of a rule that counts nothing: what led there
ONE_VALUE: dict[str, str] = {
    "outcome": "outcomes",
    "reason": "reasons",
    "application": "applications",
    "municipality": "municipalities",
    "action": "actions",
}
"""Filter → what a rule lists; one that takes one value is left out where a rule has several."""


def search_of(rule: AlertRule, group: str, raised_at: datetime, until: datetime | None = None) -> str:
    """Address of the search. `until`: when the alert was over; None: it stands."""
    back = BEFORE if rule.new else rule.within
    asked = {
        "code": OR.join(_codes(rule.codes)),
        **{name: _one(getattr(rule, listed)) for name, listed in ONE_VALUE.items()},
        "country": OTHER + OR.join(rule.outside) if rule.outside else "",
        "since": _minute(raised_at - back),
        "until": "" if until is None else _minute(until + timedelta(minutes=1)),
    }
    if rule.group_by == "reason_of_node":
        asked["reason"] = group.partition(" ")[0]
    elif group != EVERYTHING and rule.group_by != "all":
        asked[rule.group_by] = EXACTLY + group if rule.group_by == "person" else group
    technical = {"technical": "1"}  # requests that concern no application count for rules too
    shown = {name: text for name, text in asked.items() if text and len(text) <= FIELD_LENGTH}
    return "/log?" + urlencode(shown | technical)


def _codes(listed: Sequence[str]) -> list[str]:
    return [one.value for one in Code if any(one == name or one.startswith(f"{name}.") for name in listed)]


def _one(listed: Sequence[str]) -> str:
    return listed[0] if len(listed) == 1 else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(PRAGUE):%Y-%m-%dT%H:%M}"
