"""Conditions of one policy that exclude each other, so that it can never apply: what Cedar's validator lets pass, like
`context.sign_in.level >= 2 && context.sign_in.level < 2`. Pure.

Law: what is told here applies to no question. What is certain comes from one thing asked several times: how a number
lies, which of some values something has, what a set holds, how two things compare. All else is left open, and with more
alternatives than are tried nothing is said.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from policies.closed_values import LISTS, RANGES
from policies.comparisons import EXTENSIONS
from policies.possible import ANY_ORDER, LESS, MORE, NO, SAME, SIGNS, YES, Held, Key, Number, Values
from policies.reading import Path, path_of, read_in

MOST = 64
"""Alternatives of one policy; each has to exclude itself."""
MOST_LITERALS = 4096
"""Of all of them: a tenth of a second."""
Literal = tuple[Any, bool]
"""A condition without `&&`, `||`, `!` and `if`, and how it is to come out."""
TURNED = {LESS: MORE, SAME: SAME, MORE: LESS}


def excluding(policy: dict[str, Any]) -> Path | None:
    """What a policy in Cedar's JSON asks to be as it never is; `()`: nothing that is read. None: it is not certain."""
    found = list(islice(_alternatives(policy), MOST + 1))
    if len(found) > MOST or sum(map(len, found)) > MOST_LITERALS:
        return None
    scope = list(_of_scope(policy))
    of_each = [_excluded([*scope, *one]) for one in found]
    return None if None in of_each else next(iter(of_each), None)


def _excluded(literals: Sequence[Literal]) -> Path | None:
    asked = _Asked()
    for node, want in literals:
        asked.take(node, want=want)
    return asked.excluded()


def _alternatives(policy: dict[str, Any]) -> Iterator[list[Literal]]:
    """One of them is so wherever the policy applies."""
    found: Iterator[list[Literal]] = iter([[]])
    for one in policy["conditions"]:
        found = _both(list(islice(found, MOST + 1)), _ways(one["body"], want=one["kind"] == "when"))
    yield from found


def _both(before: Sequence[list[Literal]], more: Iterator[list[Literal]]) -> Iterator[list[Literal]]:
    """So many that it is seen where there are too many."""
    further = list(islice(more, MOST + 1))
    return ([*one, *other] for one, other in product(before, further))


def _ways(node: Any, *, want: bool) -> Iterator[list[Literal]]:
    match node:
        case {"!": {"arg": inside}}:
            yield from _ways(inside, want=not want)
        case {"==": {"left": inside, "right": {"Value": bool(answer)}}}:
            yield from _ways(inside, want=want is answer)
        case {"!=": {"left": inside, "right": {"Value": bool(answer)}}}:
            yield from _ways(inside, want=want is not answer)
        case {"&&": sides} | {"||": sides}:
            if ("&&" in node) is want:
                before = list(islice(_ways(sides["left"], want=want), MOST + 1))
                yield from _both(before, _ways(sides["right"], want=want))
            else:
                yield from _ways(sides["left"], want=want)
                yield from _ways(sides["right"], want=want)
        case {"if-then-else": parts}:
            for chosen in (True, False):
                first = list(islice(_ways(parts["if"], want=chosen), MOST + 1))
                yield from _both(first, _ways(parts["then" if chosen else "else"], want=want))
        case _:
            yield [(node, want)]


def _of_scope(policy: dict[str, Any]) -> Iterator[Literal]:
    """What the scope asks of who, what and which action, as conditions would."""
    for name in ("principal", "action", "resource"):
        scope, variable = policy[name], {"Var": name}
        entities = [_entity(one) for one in scope.get("entities") or [scope.get("entity")] if one]
        if scope["op"] in ("is", "in"):
            around = (scope.get("in") or {}).get("entity")
            entities = ([_entity(around)] if around else []) if scope["op"] == "is" else entities
        if scope["op"] == "is":
            yield {"is": {"left": variable, "entity_type": scope["entity_type"]}}, True
        if scope["op"] == "==" and entities:
            yield {"==": {"left": variable, "right": entities[0]}}, True
        elif entities:
            within = entities[0] if len(entities) == 1 else {"Set": entities}
            yield {"in": {"left": variable, "right": within}}, True


def _entity(of: Any) -> Any:
    return {"Value": {"__entity": of}}


class _Asked:
    """What one alternative asks of each thing."""

    def __init__(self) -> None:
        self.values: dict[Key, Values] = {}
        self.numbers: dict[Key, Number] = {}
        self.held: defaultdict[Key, Held] = defaultdict(Held)
        self.orders: dict[Key, frozenset[str]] = {}
        self.things: dict[Key, Any] = {}

    def excluded(self) -> Path | None:
        """What cannot be as it is asked to be."""
        impossible = (
            key
            for those in (self.values, self.numbers, self.held)
            for key, one in those.items()
            if one.impossible()
        )
        without_order = (key for key, orders in self.orders.items() if not orders)
        found = next(impossible, None) or next(without_order, None)
        return None if found is None else next(read_in(self.things[found]), ())

    def take(self, node: Any, *, want: bool) -> None:
        self._values_of(node).take(frozenset({YES if want else NO}), want=True)
        match node:
            case {"contains": sides} | {"containsAny": sides} | {"containsAll": sides}:
                ((name, _),) = node.items()
                self._holding(name, sides["left"], sides["right"], want=want)
            case {"isEmpty": {"arg": of}}:
                self.held[self._thing(of)].take_size(empty=want)
            case {"is": {"left": of, "entity_type": kind, **further}} if not further:
                self._values_of({"is": of}).take(frozenset({kind}), want=want)
            case {"in": {"left": {"Var": "action"} as of, "right": those}}:
                self._one_of(of, _listed(those), want=want)
            case {"in": {"left": {"Var": "resource"} as of, "right": those}}:
                self._of_applications(of, _listed(those), want=want)
            case dict() if len(node) == 1 and next(iter(node)) in SIGNS:
                ((sign, sides),) = node.items()
                orders = SIGNS[sign] if want else ANY_ORDER - SIGNS[sign]
                self._compared(sides["left"], sides["right"], orders)

    def _compared(self, left: Any, right: Any, orders: frozenset[str]) -> None:
        if _is_fixed(left) and not _is_fixed(right):
            left, right, orders = right, left, _turned(orders)
        fixed, number = _constant(right), _number(right)
        if number is not None:
            self._number_of(left).take(number, orders)
        elif fixed is not None:
            self._values_of(left).take(frozenset({fixed}), want=orders == {SAME})
        else:
            if _key(left) > _key(right):
                left, right, orders = right, left, _turned(orders)
            key = self._thing(left, _key(right))
            before = frozenset({SAME}) if left == right else ANY_ORDER
            self.orders[key] = self.orders.get(key, before) & orders

    def _holding(self, name: str, left: Any, right: Any, *, want: bool) -> None:
        if "Set" in left and name == "contains":
            self._one_of(right, left["Set"], want=want)
            return
        if "Set" in left and name == "containsAny":
            left, right = right, left
        items = [right] if name == "contains" else right.get("Set")
        if items and "Set" not in left:
            self.held[self._thing(left)].take(name, frozenset(map(_key, items)), want=want)

    def _one_of(self, of: Any, those: Sequence[Any], *, want: bool) -> None:
        numbers = [number for one in those if (number := _number(one)) is not None]
        values = [value for one in those if (value := _constant(one)) is not None]
        if numbers and len(numbers) == len(those):
            if want:  # what lies between is left open
                self._number_of(of).take(min(numbers), SIGNS[">="])
                self._number_of(of).take(max(numbers), SIGNS["<="])
            for number in [] if want else numbers:
                self._number_of(of).take(number, SIGNS["!="])
        elif values and len(values) == len(those):
            self._values_of(of).take(frozenset(values), want=want)

    def _of_applications(self, of: Any, those: Sequence[Any], *, want: bool) -> None:
        """A resource is of one application."""
        if those and all('"Application"' in _key(one) for one in those):
            self._one_of({"in": of}, those, want=want)

    def _values_of(self, node: Any) -> Values:
        key, fixed = self._thing(node), _constant(node)
        if key not in self.values:
            path = path_of(node) if "." in node else None  # not whether it is known
            listed = LISTS[path].values if path is not None and path in LISTS else None
            known = frozenset({fixed}) if fixed is not None else None
            among = known if listed is None else frozenset(_key({"Value": one}) for one in listed)
            self.values[key] = Values(among)
        return self.values[key]

    def _number_of(self, node: Any) -> Number:
        key, fixed = self._thing(node), _number(node)
        if key not in self.numbers:
            path = path_of(node) if "." in node else None
            of = RANGES.get(path) if path is not None else None
            known = Number() if of is None else Number(of.least, of.most)
            self.numbers[key] = known if fixed is None else Number(fixed, fixed)
        return self.numbers[key]

    def _thing(self, node: Any, beside: Key = "") -> Key:
        key = _key(node) + beside
        self.things.setdefault(key, node)
        return key


def _key(node: Any) -> Key:
    return json.dumps(node, sort_keys=True)


def _constant(node: Any) -> Key | None:
    """Of a text, an answer, an entity or a number; what is written otherwise is another one, but for moments and spans,
    which are numbers.
    """
    match node:
        case {"Value": bool() | int() | str() | {"__entity": _}}:
            return _key(node)
    return None


def _number(node: Any) -> int | None:
    """Of a moment or a span, milliseconds."""
    match node:
        case {"Value": int(number)} if not isinstance(number, bool):
            return number
        case {"datetime": [{"Value": text}]} | {"duration": [{"Value": text}]}:
            ((name, _),) = node.items()
            return EXTENSIONS[name](text)
    return None


def _is_fixed(node: Any) -> bool:
    return _constant(node) is not None or _number(node) is not None


def _listed(node: Any) -> list[Any]:
    return list(node["Set"]) if "Set" in node else [node]


def _turned(orders: frozenset[str]) -> frozenset[str]:
    return frozenset(TURNED[one] for one in orders)
