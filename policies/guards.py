"""Without which facts a policy cannot apply: those it asks for by `has` before it does anything that could fail.

A policy that asks `context has requested` first says nothing of somebody who asked for nothing, whatever else it reads.
So what it reads need not be made, and a clock that it looks at makes no verdict pass with time. What it reads of the
circumstances before it asks has to be made all the same: Cedar comes there first, and finds nothing an error.
"""

from collections.abc import Iterator
from typing import Any

from policies.request import FURTHER

HARMLESS = frozenset(
    {
        *("Var", "Value", "Set", "Record", ".", "has", "is", "in", "==", "!=", "<", "<=", ">", ">=", "like"),
        *("!", "&&", "||", "contains", "containsAll", "containsAny", "isEmpty", "if-then-else"),
    }
)
"""Operators that never fail on what the schema admits. Numbers overflow, so whatever is added up may fail."""
CONTEXT = {"Var": "context"}


def guards_of(policy: dict[str, Any]) -> frozenset[str]:
    """Of a policy in Cedar's JSON: names of the circumstances (`policies.request.FURTHER`)."""
    needed: set[str] = set()
    for asked in _in_turn(policy):
        if (name := _asked_for(asked)) is not None:
            needed.add(name)
        elif not _is_harmless(asked):
            break
    return frozenset(needed)


def _in_turn(policy: dict[str, Any]) -> Iterator[Any]:
    """What must all hold, in the order in which it is evaluated, up to the first `unless`."""
    for condition in policy["conditions"]:
        if condition["kind"] != "when":
            return
        yield from _conjuncts(condition["body"])


def _conjuncts(node: Any) -> Iterator[Any]:
    if isinstance(node, dict) and node.keys() == {"&&"}:
        yield from _conjuncts(node["&&"]["left"])
        yield from _conjuncts(node["&&"]["right"])
    else:
        yield node


def _asked_for(node: Any) -> str | None:
    if not isinstance(node, dict) or node.keys() != {"has"}:
        return None
    of, name = node["has"]["left"], node["has"]["attr"]
    return name if of == CONTEXT and name in FURTHER else None


def _is_harmless(node: Any) -> bool:
    if not isinstance(node, dict) or "Value" in node:
        return True
    if len(node) != 1 or not node.keys() <= HARMLESS:
        return False
    ((operator, inside),) = node.items()
    if operator == "Set":
        return all(_is_harmless(one) for one in inside)
    if operator == "Var":
        return node != CONTEXT  # where the policy is passed over, what it reads there has not been made
    if operator == "has" and inside["left"] == CONTEXT:
        return True
    return all(_is_harmless(one) for one in inside.values() if isinstance(one, dict))
