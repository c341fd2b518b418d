"""Small changes of one Cedar policy, each of which is a mistake that somebody could make.

Made in Cedar's JSON and written as text again: a policy left out, a permit that forbids, a condition or a part of it
left out, `&&` for `||`, another comparison, a number, day, span or network more or less, another name, an attribute
that is easily taken for the right one, `!` left out.
"""

import copy
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
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
BESIDE = {
    "roles": "roles_anywhere",
    "roles_anywhere": "roles",
    "since": "until",
    "until": "since",
    "employed_since": "employed_until",
    "employed_until": "employed_since",
    "managed": "fresh",
    "fresh": "managed",
    "disk_encrypted": "updates_installed",
    "updates_installed": "disk_encrypted",
    "day": "month",
    "month": "day",
    "age": "idle",
    "idle": "age",
}
"""Attributes that are easily taken for each other."""
MINUTES = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?")
"""Spans as policies write the time of day."""


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
    yield Mutant(original["annotations"]["id"], "left out", "")
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
    if operator == "." and (beside := BESIDE.get(inside["attr"])):
        yield f"{inside['attr']} → {beside}", {".": {**inside, "attr": beside}}
    if operator in CALLS:
        ((_, text),) = inside[0].items()
        yield from ((f"{text} → {other}", {operator: [{"Value": other}]}) for other in CALLS[operator](text))


def _days(text: str) -> Iterator[str]:
    for days in (1, -1):
        yield (date.fromisoformat(text[:10]) + timedelta(days=days)).isoformat() + text[10:]


def _spans(text: str) -> Iterator[str]:
    found = MINUTES.fullmatch(text)
    if found is not None:
        minutes = 60 * int(found[1] or 0) + int(found[2] or 0)
        yield from (f"{other}m" for other in (minutes + 1, minutes - 1))


def _networks(text: str) -> Iterator[str]:
    """Twice as large, and its first half."""
    network = ipaddress.ip_network(text)
    yield str(network.supernet())
    yield str(next(network.subnets()))


CALLS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "datetime": _days,
    "duration": _spans,
    "ip": _networks,
}
"""Calls of one text → what may stand there by mistake."""


def _values(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield f"{value} → {not value}", not value
    elif isinstance(value, int):
        yield from ((f"{value} → {other}", other) for other in (value + 1, value - 1))
    elif isinstance(value, str) and not value[:1].isdigit():
        yield f"{value!r} → another", f"{value}x"
