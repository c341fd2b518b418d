"""Answering a ready question: entries, each with what closed its matter, or counts of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings.questions import AuditGroup
from gateway.audit.canonical import Recorded
from gateway.audit.fields import Told, values_of
from gateway.audit.questions import Question
from gateway.audit.search import Found, Having, NotSearched, Query, Search, SearchTooLong
from gateway.audit.tally import Row, Tally

LISTED = 200  # entries of an answer
COUNTED = 200_000  # entries that are counted together: some seconds
ROWS = 200  # of one count


@dataclass(frozen=True, slots=True)
class Listed:
    found: Found
    closed: Recorded | None = None
    """The entry that closed the matter, where the question asks for one."""


@dataclass(frozen=True, slots=True)
class Counts:
    group: AuditGroup
    rows: Sequence[Row]
    """The most first, at most `ROWS`."""
    more: int
    """Rows that are left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    query: Query
    """With the span that was looked at."""
    entries: Sequence[Listed]
    counts: Sequence[Counts]
    whole: bool
    """Nothing is left out; otherwise the newest were looked at."""
    not_searched: NotSearched | None = None
    reached: datetime | None = None
    """Where the search ended early: what is older was not looked at."""

    @property
    def found(self) -> int:
        return len(self.entries) + sum(len(one.rows) for one in self.counts)


async def answered(question: Question, query: Query, log: Search) -> Answer:
    """`query`: what `question.asked` gave. Raises TooManyPeople, SearchTooLong."""
    if question.form.groups:
        return await _counted(question, query, log)
    page = await log.page(query, None, LISTED)
    entries, missed = [], page.not_searched
    for one in page.entries:
        closed, missed_here = await _closed(question, one, log)
        entries.append(Listed(one, closed))
        missed = missed or missed_here
    return Answer(question, query, entries, (), page.following is None, missed, page.reached)


async def _counted(question: Question, query: Query, log: Search) -> Answer:
    tallies = [Tally(group) for group in question.form.groups]

    def take(told: Told, at: int) -> None:
        for one in tallies:
            one.take(told, at)

    read = await log.read_through(query, take, COUNTED)
    counts = []
    for one in tallies:
        rows = one.rows()
        counts.append(Counts(one.group, rows[:ROWS], max(0, len(rows) - ROWS)))
    return Answer(question, query, (), counts, read.whole, read.not_searched, read.reached)


async def _closed(question: Question, one: Found, log: Search) -> tuple[Recorded | None, NotSearched | None]:
    """The first entry behind it that closes it; and what was not looked at, where it may stand as well."""
    form = question.form.followed_by
    if form is None or not isinstance(one, Recorded):
        return None, None
    closing = question.closed_by(one.entry.code)
    values = values_of(form.same, one.entry)
    if not values or closing is None:
        return None, None
    same = Having(form.same, frozenset(values[:1]))
    asked = Query(codes=frozenset({closing}), having=(same,), since=one.entry.at)
    first, after = None, None
    while True:
        page = await log.page(asked, after, LISTED)
        if page.reached is not None:  # whether it was closed is not known, and "not yet" would be a guess
            raise SearchTooLong
        behind = [
            each for each in page.entries if isinstance(each, Recorded) and each.sequence > one.sequence
        ]
        first = behind[-1] if behind else first
        if page.following is None:
            return first, page.not_searched if first is None else None
        after = page.following
