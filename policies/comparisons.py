"""What a policy learns of the circumstances: how two of them compare, whether there are any, or their very values.

An age differs at every decision, and a policy that says `context.sign_in.age <= 28800` still knows but two of them. So
what a policy can tell apart is less than what it looks at, and decisions that it cannot tell apart have one answer.
Law: where `seen` is the same, and so is everything else that is asked, a policy says the same.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Path = tuple[str, ...]
"""Of attributes below `context`."""
Paths = frozenset[Path]
Term = Path | int
"""What is compared: a circumstance, or a number that stands in the policy; moments and spans count in milliseconds."""

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
"""Two spellings of Cedar's `datetime`, those that `policies.request` writes; another one is looked at exactly."""
SPAN = re.compile(
    r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?"
)
"""Cedar's `duration`, of those that are not negative."""
IN_MILLISECONDS = (86_400_000, 3_600_000, 60_000, 1_000, 1)


@dataclass(frozen=True, slots=True, order=True)
class Comparison:
    operator: str
    left: Term
    right: Term

    @property
    def paths(self) -> Iterator[Path]:
        return (term for term in (self.left, self.right) if isinstance(term, tuple))


@dataclass(frozen=True, slots=True)
class Learnt:
    """All that policies can tell apart in the circumstances."""

    compared: frozenset[Comparison] = frozenset()
    asked_for: Paths = frozenset()
    """Whether there is such a one."""
    exactly: Paths = frozenset()

    def within(self, paths: Paths) -> "Learnt":
        """What concerns these circumstances."""
        return Learnt(
            frozenset(one for one in self.compared if not paths.isdisjoint(one.paths)),
            self.asked_for & paths,
            self.exactly & paths,
        )

    @property
    def paths(self) -> Paths:
        return self.asked_for | self.exactly | {path for one in self.compared for path in one.paths}


EVERYTHING = Learnt(exactly=frozenset({()}))


def together(found: Iterable[Learnt]) -> Learnt:
    compared, asked_for, exactly = set[Comparison](), set[Path](), set[Path]()
    for one in found:
        compared |= one.compared
        asked_for |= one.asked_for
        exactly |= one.exactly
    return Learnt(frozenset(compared), frozenset(asked_for), frozenset(exactly))


def learnt(node: Any, path_of: Callable[[Any], Path | None]) -> Learnt:
    """By a policy in Cedar's JSON. `path_of`: of a node that reads the context, None of any other."""
    return together(_learnt(node, path_of))


def _learnt(node: Any, path_of: Callable[[Any], Path | None]) -> Iterator[Learnt]:
    if isinstance(node, list):
        for item in node:
            yield from _learnt(item, path_of)
        return
    if not isinstance(node, dict):
        return
    comparison = _comparison(node, path_of)
    if comparison is not None:
        yield Learnt(compared=frozenset({comparison}))
    elif (path := path_of(node)) is not None:
        yield Learnt(asked_for=frozenset({path})) if "has" in node else Learnt(exactly=frozenset({path}))
    else:
        for item in node.values():
            yield from _learnt(item, path_of)


def _comparison(node: Mapping[str, Any], path_of: Callable[[Any], Path | None]) -> Comparison | None:
    if len(node) != 1:
        return None
    ((name, sides),) = node.items()
    if name not in OPERATORS or not isinstance(sides, dict) or sides.keys() != {"left", "right"}:
        return None
    left, right = (_term(sides[side], path_of) for side in ("left", "right"))
    if left is None or right is None or not (isinstance(left, tuple) or isinstance(right, tuple)):
        return None
    return Comparison(name, left, right)


def _term(node: Any, path_of: Callable[[Any], Path | None]) -> Term | None:
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((name, inside),) = node.items()
    if name == "." and (path := path_of(node)):
        return path
    if name == "Value":
        return inside if type(inside) is int else None
    if name in EXTENSIONS and isinstance(inside, list) and len(inside) == 1:
        text = inside[0].get("Value") if isinstance(inside[0], dict) else None
        return EXTENSIONS[name](text)
    return None


def _moment(text: Any) -> int | None:
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at.replace(tzinfo=at.tzinfo or UTC) - EPOCH).total_seconds() * 1000)


def _span(text: Any) -> int | None:
    found = SPAN.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        return None
    return sum(int(number or 0) * each for number, each in zip(found.groups(), IN_MILLISECONDS, strict=True))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXTENSIONS: Mapping[str, Callable[[Any], int | None]] = {"datetime": _moment, "duration": _span}

Seen = tuple[Any, ...]


def apart(of: Learnt, context: Mapping[str, Any], passes: Callable[[Path], bool]) -> tuple[Learnt, Learnt]:
    """What stays as it is in these circumstances, and what may be otherwise at another moment.

    What is compared with something that is not there, and never will be, stays.
    """

    def never(path: Path) -> bool:
        return not passes(path) and _value(context, path) is None

    passing = Learnt(
        frozenset(
            one for one in of.compared if any(map(passes, one.paths)) and not any(map(never, one.paths))
        ),
        frozenset(filter(passes, of.asked_for)),
        frozenset(filter(passes, of.exactly)),
    )
    return Learnt(*(getattr(of, each) - getattr(passing, each) for each in PARTS)), passing


PARTS = ("compared", "asked_for", "exactly")


def answers(compared: Iterable[Comparison], context: Mapping[str, Any]) -> Seen:
    """How these comparisons end in such circumstances, in Cedar's JSON."""
    return tuple(_outcome(one, context) for one in compared)


def seen(of: Learnt, context: Mapping[str, Any]) -> Seen:
    """What is learnt of these circumstances, in Cedar's JSON; to be compared with that of others."""
    return (
        *(repr(_value(context, path)) for path in of.exactly),
        *(_value(context, path) is not None for path in of.asked_for),
        *answers(of.compared, context),
    )


def _outcome(one: Comparison, context: Mapping[str, Any]) -> Any:
    left, right = (
        _value(context, term) if isinstance(term, tuple) else term for term in (one.left, one.right)
    )
    if left is None or right is None:  # to compare with what is not there fails, whatever the other is
        return left is None, right is None
    left, right = _number(left), _number(right)
    if isinstance(left, int) and isinstance(right, int):
        return OPERATORS[one.operator](left, right)
    return repr((left, right))  # of another kind: as it stands


def _value(context: Mapping[str, Any], path: Path) -> Any:
    """None where there is no such circumstance."""
    found: Any = context
    for name in path:
        if not isinstance(found, dict) or name not in found:  # a dict: an abstract class takes longer to tell
            return None
        found = found[name]
    return found


def _number(value: Any) -> Any:
    """Of what is compared as a number; anything else as it stands."""
    if type(value) is int:
        return value
    if isinstance(value, dict) and isinstance(extension := value.get("__extn"), dict):
        counted = EXTENSIONS.get(str(extension.get("fn")))
        number = None if counted is None else counted(extension.get("arg"))
        return repr(value) if number is None else number
    return repr(value)
