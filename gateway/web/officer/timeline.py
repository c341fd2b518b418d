"""The bars above the entries that a search found: how many in which slice of time."""

from gateway.audit.search import Search, SearchTooLong, TooManyPeople
from gateway.web.officer.bars import Bars, drawn
from gateway.web.officer.filters import Filters


async def timeline(log: Search, filters: Filters) -> Bars | None:
    """None where there is nothing to draw, or that takes too long. `log`: as far as the reader sees it."""
    if filters.unreadable:
        return None
    try:
        over = await log.over_time(filters.query)
    except (TooManyPeople, SearchTooLong):
        return None
    return drawn(over, lambda times: "/log" + filters.address(**times)) if over.entries else None
