"""What a permit needs at least, read from its syntax: whoever has none of it is not permitted by it.

Only what certainly must hold is read: the scope, and parts of `when` joined by `&&`. All else is left to Cedar, so that
leaving a permit out here never hides what it permits.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cedarpy

from policies.kept_by_text import kept_by_text
from policies.parsed import parsed

REMEMBERED = 1 << 20  # characters of permits; municipalities' resemble each other


@dataclass(frozen=True, slots=True)
class Needs:
    """None: nothing certain."""

    actions: frozenset[str] | None
    roles: tuple[frozenset[str], ...]
    """Of each at least one is held where the person acts."""
    applications: tuple[frozenset[str], ...]
    """The application is one of each."""
    first: tuple[frozenset[str], ...] = ()
    """Of these, what Cedar asks before all else: with another application it reads nothing further."""

    def concerns(self, application: str) -> bool:
        """Whether it may apply there, or fail: it does neither where what is asked first is not so."""
        return all(application in one for one in self.first)

    def may_be_of(self, application: str, action: str) -> bool:
        return (self.actions is None or action in self.actions) and all(
            application in one for one in self.applications
        )


NOTHING_CERTAIN = Needs(None, (), ())


@kept_by_text(REMEMBERED)
def needs_of(permit: str) -> Needs:
    """Of the text of one permit. Raises ValueError where it cannot be read."""
    (policy,) = parsed(permit)["staticPolicies"].values()
    return needs_in(policy)


def needs_in(policy: dict[str, Any]) -> Needs:
    """Of one in Cedar's JSON."""
    parts = [part for one in policy["conditions"] if one["kind"] == "when" for part in _joined(one["body"])]
    applications = [_applications(part) for part in parts]
    scope = policy["resource"]
    of_scope = _in_scope(scope, "Application") if scope["op"] == "in" else None
    named_in_scope = () if of_scope is None else (of_scope,)
    return Needs(
        actions=_in_scope(policy["action"], "Action") if policy["action"]["op"] in ("==", "in") else None,
        roles=tuple(one for part in parts if (one := _roles(part)) is not None),
        applications=(*(one for one in applications if one is not None), *named_in_scope),
        first=(*named_in_scope, *_first(policy["conditions"])),
    )


def named(text: str, *kinds: str) -> frozenset[str]:
    """Names of entities of these types of which any of the policies speaks."""
    found = _entities(json.loads(cedarpy.policies_to_json_str(text)))
    return frozenset(name for kind, name in found if kind in kinds)


def _entities(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict) and node.keys() == {"type", "id"}:
        yield str(node["type"]), str(node["id"])
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _entities(inner)


def _first(conditions: list[dict[str, Any]]) -> Iterator[frozenset[str]]:
    """Applications that are asked for before anything that may fail; Cedar goes through conditions in order."""
    for one in conditions:
        if one["kind"] != "when":
            return
        for part in _joined(one["body"]):
            named = _applications(part)
            if named is not None:
                yield named
            elif _roles(part) is None:
                return


def _joined(node: Any) -> Iterator[Any]:
    if isinstance(node, dict) and node.keys() == {"&&"}:
        yield from _joined(node["&&"]["left"])
        yield from _joined(node["&&"]["right"])
    else:
        yield node


def _roles(node: dict[str, Any]) -> frozenset[str] | None:
    ((operator, inside),) = node.items()
    if operator not in ("contains", "containsAny"):
        return None
    if inside["left"] != {".": {"left": {"Var": "principal"}, "attr": "roles"}}:
        return None
    return _named(inside["right"], "Role")


def _applications(node: dict[str, Any]) -> frozenset[str] | None:
    ((operator, inside),) = node.items()
    if operator != "in" or inside["left"] != {"Var": "resource"}:
        return None
    return _named(inside["right"], "Application")


def _named(node: dict[str, Any], kind: str) -> frozenset[str] | None:
    """The entities of that kind which a literal lists; None for anything else."""
    listed = node.get("Set", [node])
    values = [one.get("Value") for one in listed]
    return _ids([one.get("__entity") if isinstance(one, dict) else None for one in values], kind)


def _in_scope(scope: dict[str, Any], kind: str) -> frozenset[str] | None:
    """`==` or `in`, one or a list."""
    return _ids(scope.get("entities") or [scope.get("entity")], kind)


def _ids(entities: list[Any], kind: str) -> frozenset[str] | None:
    if not all(one and one["type"] == kind for one in entities):
        return None
    return frozenset(str(one["id"]) for one in entities)
