"""A page of what a search found, and the ways on from it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.audit.search import Found, NotSearched, Position, PositionRefused, Search, TooManyPeople
from gateway.web.officer.filters import Filters, sequence_of

PAGE_SIZE = 50  # entries
PLACE = 60  # characters of an address that say where a page begins
BEFORE = "before"
"""In the address: the number of the last entry that was shown, or the place that the search had reached."""


@dataclass(frozen=True, slots=True)
class PageFound:
    entries: tuple[Found, ...] = ()
    older: str = ""
    """Address of the next page; empty on the last."""
    newest: str = ""
    """Address of the first, on all others."""
    too_many: bool = False
    """People whom the name fits."""
    not_searched: NotSearched | None = None
    before: str = ""
    """Where it begins, as the address had it; empty on the first."""
    reached: datetime | None = None
    """Where the search ended early: what is older was not looked at yet, and is on the page `older`."""

    @property
    def ended(self) -> bool:
        return not self.older

    @property
    def span(self) -> tuple[int, int] | None:
        """The lowest and the highest number shown."""
        numbers = [one.sequence for one in self.entries]
        return (min(numbers), max(numbers)) if numbers else None


async def found(log: Search, filters: Filters, before: str) -> PageFound:
    """`log`: as far as the reader sees it. Raises SearchTooLong."""
    if filters.unreadable:
        return PageFound()  # half a question gets no answer: it would be taken for the whole one's
    after = await _place(log, before)
    newest, before = (filters.address(), before[:PLACE]) if after is not None else ("", "")
    try:
        page = await log.page(filters.query, after, PAGE_SIZE + 1)
    except TooManyPeople:
        return PageFound(newest=newest, before=before, too_many=True)
    shown, older = page.entries[:PAGE_SIZE], ""
    if len(page.entries) > PAGE_SIZE:
        older = filters.address(**{BEFORE: str(shown[-1].sequence)})
    elif page.reached is not None:
        older = filters.address(**{BEFORE: str(page.following)})
    return PageFound(
        shown, older, newest, before=before, not_searched=page.not_searched, reached=page.reached
    )


async def _place(log: Search, before: str) -> Position | None:
    sequence = sequence_of(before)
    if sequence is not None:
        return await log.position(sequence)
    try:
        return Position.parse(before)
    except PositionRefused:
        return None
