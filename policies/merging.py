"""Two changes of the same policies put together, piece by piece: what only one of them touched is as that one has it.

Laws:
1. Nothing that only one side changed is lost, and what neither changed stays.
2. What both changed, each otherwise, is a conflict: it is told, and goes by somebody's choice or not at all.
3. Which side is which changes nothing but whose order stands where neither moved anything.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.blocks import Block, Key, NotTakenApart, Sort, blocks_of, put_together, whole
from policies.texts import Texts


class Side(StrEnum):
    OWN = "own"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both changed, each otherwise: its text on each side; empty where that side has taken it out."""

    file: str
    key: Key | None
    """None: the order of the pieces."""
    own: str
    today: str

    @property
    def mark(self) -> str:
        """A choice is about these very texts: hexadecimal."""
        key = self.key or Key(Sort.WHOLE, "order")
        said = (self.file, key.sort.value, key.name, str(key.number), self.own, self.today)
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Merged:
    """`texts` count only where there is no conflict left."""

    texts: Texts
    conflicts: tuple[Conflict, ...]


Choices = Mapping[str, Side]
"""By the mark of the conflict."""
NOTHING_CHOSEN: Choices = {}


def merged(base: Texts | None, own: Texts, today: Texts, choices: Choices = NOTHING_CHOSEN) -> Merged:
    """`base`: what both began from; None: nobody knows, so whatever differs is a conflict. Texts by name; a text that
    is not there is empty.
    """
    texts: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for name in sorted((base or {}).keys() | own.keys() | today.keys()):
        begun = None if base is None else base.get(name, "")
        text = _file(name, begun, (own.get(name, ""), today.get(name, "")), choices, conflicts)
        if text.strip():
            texts[name] = text
    return Merged(texts, tuple(conflicts))


def _file(
    name: str, base: str | None, two: tuple[str, str], choices: Choices, conflicts: list[Conflict]
) -> str:
    own, today = two
    if own in (base, today):
        return today
    if today == base:
        return own
    before, mine, theirs = (_by_key(each) for each in _taken_apart(name, (base or "", own, today)))
    kept: dict[Key, str] = {}
    for key in dict.fromkeys([*theirs, *mine]):
        conflict = Conflict(name, key, mine.get(key, ""), theirs.get(key, ""))
        begun = None if base is None else before.get(key, "")
        if (text := _piece(begun, conflict, choices, conflicts)) != "":
            kept[key] = text
    order = _order(name, [list(each) for each in (before, mine, theirs)], choices, conflicts)
    return put_together([kept[key] for key in order if key in kept])


def _taken_apart(name: str, three: Sequence[str]) -> list[list[Block]]:
    try:
        return [blocks_of(name, text) for text in three]
    except NotTakenApart:
        return [whole(text) for text in three]


def _by_key(blocks: Sequence[Block]) -> dict[Key, str]:
    return {one.key: one.text for one in blocks}


def _piece(base: str | None, found: Conflict, choices: Choices, conflicts: list[Conflict]) -> str:
    if found.own in (base, found.today):
        return found.today
    if found.today == base:
        return found.own
    return found.own if _chosen(found, choices, conflicts) is Side.OWN else found.today


def _chosen(found: Conflict, choices: Choices, conflicts: list[Conflict]) -> Side | None:
    side = choices.get(found.mark)
    if side is None:
        conflicts.append(found)
    return side


def _order(
    name: str, three: Sequence[Sequence[Key]], choices: Choices, conflicts: list[Conflict]
) -> list[Key]:
    """Of all pieces: that of the side which moved some, with what only the other has behind what stands before it
    there.
    """
    base, own, today = three
    common = frozenset(base) & frozenset(own) & frozenset(today)
    was, mine, theirs = ([key for key in each if key in common] for each in three)
    first, other = today, own
    if theirs == was and mine != was:
        first, other = own, today
    elif mine not in (was, theirs):
        found = Conflict(name, None, _listed(mine), _listed(theirs))
        if _chosen(found, choices, conflicts) is Side.OWN:
            first, other = own, today
    return _ends_apart(_inserted(first, other))


def _inserted(first: Sequence[Key], other: Sequence[Key]) -> list[Key]:
    order, there = list(first), set(first)
    for at, key in enumerate(other):
        if key not in there:
            order.insert(order.index(other[at - 1]) + 1 if at else 0, key)
            there.add(key)
    return order


def _ends_apart(order: Sequence[Key]) -> list[Key]:
    """Remarks of the beginning and of the end stay there."""
    places = {Sort.BEGINNING: 0, Sort.END: 2}
    return sorted(order, key=lambda key: places.get(key.sort, 1))


def _listed(keys: Sequence[Key]) -> str:
    return "\n".join(_names(keys))


def _names(keys: Sequence[Key]) -> Iterator[str]:
    for key in keys:
        yield key.name.partition("\n")[0] or key.sort.value
