"""What a policy asks in vain: it is read and validated, and always has the same answer, so the policy says less than
whoever wrote it believes.

Cedar lets somebody ask by `has` for what the schema knows nothing of, and compare things that are never the same: it
calls that false, once and for all, and looks at nothing behind it. A forbid with a slip of the pen never forbids then.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import cedarpy

from policies.closed_values import never_so
from policies.declared import Kind, Record, SetOf, declared
from policies.examine import SCHEMA_FILE, fitting
from policies.excluding import excluding
from policies.fact_words import FACT_TITLES
from policies.fault import EN, Fault
from policies.kept_by_text import kept_by_text
from policies.near import Near
from policies.parsed import parsed
from policies.review_words import (
    HAS_MISSPELT,
    HAS_UNDECLARED,
    NEVER_APPLIES,
    NEVER_MEET,
    NO_TAGS,
    NONE_KNOWN,
)
from policies.value_words import NEVER_AS_WANTED

ILL_TYPED = ' when { 1 < "x" };'
"""Cedar objects to it wherever it comes there: not behind conditions of which it knows that they never hold."""
MEETING = frozenset({"==", "!=", "in"})
ROOM = 1 << 20  # characters of policies of which it is known what they ask in vain
TAGS = frozenset({"hasTag", "getTag"})
Kinds = tuple[Kind, ...]
"""Of which one is; none: not known."""
Found = tuple[Fault, Near]
"""And the words that it is about, in the policy."""


@kept_by_text(ROOM)
def asked_in_vain(text: str) -> tuple[Found, ...]:
    """Of one statement. What cannot be read, or does not fit the schema, is a fault by itself, told elsewhere."""
    try:
        document = parsed(text)
    except ValueError:
        return ()
    if document["templates"] or len(document["staticPolicies"]) != 1:
        return ()
    (policy,) = document["staticPolicies"].values()
    found = {(fault.what[EN], near): (fault, near) for fault, near in _Asking(policy).faults()}
    never = excluding(policy)
    if found or (never is None and _may_apply(text)):
        return tuple(found.values())
    begins = next((Near(one["kind"]) for one in policy["conditions"]), Near(policy["effect"]))
    if never:
        near = Near(never[-1]) if len(never) > 1 else begins
        return ((NEVER_AS_WANTED.of(name=".".join(never)), near),)
    return ((NEVER_APPLIES.of(), begins),)


def _may_apply(text: str) -> bool:
    further = text.rstrip().removesuffix(";") + ILL_TYPED
    return bool(cedarpy.validate_policies(further, fitting(further, _schema())).errors)


@lru_cache(maxsize=1)
def _schema() -> cedarpy.Schema:
    return cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))


class _Asking:
    """One policy in Cedar's JSON."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self._conditions = policy["conditions"]
        self._declared = declared()
        self._variables = self._declared.variables | {
            name: (kind,)
            for name in ("principal", "resource")
            if (kind := _kind_in_scope(policy[name])) is not None
        }

    def faults(self) -> Iterator[Found]:
        yield from self._inside(self._conditions)

    def _inside(self, node: Any) -> Iterator[Found]:
        if isinstance(node, list):
            for item in node:
                yield from self._inside(item)
        elif isinstance(node, dict):
            if len(node) == 1:
                ((operator, operands),) = node.items()
                yield from self._faults_of(operator, operands)
            for item in node.values():
                yield from self._inside(item)

    def _faults_of(self, operator: str, operands: Any) -> Iterator[Found]:
        yield from never_so(operator, operands)
        if operator == "has":
            yield from self._undeclared(operands["left"], operands["attr"])
        elif operator in TAGS:
            yield NO_TAGS.of(operator=operator), Near(operator)
        elif operator in MEETING:
            left, right = operands["left"], operands["right"]
            yield from self._never_meet(operator, left, self._kinds(left), self._kinds(right))
        elif operator == "is":
            left, kind = operands["left"], operands["entity_type"]
            yield from self._never_meet("is", left, self._kinds(left), (kind,))
            if "in" in operands:
                yield from self._never_meet("in", left, (kind,), self._kinds(operands["in"]))

    def _undeclared(self, left: Any, name: str) -> Iterator[Found]:
        having = [self._declared.attributes(kind) for kind in self._kinds(left)]
        known = {each for attributes in having for each in attributes or ()}
        if not having or None in having or name in known:
            return
        said = {"name": name, "whose": _said(left, self._kinds(left))}
        listed = ", ".join(sorted(known)) or NONE_KNOWN
        near = Near("has", name)
        meant = next(iter(get_close_matches(name, sorted(known), 1)), None) or _elsewhere(name)
        if meant is None:
            yield HAS_UNDECLARED.of(**said, known=listed), near
        else:
            yield HAS_MISSPELT.of(**said, meant=meant, known=listed), near

    def _never_meet(self, operator: str, left: Any, kinds: Kinds, others: Kinds) -> Iterator[Found]:
        """Of entities alone: what else can be compared is of one kind, or Cedar objects."""
        ours, theirs = _entities(kinds), _entities(_members(others) if operator == "in" else others)
        if ours is None or theirs is None or any(self._meet(operator, a, b) for a in ours for b in theirs):
            return
        words = {"operator": operator, "left": _said(left, kinds), "right": ", ".join(theirs)}
        yield NEVER_MEET.of(**words), Near(operator, theirs[0])

    def _meet(self, operator: str, one: str, other: str) -> bool:
        if one == other:
            return True
        parents = self._declared.may_be_in.get(one, frozenset()) if operator == "in" else ()
        return any(self._meet("in", parent, other) for parent in parents)

    def _kinds(self, node: Any) -> Kinds:  # noqa: PLR0911 - one for each form
        match node:
            case {"Var": str(name)}:
                return self._variables.get(name, ())
            case {"Value": {"__entity": {"type": str(kind)}}}:
                return (kind,)
            case {".": {"left": left, "attr": str(name)}}:
                having = (self._declared.attributes(kind) or {} for kind in self._kinds(left))
                return tuple(dict.fromkeys(one[name] for one in having if name in one))
            case {"Record": dict(fields)}:
                return (Record({name: (*self._kinds(one), "")[0] for name, one in fields.items()}),)
            case {"if-then-else": {"then": then, "else": otherwise}}:
                return self._any_of([then, otherwise])
            case {"Set": list(items)}:
                return tuple(SetOf(one) for one in self._any_of(items))
        return ()

    def _any_of(self, nodes: list[Any]) -> Kinds:
        each = [self._kinds(one) for one in nodes]
        return tuple(dict.fromkeys(one for kinds in each for one in kinds)) if all(each) else ()


def _kind_in_scope(scope: dict[str, Any]) -> str | None:
    """Which kind alone the scope admits."""
    kind = scope.get("entity_type") if scope["op"] == "is" else None
    if scope["op"] == "==":
        kind = (scope.get("entity") or {}).get("type")
    return kind


def _members(kinds: Kinds) -> Kinds:
    """Something is `in` a set when it is in one of those in it."""
    return tuple(one.of if isinstance(one, SetOf) else one for one in kinds)


def _entities(kinds: Kinds) -> list[str] | None:
    """None: not known, or something else among them."""
    known = declared().entities
    names = [one for one in kinds if isinstance(one, str) and one in known]
    return names if names and len(names) == len(kinds) else None


def _elsewhere(name: str) -> str | None:
    """What is called so, and belongs to something else."""
    return next((".".join(path) for path in FACT_TITLES if len(path) > 1 and path[-1] == name), None)


def _said(node: Any, kinds: Iterable[Kind]) -> str:
    """As it stands in the policy, else by its kinds."""
    match node:
        case {"Var": str(name)}:
            return name
        case {".": {"left": left, "attr": str(name)}}:
            return f"{_said(left, ())}.{name}"
    return " / ".join(one if isinstance(one, str) else "{ … }" for one in kinds) or "…"
