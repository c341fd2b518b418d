"""Whether a policy whose conditions changed applies to more than before, or to less, as far as syntax proves it. Pure.

Sets that only gained or lost something, bounds that moved, conditions that were added or left out. A condition that
fails makes its policy not apply, so what is said to be less is less even then. Anything else is not known.
"""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

BOUNDS: Mapping[str, int] = {"<": 1, "<=": 1, ">": -1, ">=": -1}
"""Whether a greater number on the right lets more through."""


class Way(Enum):
    SAME = 0
    MORE = 1
    LESS = -1

    @property
    def turned(self) -> "Way":
        return Way(-self.value)


def grown(before: Mapping[str, Any], after: Mapping[str, Any]) -> Way | None:
    """Of two documents of one policy, without annotations; None: not known."""
    if any(before[part] != after[part] for part in ("effect", "principal", "resource")):
        return None
    actions = _actions(before["action"], after["action"])
    return _both(actions, _joined(_all(before["conditions"]), _all(after["conditions"])))


def _actions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Way | None:
    old, new = _named(before), _named(after)
    if old is None or new is None:
        return Way.SAME if old is new else Way.MORE if new is None else Way.LESS
    return _sets(old, new)


def _named(scope: Mapping[str, Any]) -> frozenset[str] | None:
    """None: every action."""
    if scope["op"] == "All":
        return None
    return frozenset(map(_key, scope.get("entities") or [scope["entity"]]))


def _all(conditions: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What has to hold, each by itself."""
    return [
        part
        for one in conditions
        for part in (_parts(one["body"], "&&") if one["kind"] == "when" else [{"!": {"arg": one["body"]}}])
    ]


def _parts(node: Any, sign: str) -> list[Any]:
    if isinstance(node, dict) and sign in node:
        return [*_parts(node[sign]["left"], sign), *_parts(node[sign]["right"], sign)]
    return [node]


def _joined(before: list[Any], after: list[Any]) -> Way | None:
    """Of what has to hold together."""
    gone, new = _apart(before, after)
    if not gone or not new:
        return Way.LESS if new else Way.MORE if gone else Way.SAME
    return _changed(gone[0], new[0], under_not=False) if len(gone) == len(new) == 1 else None


def _apart(before: list[Any], after: list[Any]) -> tuple[list[Any], list[Any]]:
    """What stands in one of them alone."""
    old, new = ({_key(one): one for one in each} for each in (before, after))
    return [one for key, one in old.items() if key not in new], [
        one for key, one in new.items() if key not in old
    ]


def _changed(old: Any, new: Any, *, under_not: bool) -> Way | None:  # noqa: PLR0911 - one for each form
    if old == new:
        return Way.SAME
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None
    match old, new:
        case {"!": {"arg": was}}, {"!": {"arg": now}}:
            inside = _changed(was, now, under_not=True)
            return inside and inside.turned
        case {"||": _}, _ if "||" in new or not under_not:
            return _either(old, new, under_not=under_not)
        case _, {"||": _}:
            return _either(old, new, under_not=under_not)
        case {"&&": _}, {"&&": _}:
            parts = _parts(old, "&&"), _parts(new, "&&")
            return _one_by_one(*parts) if under_not else _joined(*parts)
    return _moved(old, new)


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Way | None:
    """What looks at the same and fails with it: a set, a bound, or what is enough in any case."""
    match old, new:
        case {"||": {"left": was, "right": {"Value": bool()}}}, {
            "||": {"left": now, "right": {"Value": bool(then)}}
        } if was == now:
            return Way.MORE if then else Way.LESS
    held = _holding(old), _holding(new)
    if held[0] is not None and held[1] is not None:
        (left, all_of, those), (other, others_all, these) = held[0], held[1]
        way = _sets(those, these)
        if (
            left != other
            or not those
            or not these
            or (all_of is not others_all and len(those) > 1 and len(these) > 1)
        ):
            return None
        together = (all_of and len(those) > 1) or (others_all and len(these) > 1)
        return way and way.turned if together else way
    return _bounds(old, new)


def _either(old: Any, new: Any, *, under_not: bool) -> Way | None:
    """One more of what is enough; one less may have failed, and is not said to be less.

    Behind a not, whatever came besides, one that lets more through is more: all of it has to be false there.
    """
    gone, more = _apart(_parts(old, "||"), _parts(new, "||"))
    if not gone:
        return Way.MORE if more else Way.SAME
    if len(gone) == len(more) == 1:
        return _changed(gone[0], more[0], under_not=under_not)
    grew = (
        under_not
        and len(gone) == 1
        and any(_changed(gone[0], one, under_not=True) is Way.MORE for one in more)
    )
    return Way.MORE if grew else None


def _one_by_one(before: list[Any], after: list[Any]) -> Way | None:
    """Of what has to hold together behind a not, in its order: what fails there must not come out as false."""
    if len(before) != len(after):
        return None
    found: Way | None = Way.SAME
    for old, new in zip(before, after, strict=True):
        if old != new:
            found = _both(found, _moved(old, new))
    return found


def _holding(node: Mapping[str, Any]) -> tuple[Any, bool, frozenset[str]] | None:
    """Which set is asked, whether for all, and for what; or what is looked for among which values."""
    ((name, inside),) = node.items()
    if name not in ("contains", "containsAny", "containsAll"):
        return None
    left, right = inside["left"], inside["right"]
    if name == "contains" and "Set" in left:
        return ("among", _key(right)), False, frozenset(map(_key, left["Set"]))
    if name == "contains" and _plain(right):
        return _key(left), False, frozenset({_key(right)})
    if name != "contains" and "Set" in right and all(map(_plain, right["Set"])):
        return _key(left), name == "containsAll", frozenset(map(_key, right["Set"]))
    return None


def _plain(node: Any) -> bool:
    return isinstance(node, dict) and "Value" in node


def _sets(old: frozenset[str], new: frozenset[str]) -> Way | None:
    if old == new:
        return Way.SAME
    return Way.MORE if old < new else Way.LESS if new < old else None


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any]) -> Way | None:
    ((sign, was),), ((now_sign, now),) = old.items(), new.items()
    if sign != now_sign or sign not in BOUNDS or was["left"] != now["left"]:
        return None
    match was["right"], now["right"]:
        case {"Value": int(first)}, {"Value": int(then)}:
            return Way.MORE if (then > first) is (BOUNDS[sign] > 0) else Way.LESS
    return None


def _both(one: Way | None, other: Way | None) -> Way | None:
    if one is None or other is None:
        return None
    if Way.SAME in (one, other):
        return other if one is Way.SAME else one
    return one if one is other else None


def _key(node: Any) -> str:
    return json.dumps(node, sort_keys=True)
