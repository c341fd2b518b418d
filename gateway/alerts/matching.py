"""Whether an entry counts for a rule, for whom, and as how much. Pure."""

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

from config.holidays import is_public_holiday
from config.settings import AlertRule
from gateway.audit.entry import Entry

PRAGUE = ZoneInfo("Europe/Prague")
OPENS, CLOSES = time(7), time(18)
SATURDAY = 5
EVERYTHING = "*"
"""The group of a rule that counts all together."""
GROUPS = {
    "address": "address",
    "session": "session",
    "application": "application",
    "municipality": "municipality",
    "reason": "reason",
}


def counts(rule: AlertRule, entry: Entry) -> bool:
    code = str(entry.code)
    lists = (
        (rule.outcomes, entry.outcome.value),
        (rule.reasons, entry.reason),
        (rule.applications, entry.application),
        (rule.actions, entry.action),
        (rule.municipalities, entry.municipality),
    )
    return (
        any(code == one or code.startswith(f"{one}.") for one in rule.codes)
        and all(not wanted or value in wanted for wanted, value in lists)
        and (not rule.outside or country_of(entry) not in {"", *rule.outside})
        and (not rule.after_hours or after_hours(entry.at))
    )


def group_of(rule: AlertRule, entry: Entry) -> str:
    """Empty where the entry does not say: then it counts for nobody."""
    if rule.group_by == "all":
        return EVERYTHING
    if rule.group_by == "code":
        return entry.code.value
    if rule.group_by == "person":
        return entry.person or entry.subject
    if rule.group_by == "reason_of_node":
        node = entry.details.get("node")
        return f"{entry.reason} {node}" if isinstance(node, str) and node else entry.reason
    value: str = getattr(entry, GROUPS[rule.group_by])
    return value


def weight_of(rule: AlertRule, entry: Entry) -> int:
    if not rule.sum_of:
        return 1
    value = entry.details.get(rule.sum_of, 0)
    return int(value) if isinstance(value, int | float) and value > 0 else 0


def after_hours(at: datetime) -> bool:
    local = at.astimezone(PRAGUE)
    closed = local.weekday() >= SATURDAY or is_public_holiday(local.date())
    return closed or not OPENS <= local.time() < CLOSES


def country_of(entry: Entry) -> str:
    """ISO 3166-1 alpha-2, of the entry or of the facts of its decision; empty where it is not known."""
    named = entry.details.get("country")
    if named is None:
        facts = entry.details.get("facts")
        try:
            told = json.loads(facts) if isinstance(facts, str) else {}
        except (ValueError, RecursionError):
            told = {}
        named = told.get("country") if isinstance(told, dict) else None
    return named if isinstance(named, str) and len(named) == 2 and named.isalpha() else ""
