"""A policy without what a class of questions leaves open: what is refused even so is refused whatever is the case.

Each condition that reads something of which the class does not say how it is, is taken for what opens more: true in a
permit, false in a forbid. Law: what the policies permit of a class, they permit loosened.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy
import msgspec

from policies.parsed import parsed
from policies.reading import Path, path_of, read_in

ALWAYS_SAID: frozenset[Path] = frozenset(
    {
        ("principal", "roles"),
        ("principal", "municipality"),
        ("principal", "recovery"),
        ("resource",),
        ("resource", "municipality"),
        ("context", "sign_in", "level"),
    }
)
"""By each question of a class. The account of last resort is in a class only by its name."""
GROWING: frozenset[Path] = frozenset(
    ("principal", name) for name in ("roles_anywhere", "memberships", "offices")
)
"""Roles elsewhere only add to them, so that what they hold without any, they hold always."""
HELD_HERE = {
    "contains": {
        "left": {".": {"left": {"Var": "principal"}, "attr": "memberships"}},
        "right": {".": {"left": {"Var": "resource"}, "attr": "municipality"}},
    }
}
HOLDING = frozenset({"contains", "containsAny", "containsAll"})
ROOM = 4096  # policies, each as loosened for one kind of class


@dataclass(frozen=True, slots=True)
class Said:
    """What every question of a class says."""

    paths: frozenset[Path]
    """With all below them."""
    alone: frozenset[Path] = frozenset()
    """Without what is below them."""
    here: bool = True
    """The person acts for the municipality whose resource it is."""

    def exactly(self, path: Path) -> bool:
        return path in ALWAYS_SAID or path in self.alone or any(path[: len(one)] == one for one in self.paths)


@lru_cache(maxsize=ROOM)
def loosened(text: str, said: Said) -> str:
    """One reviewed statement; the same text where nothing of it is left open."""
    document = parsed(text)
    (policy,) = document["staticPolicies"].values()
    permits = policy["effect"] == "permit"
    before = msgspec.json.encode(policy)
    scope = policy["principal"]
    if permits and _names_somebody(scope) and not said.exactly(("principal",)):
        policy["principal"] = {"op": "is", "entity_type": "Person"}
    for one in policy["conditions"]:
        one["body"] = _opened(one["body"], said, want=(one["kind"] == "when") is permits)
    if msgspec.json.encode(policy) == before:
        return text
    return str(cedarpy.policies_from_json_str(msgspec.json.encode(document).decode()))


def _names_somebody(scope: dict[str, Any]) -> bool:
    entity = scope.get("entity") or (scope.get("in") or {}).get("entity")
    return entity is not None and entity["type"] == "Person"


def _opened(node: Any, said: Said, *, want: bool) -> Any:
    match node:
        case {"&&": sides}:
            return {"&&": {side: _opened(sides[side], said, want=want) for side in ("left", "right")}}
        case {"||": sides}:
            return {"||": {side: _opened(sides[side], said, want=want) for side in ("left", "right")}}
        case {"!": {"arg": inside}}:
            return {"!": {"arg": _opened(inside, said, want=not want)}}
        case {"if-then-else": parts}:
            then, otherwise = (_opened(parts[name], said, want=want) for name in ("then", "else"))
            if leaves_nothing_open(parts["if"], said):
                return {"if-then-else": {"if": parts["if"], "then": then, "else": otherwise}}
            return {"||" if want else "&&": {"left": then, "right": otherwise}}
    kept = leaves_nothing_open(node, said) or (not want and _only_grows(node))
    return node if kept else {"Value": want}


def leaves_nothing_open(node: Any, said: Said) -> bool:
    if isinstance(node, dict) and (kind := node.get("is")) and "in" not in kind:
        return path_of(kind["left"]) in (("principal",), ("resource",)) or _reads_said(node, said)
    return (said.here and node == HELD_HERE) or _reads_said(node, said)


def _reads_said(node: Any, said: Said) -> bool:
    return all(said.exactly(path) for path in read_in(node))


def _only_grows(node: Any) -> bool:
    """A set that may grow holds something."""
    ((name, inside),) = node.items()
    return (
        name in HOLDING
        and path_of(inside["left"]) in GROWING
        and all(path in ALWAYS_SAID for path in read_in(inside["right"]))
    )
