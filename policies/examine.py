"""What Cedar itself says of one statement: can it be read, what does it name, does it fit the schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import Any

import cedarpy

from policies.comparisons import Learnt, learnt
from policies.fault import Fault
from policies.guards import guards_of
from policies.needs import Needs, needs_in
from policies.parsed import TooDeep, parsed
from policies.reading import Path as ReadPath
from policies.reading import Word, compared_by, read_by
from policies.review_words import NOT_CEDAR, NOT_ONE, TOO_DEEP

SCHEMA_FILE = Path(__file__).with_name("schema.cedarschema")
PER_ACTION = re.compile(r' for Action::"[a-z]+"(?=$| not found$)')
FOLLOWS_FROM_ANOTHER = "unable to find an applicable action"
PROGRAMS = "TechnicalAccount"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not exactly one complete policy."""

    fault: Fault
    near: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    forbids: bool
    annotations: Mapping[str, str]
    scope: str | None
    """Municipality that `resource in Municipality::"…"` (or `resource is Resource in …`) names."""
    entities: frozenset[tuple[str, str]]
    """Type and name of every entity the policy names, in its scope and in its conditions."""
    actions: frozenset[str] | None
    """Actions its scope names; None: all."""
    looks_at: frozenset[tuple[str, ...]]
    """Which of the circumstances it reads, as paths below `context`; `()` is the whole of it."""
    attributes: frozenset[str]
    """Every name of an attribute that stands in it, whosever it is."""
    named: frozenset[str]
    """People and technical accounts that it names."""
    learns: Learnt
    """What it can tell apart in the circumstances."""
    guards: frozenset[str]
    """Circumstances without which it cannot apply (policies/guards.py)."""
    technical: bool
    """Its scope says `principal is TechnicalAccount`."""
    reads: frozenset[ReadPath]
    """All that it reads: of the person and the resource too, and what its scope names."""
    compares: frozenset[Word]
    """What it compares with which texts and names."""
    needs: Needs
    """Without which it cannot apply, of action, application and roles."""
    faults: tuple[str, ...]
    """What the schema objects to, in the words of Cedar's validator."""


def examine(text: str, schema: cedarpy.Schema) -> Examined | Unreadable:
    try:
        document = parsed(text)
    except TooDeep:
        return Unreadable(TOO_DEEP.of())
    except ValueError as error:
        said = str(error)
        return Unreadable(NOT_CEDAR.of(said=said), near=said.rpartition(": ")[2])
    if document["templates"] or len(document["staticPolicies"]) != 1:
        return Unreadable(NOT_ONE.of())
    (policy,) = document["staticPolicies"].values()
    entities = frozenset(_entities(policy))
    return Examined(
        forbids=policy["effect"] == "forbid",
        annotations={
            intern(name): intern(value or "") for name, value in policy.get("annotations", {}).items()
        },
        scope=_scope(policy["resource"]),
        entities=entities,
        actions=_actions(policy["action"]),
        looks_at=frozenset(_looked_at(policy)),
        attributes=frozenset(_attributes(policy["conditions"])),
        named=frozenset(name for kind, name in entities if kind in ("Person", PROGRAMS)),
        learns=learnt(policy, _path),
        guards=guards_of(policy),
        technical=policy["principal"].get("entity_type") == "TechnicalAccount",
        reads=read_by(policy),
        compares=compared_by(policy),
        needs=needs_in(policy),
        faults=_faults(text, schema),
    )


def _scope(resource: dict[str, Any]) -> str | None:
    entity = resource.get("entity") if resource["op"] == "in" else resource.get("in", {}).get("entity")
    if resource["op"] not in ("in", "is") or not entity or entity["type"] != "Municipality":
        return None
    return str(entity["id"])


def _actions(scope: dict[str, Any]) -> frozenset[str] | None:
    """The schema has no groups of actions, so `==` and `in` name the very actions; anything else counts as all."""
    named = scope.get("entities") or [scope.get("entity")]
    if scope["op"] not in ("==", "in") or not all(one and one["type"] == "Action" for one in named):
        return None
    return frozenset(intern(str(one["id"])) for one in named)


def _entities(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _entities(item)
    elif isinstance(node, dict):
        if node.keys() == {"type", "id"}:
            yield intern(str(node["type"])), intern(str(node["id"]))  # the same few words in every policy
        for item in node.values():
            yield from _entities(item)


def _attributes(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _attributes(item)
    elif isinstance(node, dict):
        if "attr" in node:
            yield intern(str(node["attr"]))
        for item in node.values():
            yield from _attributes(item)


def _looked_at(node: Any) -> Iterator[tuple[str, ...]]:
    """In Cedar's JSON every use of the context is the node `{"Var": "context"}`, alone or below `.` and `has`."""
    path = _path(node)
    if path is not None:
        yield path
    elif isinstance(node, list):
        for item in node:
            yield from _looked_at(item)
    elif isinstance(node, dict):
        for item in node.values():
            yield from _looked_at(item)


def _path(node: Any) -> tuple[str, ...] | None:
    """Attributes on the way from the context to what is read; None where it does not begin there."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((operator, inside),) = node.items()
    if operator == "Var":
        return () if inside == "context" else None
    if operator not in (".", "has") or not isinstance(inside, dict) or "left" not in inside:
        return None
    before = _path(inside["left"])
    return None if before is None else (*before, intern(str(inside["attr"])))


@lru_cache(maxsize=1)
def _schema_of_people() -> cedarpy.Schema:
    text = SCHEMA_FILE.read_text("utf-8")
    return cedarpy.Schema.from_str(text.replace(f"principal: [Person, {PROGRAMS}]", "principal: Person"))


def _faults(text: str, schema: cedarpy.Schema) -> tuple[str, ...]:
    """Cedar tells each fault once per action; the writer needs it once."""
    found = {
        PER_ACTION.sub("", error.error.removeprefix(f"for policy `{error.policy_id}`").lstrip(",: "))
        for error in cedarpy.validate_policies(text, fitting(text, schema)).errors
    }
    own = {what for what in found if not what.startswith(FOLLOWS_FROM_ANOTHER)}
    return tuple(sorted(own or found))


def fitting(text: str, schema: cedarpy.Schema) -> cedarpy.Schema:
    """By which a statement is validated.

    What does not speak of technical accounts is read as if there were people alone: whatever it asks of a person
    such an account has too, so it can be evaluated, and what compares two people stays allowed.
    """
    return schema if PROGRAMS in text else _schema_of_people()
