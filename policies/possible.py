"""What one thing can still be, after all that a policy asks of it: a number, one of some values, a set. Pure.

What is not understood leaves it open, so that whatever is called impossible here is so.
"""

from dataclasses import dataclass, field

Key = str
"""Of a value, as it stands in the policy."""
LEAST, GREATEST = -(2**63), 2**63 - 1
"""Of Cedar's numbers, and of milliseconds in its moments and spans."""
LESS, SAME, MORE = "<", "=", ">"
SIGNS = {
    "<": frozenset({LESS}),
    "<=": frozenset({LESS, SAME}),
    ">": frozenset({MORE}),
    ">=": frozenset({MORE, SAME}),
    "==": frozenset({SAME}),
    "!=": frozenset({LESS, MORE}),
}
"""How the left side may lie to the right one; of what has no order, `!=` is either."""
ANY_ORDER = frozenset({LESS, SAME, MORE})

YES, NO = '{"Value": true}', '{"Value": false}'


@dataclass(slots=True)
class Values:
    """Of one thing. None: any."""

    among: frozenset[Key] | None = None
    none_of: frozenset[Key] = frozenset()

    def take(self, values: frozenset[Key], *, want: bool) -> None:
        if not want:
            self.none_of |= values
        else:
            self.among = values if self.among is None else self.among & values

    def impossible(self) -> bool:
        return {YES, NO} <= self.none_of or (self.among is not None and self.among <= self.none_of)


@dataclass(slots=True)
class Number:
    least: int = LEAST
    most: int = GREATEST
    none_of: set[int] = field(default_factory=set)

    def take(self, number: int, orders: frozenset[str]) -> None:
        """`orders`: how it may lie to that number."""
        if MORE not in orders:
            self.most = min(self.most, number if SAME in orders else number - 1)
        if LESS not in orders:
            self.least = max(self.least, number if SAME in orders else number + 1)
        if SAME not in orders:
            self.none_of.add(number)

    def impossible(self) -> bool:
        if self.most - self.least > len(self.none_of):
            return False
        return self.none_of.issuperset(range(self.least, self.most + 1))


@dataclass(slots=True)
class Held:
    """What a set holds: all of `every`, none of `none`, one of each of `some`, not all of each of `not_all`."""

    every: set[Key] = field(default_factory=set)
    none: set[Key] = field(default_factory=set)
    some: list[frozenset[Key]] = field(default_factory=list)
    not_all: list[frozenset[Key]] = field(default_factory=list)
    empty: bool | None = None
    impossible_size: bool = False

    def take(self, name: str, items: frozenset[Key], *, want: bool) -> None:
        if name == "containsAny" and want:
            self.some.append(items)
        elif name == "containsAll" and not want:
            self.not_all.append(items)
        else:
            (self.every if want else self.none).update(items)

    def take_size(self, *, empty: bool) -> None:
        self.impossible_size |= self.empty is not empty and self.empty is not None
        self.empty = empty

    def impossible(self) -> bool:
        return (
            self.impossible_size
            or not self.every.isdisjoint(self.none)
            or (self.empty is True and bool(self.every or self.some))
            or any(one <= self.none for one in self.some)
            or any(one <= self.every for one in self.not_all)
        )
