"""Ways in which a policy may come to apply, or not to: what its conditions ask for, as changes of a question. Pure.

They are guesses, and Cedar answers each question: a way that does not lead there finds nothing, and hides nothing.
"""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from typing import Any

from config.vocabulary import Role
from policies.comparisons import EXTENSIONS, OPERATORS
from policies.fact_places import PLACES, FactPlace
from policies.kept_by_text import kept_by_text
from policies.loosened import HOLDING, Said, leaves_nothing_open
from policies.model import ActivityRole, Facts, Question
from policies.moments_tried import Wanted
from policies.parsed import parsed
from policies.reading import path_of

MOST = 16  # alternatives of one policy
MOST_EACH = 6  # choices of values for one alternative
ROOM = 1 << 20  # characters of permits
ANOTHER = "zq9-another"
ANOTHER_PERSON = "urad:33333333-3333-4333-8333-333333333333"
OUTSIDE = ("198.51.100.9", "2001:db8::9", "203.0.113.9", "")  # RFC 5737, RFC 3849
DAY = 86_400_000  # milliseconds
Edit = Callable[[Question], Question]
Alternative = tuple[Wanted, ...]
"""Conditions without `&&`, `||` and `!`, each with how it is to come out."""


def alternatives(text: str, *, applies: bool) -> list[Alternative]:
    """Of one statement: each is enough. Of many the first."""
    return list((_applying if applies else _not_applying)(text))


@kept_by_text(ROOM)
def _applying(text: str) -> tuple[Alternative, ...]:
    return tuple(_alternatives_of(text, applies=True))


@kept_by_text(ROOM)
def _not_applying(text: str) -> tuple[Alternative, ...]:
    return tuple(_alternatives_of(text, applies=False))


def _alternatives_of(text: str, *, applies: bool) -> list[Alternative]:
    (policy,) = parsed(text)["staticPolicies"].values()
    conditions = [(one["body"], (one["kind"] == "when") is applies) for one in policy["conditions"]]
    scope = policy["principal"]
    entity = scope.get("entity") or (scope.get("in") or {}).get("entity")
    if entity is not None:
        named = {"==": {"left": {"Var": "principal"}, "right": {"Value": {"__entity": entity}}}}
        conditions.insert(0, (named, applies))
    if applies:
        found: Iterator[Alternative] = iter([()])
        for body, want in conditions:
            found = _both(list(islice(found, MOST)), body, want=want)
        return list(islice(found, MOST))
    return list(islice((one for body, want in conditions for one in _alternatives(body, want=want)), MOST))


def _both(before: Sequence[Alternative], body: Any, *, want: bool) -> Iterator[Alternative]:
    more = list(islice(_alternatives(body, want=want), MOST))
    return ((*one, *other) for one, other in product(before, more))


def _alternatives(node: Any, *, want: bool) -> Iterator[Alternative]:
    match node:
        case {"Value": bool(value)}:
            if value is want:
                yield ()
        case {"!": {"arg": inside}}:
            yield from _alternatives(inside, want=not want)
        case {"&&": sides} | {"||": sides}:
            if ("&&" in node) is want:
                yield from _both(
                    list(islice(_alternatives(sides["left"], want=want), MOST)), sides["right"], want=want
                )
            else:
                yield from _alternatives(sides["left"], want=want)
                yield from _alternatives(sides["right"], want=want)
        case {"if-then-else": parts}:
            for chosen in (True, False):
                first = list(islice(_alternatives(parts["if"], want=chosen), MOST))
                yield from _both(first, parts["then" if chosen else "else"], want=want)
        case _:
            yield ((node, want),)


@kept_by_text(ROOM)
def roles_together(text: str) -> tuple[tuple[tuple[Role, ...], ...], ...]:
    """Where a permit asks for several roles at once: of each of these groups one."""
    if text.count("Role::") < 2:
        return ()
    found = (tuple(_groups(one)) for one in alternatives(text, applies=True))
    return tuple(dict.fromkeys(groups for groups in found if len(groups) > 1))


def _groups(alternative: Alternative) -> Iterator[tuple[Role, ...]]:
    for node, want in alternative:
        ((name, inside),) = node.items()
        if name == "==" and want:
            for one, other in (("left", "right"), ("right", "left")):
                if path_of(inside[one]) == ("principal", "roles"):
                    yield from ((Role(role),) for role in _listed(inside[other]))
        if not want or name not in HOLDING or path_of(inside["left"]) != ("principal", "roles"):
            continue
        named = tuple(Role(one) for one in _listed(inside["right"]) or [_value(inside["right"], None)] if one)
        if name == "containsAll":
            yield from ((one,) for one in named)
        elif named:
            yield named


@dataclass(frozen=True, slots=True)
class Ways:
    """`usual`: what is known where everything is, at the moment of the question."""

    said: Said
    usual: Callable[[Question], Facts]

    def changed(self, alternative: Alternative, question: Question) -> Iterator[Question]:
        """With each choice of values; as it is, where nothing has to be changed."""
        choices = [list(self._edits(node, want=want)) or [_same] for node, want in alternative]
        for chosen in islice(product(*choices), MOST_EACH):
            asked = question
            for edit in chosen:
                asked = edit(asked)
            yield asked

    def _edits(self, node: Any, *, want: bool) -> Iterator[Edit]:
        if leaves_nothing_open(node, self.said):
            return
        path = path_of(node)
        if path is not None:
            yield from self._known(node, want=want) if "has" in node else self._put(node, lambda _: want)
            return
        ((name, inside),) = node.items()
        if name in OPERATORS:
            yield from self._compared(name, inside["left"], inside["right"], want=want)
            yield from self._compared(TURNED.get(name, name), inside["right"], inside["left"], want=want)
        elif name in ("contains", "containsAny", "containsAll"):
            yield from self._holding(name, inside["left"], inside["right"], want=want)
        elif name == "in" or (name == "is" and "in" in inside):
            yield from self._compared("==", inside["left"], inside.get("right", inside.get("in")), want=want)
            yield from self._compared("==", inside.get("right", inside.get("in")), inside["left"], want=want)
        elif name == "like":
            text = "".join(one["Literal"] if isinstance(one, dict) else "x" for one in inside["pattern"])
            yield from self._put(inside["left"], lambda _: text if want else ANOTHER)
        elif name == "isInRange":
            yield from self._put(inside[0], lambda _: _address(inside[1], within=want))
        elif name == "isEmpty":
            yield from self._put(inside["arg"], lambda _: frozenset() if want else frozenset({ANOTHER}))

    def _place(self, node: Any) -> FactPlace | None:
        path = path_of(node)
        return None if path is None or self.said.exactly(path) else PLACES.get(path)

    def _put(self, node: Any, value: Callable[[Question], Any]) -> Iterator[Edit]:
        place = self._place(node)
        if place is not None:
            path = path_of(node) or ()
            yield lambda asked: place.set(known := self._with_record(path, asked), value(known))

    def _with_record(self, path: tuple[str, ...], asked: Question) -> Question:
        """What has a value of its own is there."""
        record = PLACES.get(path[:2]) if path[:1] == ("context",) and len(path) == 3 else None
        if record is None or self.said.exactly(path[:2]) or record.get(asked) is not None:
            return asked
        return record.set(asked, getattr(self.usual(asked), path[1]))

    def _known(self, node: Any, *, want: bool) -> Iterator[Edit]:
        place = self._place(node)
        if place is None:
            return
        if not want:
            yield lambda asked: place.set(asked, None)
            return
        path = path_of(node) or ()

        def known(asked: Question) -> Question:
            there = self._with_record(path, asked)
            if place.get(there) is not None:
                return there
            usual = place.get(_with_facts(there, self.usual(there)))
            return place.set(there, usual if usual is not None else USUALLY.get(path[-1]))

        yield known

    def _compared(self, sign: str, read: Any, other: Any, *, want: bool) -> Iterator[Edit]:
        """`read` is changed, so that it compares so with the other side, as that is."""
        if self._place(read) is None:
            return
        for choice in range(3):

            def value(asked: Question, choice: int = choice) -> Any:
                place, beside = self._place(read), _value(other, asked)
                now = place.get(asked) if place else None
                fitting = [one for one in _around(beside) if _comes_out(sign, one, beside) is want]
                return fitting[choice % len(fitting)] if fitting else now

            yield from self._put(read, value)

    def _holding(self, name: str, left: Any, right: Any, *, want: bool) -> Iterator[Edit]:
        if self._place(left) is not None:

            def held(asked: Question) -> Any:
                place, value = self._place(left), _value(right, asked)
                before = (place.get(asked) if place else None) or frozenset()
                those = value if isinstance(value, frozenset) else frozenset({value} - {None})
                return before | those if want else before - those

            yield from self._put(left, held)
        elif self._place(right) is not None and (listed := _listed(left)):
            for one in listed[:2] if want else [ANOTHER]:
                value = one if name == "contains" else frozenset({one})
                yield from self._put(right, partial(_given, value))


def _given(value: Any, _: Question) -> Any:
    return value


def _same(asked: Question) -> Question:
    return asked


def _with_facts(asked: Question, facts: Facts) -> Question:
    return replace(asked, facts=facts)


TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
USUALLY: dict[str, Any] = {
    "os": "windows",
    "os_version": 11,
    "owner": ANOTHER_PERSON,
    "age": 60,
    "address": "192.0.2.7",
}


def _around(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int):
        return [value, value - 1, value + 1, value - DAY, value + DAY]
    if isinstance(value, frozenset):
        return [value, frozenset(), frozenset({ANOTHER})]
    return [] if value is None else [value, ANOTHER_PERSON if ":" in str(value) else ANOTHER]


def _comes_out(sign: str, one: Any, beside: Any) -> bool | None:
    try:
        return bool(OPERATORS[sign](one, beside))
    except TypeError:
        return None


def _listed(node: Any) -> list[Any]:
    found = [_value(one, None) for one in node.get("Set", ())] if isinstance(node, dict) else []
    return [one for one in found if one is not None]


def _value(node: Any, asked: Question | None) -> Any:  # noqa: PLR0911 - one for each form
    """As `fact_places` keeps it; None: not known."""
    match node:
        case {"Value": {"__entity": {"id": str(name)}}}:
            return name
        case {"Value": value} if isinstance(value, str | int):
            return value
        case {"Set": list()}:
            return (
                frozenset(_listed(node))
                if asked is None
                else frozenset(one for each in node["Set"] if (one := _value(each, asked)) is not None)
            )
        case {"Record": {"agenda": agenda, "activity_role": role}} if asked is not None:
            return ActivityRole(
                municipality=asked.own_municipality,
                agenda=_value(agenda, None),
                activity_role=_value(role, None),
            )
        case {"Var": "action"} if asked is not None:
            return asked.action
    for name, reads in EXTENSIONS.items():
        if isinstance(node, dict) and name in node and isinstance(node[name], list):
            return reads(node[name][0].get("Value"))
    path = path_of(node)
    place = None if path is None else PLACES.get(path)
    return None if place is None or asked is None else place.get(asked)


def _address(node: Any, *, within: bool) -> str:
    text = node["ip"][0].get("Value") if isinstance(node, dict) and "ip" in node else ""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except (ValueError, TypeError):
        return ""
    first = network.network_address
    if within:
        return str(first)
    return next(one for one in OUTSIDE if not one or ipaddress.ip_address(one) not in network)
