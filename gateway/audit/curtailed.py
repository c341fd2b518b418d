"""What an entry tells a reader of one municipality: nothing that somebody holds elsewhere, and nothing of another
office that somebody acts for. Pure; what such a reader asks the log is asked of the entry as it is here.

That something was left out is not told: it would say that there is something elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gateway.audit.canonical import Detail, Recorded
from gateway.audit.fields import FACTS, ROLES
from gateway.audit.terms import Quick

HELD = frozenset({*ROLES, "standing_in", "pushed"})
"""Details whose texts begin with the municipality in which it is held, where they name one."""
OF_THE_OFFICE = frozenset({"departments", "employed_since", "employed_until", "delegation"})
"""Facts of the person in the office they act for."""
OF_MUNICIPALITIES = "activity_roles"
"""Fact: of the person, each in a municipality."""
CURTAILED = frozenset({"role", "in_place_of"})
"""Fields whose values may be left out."""


def curtailed(recorded: Recorded, municipality: str) -> Recorded:
    entry = recorded.entry
    left = details_within(entry.details, entry.own_municipality, municipality)
    return recorded if left is entry.details else replace(recorded, entry=replace(entry, details=dict(left)))


def quickly(told: Quick, municipality: str | None) -> Quick:
    """The same of what was quickly read; None: all of it."""
    if municipality is None:
        return told
    left = details_within(told.details, told.own_municipality, municipality)
    return told if left is told.details else _Curtailed(told, left)


class _Curtailed:
    """All that it was read from says, but for its details."""

    def __init__(self, told: Quick, details: Mapping[str, Any]) -> None:
        self._told, self.details = told, details

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name)


def details_within(details: Mapping[str, Any], own: str, municipality: str) -> Mapping[str, Any]:
    """`own`: the municipality that the person acts for. The same object where nothing is left out."""
    changed: dict[str, Any] = {}
    for key in HELD & details.keys():
        if (left := _held(details[key], municipality)) != details[key]:
            changed[key] = left
    if FACTS in details:
        left = _facts(str(details[FACTS]), municipality, acting=own == municipality)
        if left != details[FACTS]:
            changed[FACTS] = left
    if not changed:
        return details
    return {key: changed.get(key, value) for key, value in details.items() if changed.get(key) != ""}


def _held(value: Detail, municipality: str) -> Detail:
    if isinstance(value, str):
        return value if _is_of(value, municipality) else ""
    return [one for one in value if _is_of(one, municipality)] if isinstance(value, list) else value


def _is_of(text: str, municipality: str) -> bool:
    where, colon, _ = text.partition(":")
    return not colon or where == municipality


@lru_cache(maxsize=512)  # what is known of people repeats
def _facts(text: str, municipality: str, *, acting: bool) -> str:
    """Empty where nothing is left, or where nobody can read what it says."""
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(known, dict):
        return ""
    left = {key: value for key, value in known.items() if acting or key not in OF_THE_OFFICE}
    if OF_MUNICIPALITIES in left:
        held = left[OF_MUNICIPALITIES]
        each = held if isinstance(held, list) else []
        left[OF_MUNICIPALITIES] = [
            one for one in each if isinstance(one, dict) and one.get("municipality") == municipality
        ]
    if left == known:
        return text
    return json.dumps(left, separators=(",", ":"), sort_keys=True) if left else ""
