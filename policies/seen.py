"""The facts that policies look at, with the values of one question, as people read them. Pure."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.vocabulary import ApplicationId, Language, Role, technical_account_of
from policies.fact_words import EMPTY, FACT_TITLES, NO, NONE_OF_THEM, NOT_KNOWN, YES
from policies.model import Question, Text
from policies.reading import Path
from policies.reasons import ACTION_TITLES, Names
from policies.request import EVERYTHING, LOCAL, circumstances, entities, parties
from policies.review import Policy

AGES = frozenset({"age", "idle"})
SECONDS = re.compile(r"[0-9]+s")
MISSING = object()
ITSELF = ""
"""Who or what it is, beside its attributes."""
JSON = dict[str, Any]
OF_ROLES: frozenset[Path] = frozenset({("principal", "municipality"), ("principal", "offices")})
OF_WHERE_ONE_ACTS: frozenset[Path] = frozenset({("principal", "roles"), ("principal", "activity_roles")})


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    """As policies write it: `context.device.managed`."""
    title: Text
    value: Text
    known: bool


def facts_of(question: Question, reads: Iterable[Path], names: Names) -> tuple[Fact, ...]:
    """In the order of the schema; whole records are left out where something in them is told."""
    paths = set(reads)
    told = {path for path in paths if not any(other[: len(path)] == path != other for other in paths)}
    told |= {("action",), *(path for path in paths if path == ("resource",))}
    world = world_of(question)
    return tuple(_fact(path, _at(world, path), names) for path in sorted(told, key=_place))


def changed(before: JSON, after: JSON) -> frozenset[Path]:
    """Where two worlds differ, or will once another change of that kind joins: what somebody is in the municipality one
    acts for comes from both, the roles and the municipality.
    """
    found = frozenset(_changed(before, after, ()))
    return found | OF_WHERE_ONE_ACTS if found & OF_ROLES else found


def reads_some(policy: Policy, paths: frozenset[Path]) -> bool:
    """Whether the policy reads one of these, or what one of them is part of."""
    reads = [path if path[0] == "context" or len(path) > 1 else (*path, ITSELF) for path in policy.reads]
    return any(path[: len(read)] == read[: len(path)] for path in paths for read in reads)


def _changed(before: Any, after: Any, at: Path) -> Iterator[Path]:
    if before == after:
        return
    values = (before, after)
    if not all(isinstance(one, dict) and not any(name.startswith("__") for name in one) for one in values):
        yield at  # `__entity` and `__extn` hold a value, not attributes
        return
    for name in before.keys() | after.keys():
        yield from _changed(before.get(name), after.get(name), (*at, name))


def world_of(question: Question) -> JSON:
    """All that Cedar is told, in its own JSON, by variables."""
    of = parties(question)
    who, what = json.loads(entities(of))
    return {
        "action": {"action": question.action.value},
        "principal": {ITSELF: who["uid"], **who["attrs"]},
        "resource": {ITSELF: what["uid"], **what["attrs"]},
        "context": json.loads(circumstances(question, EVERYTHING)),
    }


def _at(world: JSON, path: Path) -> Any:
    if path == ("action",):
        return world["action"]
    found: Any = world[path[0]]
    for name in path[1:] or ((ITSELF,) if path[0] != "context" else ()):
        if not isinstance(found, dict) or name not in found:
            return MISSING
        found = found[name]
    return found


def _place(path: Path) -> tuple[int, Path]:
    order = list(FACT_TITLES)
    return (order.index(path) if path in FACT_TITLES else len(order)), path


def _fact(path: Path, raw: Any, names: Names) -> Fact:
    name = ".".join(path)
    title = FACT_TITLES.get(path) or dict.fromkeys(Language, name)
    if raw is MISSING:
        return Fact(name, title, NOT_KNOWN, known=False)
    value = {language: _said(raw, path, names, language) for language in Language}
    return Fact(name, title, value, known=True)


def _said(raw: Any, path: Path, names: Names, language: Language) -> str:
    if isinstance(raw, dict):
        return _said_of(raw, names, language)
    if isinstance(raw, bool):
        return (YES if raw else NO)[language]
    if isinstance(raw, int) and path[-1] in AGES:
        return str(timedelta(seconds=raw))
    if isinstance(raw, list):
        return ", ".join(sorted(_said(one, path, names, language) for one in raw)) or NONE_OF_THEM[language]
    return str(raw) or EMPTY[language]


def _said_of(raw: JSON, names: Names, language: Language) -> str:
    match raw:
        case {"action": action}:
            return ACTION_TITLES[action][language]
        case {"__extn": {"arg": str(text)}}:
            return _instant(text)
        case {"__entity": {"type": kind, "id": name}} | {"type": kind, "id": name}:
            return _entity(str(kind), str(name), names, language)
        case _:
            return ", ".join(f"{name} {_said(one, (name,), names, language)}" for name, one in raw.items())


def _instant(text: str) -> str:
    """Moments as a clock here shows them; days and addresses as they are."""
    if SECONDS.fullmatch(text):
        return str(timedelta(seconds=int(text[:-1])))
    if "T" not in text:
        return text
    return f"{datetime.fromisoformat(text).astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"


def _entity(kind: str, name: str, names: Names, language: Language) -> str:
    match kind:
        case "Role":
            return Role(name).title_in(language)
        case "Municipality":
            return names.district.name(name)
        case "Application":
            return _application(name, names, language)
        case "Office":
            where, _, role = name.partition("/")
            return f"{Role(role).title_in(language)} ({names.district.name(where)})"
        case "Resource":
            where, _, application = name.partition("/")
            return f"{_application(application, names, language)} ({names.district.name(where)})"
        case _:
            return technical_account_of(name) or name  # type: ignore[arg-type]


def _application(name: str, names: Names, language: Language) -> str:
    title = names.applications.get(ApplicationId(name))
    return title[language] if title else name
