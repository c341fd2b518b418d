"""Whether an entry fits what a query asks beyond the log's columns. Pure; the entry itself is asked, no index."""

from datetime import datetime, time

from gateway.audit.curtailed import quickly
from gateway.audit.fields import ANY, LONGEST, Told, moved, values_of
from gateway.audit.search import Having, Hours, Query
from gateway.audit.terms import LOCAL, Quick
from gateway.audit.words import Wanted


class Fitting:
    """The further conditions of one query, made ready for many entries."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._wanted = Wanted(query.text) if query.text else None

    def __call__(self, whole: Quick, at: datetime) -> bool:
        """`at`: of the entry; aware. What its reader is not shown fits nothing."""
        query = self._query
        entry = quickly(whole, query.within)
        return (
            all(_has(entry, one) for one in query.having)
            and (query.hours is None or _within(at, query.hours))
            and self._size_fits(entry)
            and (self._wanted is None or self._wanted.stands_in(entry))
        )

    def _size_fits(self, entry: Told) -> bool:
        least, most = self._query.bytes_from, self._query.bytes_to
        if least is None and most is None:
            return True
        size = moved(entry)
        return size is not None and (least or 0) <= size and (most is None or size <= most)


def _has(entry: Told, wanted: Having) -> bool:
    values = values_of(wanted.field, entry)
    return any(_is(value, one) for value in values for one in wanted.values) is not wanted.without


def _is(value: str, wanted: str) -> bool:
    if wanted.endswith(ANY):
        return value.startswith(wanted[:-1][:LONGEST])
    return value == wanted[:LONGEST]


def _within(at: datetime, hours: Hours) -> bool:
    clock: time = at.astimezone(LOCAL).time()
    if hours.begin < hours.end:
        return hours.begin <= clock < hours.end
    return clock >= hours.begin or clock < hours.end
