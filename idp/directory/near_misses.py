"""Groups whose names are nearly those of a rule: most likely somebody mistyped one of the two. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from config.settings import ICO_PLACEHOLDER, PLACEHOLDER, RoleMapping
from idp.directory.names import NotAName, comparable

MOST = 2  # letters added, left out or exchanged; more is another name
DIGITS = re.compile(r"(?<![0-9])(?:([0-9]{8})|([0-9]{6}))(?![0-9])")
ANYWHERE = re.compile(f"{re.escape(PLACEHOLDER)}|{re.escape(ICO_PLACEHOLDER)}")
SOME = "{}"  # stands for a municipality in both


@dataclass(frozen=True, slots=True, order=True)
class NearMiss:
    group: str
    rule: int
    """Number of the rule from 0."""
    same: bool
    """It is the rule's name, but for a municipality that is not in the district."""


def near_misses(
    rules: Sequence[RoleMapping], groups: Collection[str], matched: Collection[str]
) -> Iterator[NearMiss]:
    """`matched`: groups that some rule means."""
    patterns = [
        (
            number,
            ANYWHERE.sub(SOME, comparable(ANYWHERE.sub(SOME, one.group))),
            bool(ANYWHERE.search(one.group)),
        )
        for number, one in enumerate(rules)
        if one.group is not None
    ]
    known: dict[str, tuple[int, bool] | None] = {}
    for group in sorted(set(groups) - set(matched)):
        name = _template(group)
        if name not in known:
            known[name] = _nearest(patterns, name, _plain(group))
        found = known[name]
        if found is not None:
            yield NearMiss(group, *found)


def _template(group: str) -> str:
    return DIGITS.sub(SOME, _plain(group))


def _plain(group: str) -> str:
    try:
        return comparable(group)
    except NotAName:
        return group.casefold()


def _nearest(patterns: Sequence[tuple[int, str, bool]], template: str, plain: str) -> tuple[int, bool] | None:
    for number, pattern, any_place in patterns:
        if within(pattern, template if any_place else plain, MOST):
            return number, any_place and pattern == template
    return None


def within(one: str, other: str, most: int) -> bool:
    """Whether at most so many letters must be added, left out or exchanged (Levenshtein), within a narrow band."""
    if abs(len(one) - len(other)) > most:
        return False
    before = {column: column for column in range(most + 1)}
    for row, letter in enumerate(one, start=1):
        here: dict[int, int] = {}
        for column in range(max(0, row - most), min(len(other), row + most) + 1):
            options = [before.get(column, most) + 1, here.get(column - 1, most) + 1]
            if column:
                options.append(before.get(column - 1, most) + (letter != other[column - 1]))
            here[column] = min(options)
        if min(here.values()) > most:
            return False
        before = here
    return before.get(len(other), most + 1) <= most
