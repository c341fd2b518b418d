"""What one policy reads, and which words it compares that with: from Cedar's JSON. Pure.

A decision needs none of it; whoever explains one does: what was looked at, and with which values it could be otherwise.
"""

from collections.abc import Iterator
from sys import intern
from typing import Any

Path = tuple[str, ...]
"""From a variable of the policy to what is read: `("context", "device", "managed")`, `("principal",)`."""
Word = tuple[Path, str]
"""What is read, and a text or the name of an entity beside it: `(("context", "place", "country"), "CZ")`."""
VARIABLES = frozenset({"principal", "resource", "context"})
MANY = frozenset({"Set", "Record"})
SCOPES = ("principal", "resource")


def read_by(policy: dict[str, Any]) -> frozenset[Path]:
    scopes = ((name,) for name in SCOPES if policy[name]["op"] != "All")
    return frozenset((*scopes, *read_in(policy["conditions"])))


def compared_by(policy: dict[str, Any]) -> frozenset[Word]:
    return frozenset(_compared(policy["conditions"]))


def read_in(node: Any) -> Iterator[Path]:
    path = path_of(node)
    if path is not None:
        yield path
        return
    for item in _inside(node):
        yield from read_in(item)


def _compared(node: Any) -> Iterator[Word]:
    """Operands stand side by side below their operator; calls like `ip("…")` and sets stand between. What stands in one
    set, or in one record, is not compared with each other.
    """
    inside, together = _inside(node), isinstance(node, dict) and not MANY.isdisjoint(node)
    if together:
        inside = [one for each in inside for one in (each if isinstance(each, list) else [each])]
    operands = [one for one in inside if isinstance(one, dict | list)]
    words = set[str]() if together else {word for one in operands for word in _words(one)}
    for operand in operands:
        path = path_of(operand)
        if path is None:
            yield from _compared(operand)
        else:
            yield from ((path, word) for word in words)


def _words(node: Any) -> Iterator[str]:
    """Texts and names of a value, a set of values or a call; nothing of a condition."""
    match node:
        case {"Value": str(text)}:
            yield intern(text)
        case {"Value": {"__entity": {"id": str(name)}}}:
            yield intern(name)
        case {"Set": list(items)} | {"ip": list(items)} | {"datetime": list(items)}:
            for item in items:
                yield from _words(item)


def path_of(node: Any) -> Path | None:
    """As `policies.examine` reads paths of the context; here the variable comes first."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((operator, inside),) = node.items()
    if operator == "Var":
        return (intern(str(inside)),) if inside in VARIABLES else None
    if operator not in (".", "has") or not isinstance(inside, dict) or "left" not in inside:
        return None
    before = path_of(inside["left"])
    return None if before is None else (*before, intern(str(inside["attr"])))


def _inside(node: Any) -> list[Any]:
    if isinstance(node, dict):
        ((_, inside),) = node.items() if len(node) == 1 else ((None, node),)
        return list(inside.values()) if isinstance(inside, dict) else [inside]
    return node if isinstance(node, list) else []
