"""The facts that policies look at, with the values of one question, as people read them. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from config.vocabulary import Language
from policies.fact_values import Called
from policies.fact_words import FACT_TITLES, NOT_KNOWN
from policies.model import Question, Text
from policies.reading import Path
from policies.request import EVERYTHING, circumstances, entities, parties
from policies.review import Policy

MISSING = object()
ITSELF = ""
"""Who or what it is, beside its attributes."""
JSON = dict[str, Any]
OF_ROLES: frozenset[Path] = frozenset({("principal", "municipality"), ("principal", "offices")})
OF_TIME: Path = ("context", "time")
DATED: frozenset[Path] = frozenset(
    ("context", record, name)
    for record, names in {
        "sign_in": ("age", "idle"),
        "device": ("age",),
        "emergency": ("age",),
        "ticket": ("since", "until"),
        "delegation": ("since", "until"),
        "requested": ("since", "until"),
    }.items()
    for name in names
)
"""What a step gives is dated by the moment it is given at."""
OF_WHERE_ONE_ACTS: frozenset[Path] = frozenset(
    ("principal", name) for name in ("roles", "activity_roles", "memberships", "roles_anywhere")
)


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    """As policies write it: `context.device.managed`."""
    title: Text
    value: Text
    known: bool
    raw: Any = None
    """As Cedar is told it, in its JSON; None where it is not known."""


def facts_of(question: Question, reads: Iterable[Path], called: Called) -> tuple[Fact, ...]:
    """In the order of the schema; whole records are left out where something in them is told."""
    paths = set(reads)
    told = {path for path in paths if not any(other[: len(path)] == path != other for other in paths)}
    told |= {("action",), *(path for path in paths if path == ("resource",))}
    world = world_of(question)
    return tuple(_fact(path, _at(world, path), called) for path in sorted(told, key=_place))


def changed(before: JSON, after: JSON) -> frozenset[Path]:
    """Where two worlds differ, or will once another change joins: what somebody is in the municipality one acts for
    comes from both, the roles and the municipality; of several memberships one makes a difference once the others are
    gone; and how old something is, or when it ends, comes from the time as well.
    """
    found = frozenset(_changed(before, after, ()))
    dated = DATED if any(path[:2] == OF_TIME for path in found) else frozenset[Path]()
    return found | dated | (OF_WHERE_ONE_ACTS if found & OF_ROLES else frozenset())


def reads_some(policy: Policy, paths: frozenset[Path]) -> bool:
    """Whether the policy reads one of these, or what one of them is part of."""
    reads = [path if path[0] == "context" or len(path) > 1 else (*path, ITSELF) for path in policy.reads]
    return any(path[: len(read)] == read[: len(path)] for path in paths for read in reads)


def touching(question: Question) -> Callable[[Question, Sequence[Policy]], frozenset[str]]:
    """Which policies read something in which another question differs from this one, by `@id`."""
    world = world_of(question)

    def touched(other: Question, those: Sequence[Policy]) -> frozenset[str]:
        paths = changed(world, world_of(other)) if those else frozenset[Path]()
        return frozenset(policy.id for policy in those if reads_some(policy, paths))

    return touched


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


def _fact(path: Path, raw: Any, called: Called) -> Fact:
    name = ".".join(path)
    title = FACT_TITLES.get(path) or dict.fromkeys(Language, name)
    if raw is MISSING:
        return Fact(name, title, NOT_KNOWN, known=False)
    return Fact(name, title, called.said(raw, path), known=True, raw=raw)
