"""The accesses of a campaign as a page shows them: person by person, so many on a page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.alphabet import Order, alphabetical, by_surname
from gateway.access_review.campaign import Choice, Item, Kind

PAGE = 25  # people: what a phone scrolls through without getting lost


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, or a technical account, with everything that is reviewed of it."""

    name: str
    login: str
    subject: str
    technical: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of people. Pages count from 1."""

    people: Sequence[Somebody]
    page: int
    pages: int


def people(items: Sequence[Item]) -> list[Somebody]:
    """By surnames, technical accounts behind them; what was added later stands at the end of its person's own."""
    ordered = sorted(items, key=lambda one: (_place(one), one.held.subject, one.number))
    return [
        Somebody(some[0].held.name, some[0].held.login, whose, some[0].held.kind is Kind.TECHNICAL, some)
        for (_, whose), each in groupby(ordered, key=lambda one: (one.held.name, one.held.subject))
        if (some := tuple(each))
    ]


def _place(one: Item) -> tuple[bool, tuple[Order, Order]]:
    """A program has no surname."""
    technical, name = one.held.kind is Kind.TECHNICAL, one.held.name
    return technical, (alphabetical(name), alphabetical(name)) if technical else by_surname(name)


def leaf(everybody: Sequence[Somebody], page: int) -> Leaf:
    """The page asked for, or the nearest that there is."""
    pages = max(1, -(-len(everybody) // PAGE))
    page = min(max(page, 1), pages)
    return Leaf(everybody[(page - 1) * PAGE : page * PAGE], page, pages)


def can_be_removed(one: Item, own: Collection[str]) -> bool:
    """As far as the access itself goes: it is there, not removed, and of no account among one's own."""
    return one.gone_at is None and one.choice is not Choice.REMOVE and one.held.subject not in own


def page_of(everybody: Sequence[Somebody], number: int) -> int | None:
    """On which page the access with that number is; None: on none."""
    found = (
        place // PAGE + 1
        for place, somebody in enumerate(everybody)
        for one in somebody.items
        if one.number == number
    )
    return next(found, None)


def next_open(everybody: Sequence[Somebody], behind: int, own: Collection[str]) -> int | None:
    """Number of the next access to decide, behind the one with that number; never that of an account of one's own."""
    in_order = [
        (one.number, one.open and somebody.subject not in own)
        for somebody in everybody
        for one in somebody.items
    ]
    at = next((place for place, (number, _) in enumerate(in_order) if number == behind), -1)
    left = [number for number, undecided in in_order[at + 1 :] + in_order[: at + 1] if undecided]
    return left[0] if left else None
