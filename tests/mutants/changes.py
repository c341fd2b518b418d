"""Small changes of one Cedar policy, each of which is a mistake that somebody could make.

Made in Cedar's JSON and written as text again: a permit that forbids, a condition or a part of it left out, `&&` for
`||`, another comparison, a number more or less, another name, `!` left out.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import cedarpy

OTHER_COMPARISONS = {
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "contains": (),
    "containsAny": ("containsAll",),
    "containsAll": ("containsAny",),
}
WORDS = {"reason": "mutant", "title_cs": "m", "title_en": "m", "advice_cs": "m", "advice_en": "m"}
"""What a permit needs to forbid."""
OTHER_NAMES = {
    "Role": "data_protection_officer",
    "Action": "administer",
    "Application": "elsewhere",
    "Municipality": "588512",
    "Person": "ffffffff-ffff-4fff-8fff-ffffffffffff",
    "Network": "elsewhere",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    policy: str
    """Its @id."""
    change: str
    text: str


def mutants(policy: str) -> Iterator[Mutant]:
    """Of one policy's text; each text once."""
    document = json.loads(cedarpy.policies_to_json_str(policy))
    ((name, original),) = document["staticPolicies"].items()
    seen = {_text(document)}
    for change, changed in _changed(original):
        one = {**document, "staticPolicies": {name: changed}}
        text = _text(one)
        if text not in seen:
            seen.add(text)
            yield Mutant(original["annotations"]["id"], change, text)


def _text(document: Any) -> str:
    return str(cedarpy.policies_from_json_str(json.dumps(document)))


def _changed(policy: Any) -> Iterator[tuple[str, Any]]:
    flipped = copy.deepcopy(policy)
    flipped["effect"] = "permit" if policy["effect"] == "forbid" else "forbid"
    flipped["annotations"] = WORDS | policy["annotations"]
    yield f"{policy['effect']} → {flipped['effect']}", flipped
    for number, condition in enumerate(policy["conditions"]):
        without = copy.deepcopy(policy)
        del without["conditions"][number]
        yield f"without {condition['kind']} {number}", without
    for part in ("principal", "action", "resource"):
        if policy[part]["op"] != "All":
            yield f"any {part}", {**policy, part: {"op": "All"}}
        yield from ((what, {**policy, part: node}) for what, node in _nodes(policy[part], part))
    for what, conditions in _nodes(policy["conditions"], ""):
        yield what, {**policy, "conditions": conditions}


def _nodes(node: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Every change of one place in the tree, with the whole tree around it."""
    yield from ((f"{at}: {what}", changed) for what, changed in _here(node))
    if isinstance(node, dict):
        for key, inner in node.items():
            for what, changed in _nodes(inner, f"{at}/{key}"):
                yield what, {**node, key: changed}
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            for what, changed in _nodes(inner, f"{at}/{number}"):
                yield what, [*node[:number], changed, *node[number + 1 :]]


def _here(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list) and len(node) > 1:
        for number, inner in enumerate(node):
            yield f"without {json.dumps(inner)[:60]}", [*node[:number], *node[number + 1 :]]
    if not isinstance(node, dict):
        return
    if node.keys() == {"type", "id"} and node["type"] in OTHER_NAMES:
        other = OTHER_NAMES[node["type"]]
        yield f"{node['id']} → {other}", {**node, "id": other}
    if len(node) == 1:
        ((operator, inside),) = node.items()
        yield from _of_operator(operator, inside)


def _of_operator(operator: str, inside: Any) -> Iterator[tuple[str, Any]]:
    for other in OTHER_COMPARISONS.get(operator, ()):
        yield f"{operator} → {other}", {other: inside}
    if operator in ("&&", "||"):
        yield f"{operator} without its left", inside["right"]
        yield f"{operator} without its right", inside["left"]
    if operator == "!":
        yield "without !", inside["arg"]
    if operator == "Value":
        yield from ((what, {"Value": value}) for what, value in _values(inside))
    if operator == "datetime":
        day = inside[0]["Value"]
        for days in (1, -1):
            moved = (date.fromisoformat(day[:10]) + timedelta(days=days)).isoformat()
            yield f"{day} → {moved}", {"datetime": [{"Value": moved + day[10:]}]}


def _values(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield f"{value} → {not value}", not value
    elif isinstance(value, int):
        yield from ((f"{value} → {other}", other) for other in (value + 1, value - 1))
    elif isinstance(value, str) and not value[:1].isdigit():
        yield f"{value!r} → another", f"{value}x"
