"""What a decision rested on, as its entry keeps it: all of the question, so that other policies can be asked it again.

Most of it are facts of any entry and stand in its own fields; the rest are details. Facts that are not known are left
out. What differs at every decision stands apart from the other facts, so that their text repeats.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from config.vocabulary import MunicipalityCode, Role
from gateway.audit.canonical import Detail
from policies.model import Facts, Question
from policies.recorded import NotReplayable, Value, facts_recorded, question_of

FIELDS = ("subject", "own_municipality", "application", "action", "municipality", "address")
"""Of the question and the entry, under one name."""
AT = "now"
"""The entry's own time."""
DETAILS = {"level": "acr", "factors": "amr", "authenticated_at": "authenticated_at"}
ROLES, FACTS = "roles", "facts"
IDLE = "idle"
"""Of the facts; whole seconds, as policies see it."""


def details_of(question: Question) -> dict[str, Detail]:
    """What an entry with the fields of `FIELDS` and the time of the question keeps besides."""
    details: dict[str, Detail] = {
        "acr": question.level,
        "amr": sorted(question.factors),
        "authenticated_at": _time(question.authenticated_at),
        ROLES: sorted(f"{where}:{role}" for where, role in question.roles),
    }
    idle = question.facts.idle
    if idle is not None:
        details[IDLE] = int(idle.total_seconds())
    if facts := _facts_text(question.facts if idle is None else replace(question.facts, idle=None)):
        details[FACTS] = facts
    return details


@lru_cache(maxsize=64)  # what is known of people repeats, but for how long they were idle
def _facts_text(facts: Facts) -> str:
    """Empty where nothing is known."""
    recorded = facts_recorded(facts)
    return _text(recorded) if recorded else ""


def asked_again(
    fields: Mapping[str, str], at: datetime, details: Mapping[str, Detail | tuple[str, ...]]
) -> Question:
    """Inverse of `details_of`. Raises NotReplayable, also for an entry that does not keep all of it."""
    known: dict[str, Value] = {name: fields[name] for name in FIELDS}
    try:
        known |= {name: _listed(details[detail]) for name, detail in DETAILS.items()}
        known[ROLES] = [_role(one) for one in _list(details[ROLES])]
        if FACTS in details:
            known[FACTS] = json.loads(str(details[FACTS]))
        question = question_of(known | {AT: _time(at)})
        if IDLE in details:
            question = replace(question, facts=_with_idle(question.facts, details[IDLE]))
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise NotReplayable(f"{type(error).__name__}: {error}") from error
    return question


def _with_idle(facts: Facts, seconds: Detail | tuple[str, ...]) -> Facts:
    """Raises TypeError, ValueError, OverflowError."""
    if type(seconds) is not int or facts.idle is not None:
        raise TypeError(f"{seconds!r} are no seconds, or said twice")
    return replace(facts, idle=timedelta(seconds=seconds))


def _time(at: datetime) -> str:
    """As `recorded` writes it."""
    return at.isoformat().replace("+00:00", "Z")


def _text(facts: Mapping[str, Value]) -> str:
    """JSON that the log takes as it is: it marks what cannot be printed, and marked facts would be others."""
    written = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return written if written.isprintable() else json.dumps(facts, separators=(",", ":"), sort_keys=True)


def _listed(detail: Detail | tuple[str, ...]) -> Value:
    return list(detail) if isinstance(detail, tuple) else detail


def _list(detail: Detail | tuple[str, ...]) -> list[str]:
    if not isinstance(detail, list | tuple):
        raise TypeError(f"{detail!r} are no roles")
    return list(detail)


def _role(text: str) -> list[str]:
    where, _, role = text.rpartition(":")
    return [MunicipalityCode(where), Role(role)]
