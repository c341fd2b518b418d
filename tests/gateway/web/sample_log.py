"""The audit log of the small office, in memory; complete for what the pages ask of it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

from gateway.audit.canonical import Recorded
from gateway.audit.checkpointer import Sealed
from gateway.audit.counts import HOUR_OF_DAY, NOTHING_FOUND, ByValue, OverTime, Slice, Valued
from gateway.audit.counts import Counted as Counts
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.fields import values_of
from gateway.audit.fitting import Fitting
from gateway.audit.search import (
    EXACTLY,
    NEWS,
    PAGE,
    Altered,
    Count,
    Counted,
    Found,
    Hour,
    News,
    NotSearched,
    Page,
    Position,
    Query,
    ReadThrough,
    Stored,
    Unreadable,
)
from gateway.audit.slices import cut
from gateway.audit.terms import LOCAL
from gateway.audit.verify_report import Broken, Report
from tests.gateway.web.people import HULIN, KVASICE, NOW


def sample_entries() -> list[Entry]:
    """130 entries, a minute apart, the oldest first: three pages of the log."""
    kinds = [
        (Code.SIGN_IN_COMPLETED, Outcome.SUCCESS, ""),
        (Code.ACCESS, Outcome.SUCCESS, ""),
        (Code.DECISION_REFUSE, Outcome.REFUSED, "role_not_sufficient"),
        (Code.DECISION_PERMIT, Outcome.SUCCESS, ""),
        (Code.DIRECTORY_UNREACHABLE, Outcome.FAILURE, ""),
    ]
    people = ["novakova", "dvorak", "svoboda"]
    return [
        Entry(
            code=kinds[number % 5][0],
            outcome=kinds[number % 5][1],
            at=NOW - timedelta(minutes=130 - number),
            subject=f"0b6f9a52-6f0e-4f0e-9f0a-{number % 3:012}",
            person=people[number % 3],
            session=f"s-{number % 3}",
            municipality=HULIN,
            own_municipality=KVASICE if number % 7 == 0 else HULIN,
            application="records",
            action="read",
            address=f"203.0.113.{number % 9}",
            request_id=f"0b1c2d3e-{number:04}",
            reason=kinds[number % 5][2],
            rule="region/records-mayor",
            policy_version="7d1f0c",
            details={"method": "GET", "path": "/spisy/2026/<b>42</b>", "roles": ["mayor", "clerk"], "ms": 4},
        )
        for number in range(130)
    ]


@dataclass
class MemoryLog:
    """Implements `gateway.audit.search.Search`.

    `damaged` are numbers of entries that cannot be read, `altered` of those that are not what was written.
    """

    entries: list[Entry] = field(default_factory=sample_entries)
    damaged: set[int] = field(default_factory=set)
    altered: set[int] = field(default_factory=set)
    checkpoint_altered: Sealed | None = None
    bound: str | None = None
    counted: Counts = field(default_factory=Counts)
    not_searched: NotSearched | None = None

    def within(self, municipality):
        return self if municipality is None else replace(self, bound=municipality)

    def _here(self, index: int) -> bool:
        one = self.entries[index]
        return self.bound in (None, one.municipality, one.own_municipality)

    def _found(self, index: int) -> Found:
        entry = self.entries[index]
        if index in self.damaged:
            return Unreadable(index, entry.at)
        if index in self.altered:
            return Altered(index, entry.at, ("outcome", "leaf"))
        return Recorded(index, entry.at + timedelta(milliseconds=3), entry)

    async def page(self, query, after=None, limit=PAGE):
        upper = len(self.entries) if after is None else after.sequence
        matching = (
            index
            for index in reversed(range(upper))
            if matches(query, self.entries[index]) and self._here(index)
        )
        found = [self._found(index) for index, _ in zip(matching, range(limit), strict=False)]
        return Page(tuple(found), None, self.not_searched)

    async def read_through(self, query, take, limit):
        for one in (await self.page(query, None, limit)).entries:
            if isinstance(one, Recorded):
                take(one.entry, microseconds(one.entry.at))
        return ReadThrough(whole=self.not_searched is None, not_searched=self.not_searched)

    async def behind(self, query, number):
        """All of it in one look, as there is little."""
        page = await self.page(query)
        fresh = [one for one in reversed(page.entries) if one.sequence >= number]
        return News(tuple(fresh[-NEWS:]), max(0, len(fresh) - NEWS), 0, len(self.entries))

    def _fitting(self, query):
        return [one for index, one in enumerate(self.entries) if matches(query, one) and self._here(index)]

    async def over_time(self, query):
        found = self._fitting(query)
        if not found:
            return NOTHING_FOUND
        times = [one.at for one in found]
        made = cut(query.since or min(times), query.until or max(times) + timedelta(microseconds=1))
        slices = []
        for begin, end in pairwise(made.edges):
            within = [one for one in found if begin <= one.at < end]
            refused = sum(one.outcome is Outcome.REFUSED for one in within)
            slices.append(Slice(begin, end, len(within), refused))
        return OverTime(made.width, tuple(slices), self.counted)

    async def by_value(self, query, field, most):
        number = Counter()
        for one in self._fitting(query):
            number.update(
                [str(one.at.astimezone(LOCAL).hour)] if field == HOUR_OF_DAY else values_of(field, one)
            )
        rows = number.most_common()
        return ByValue(field, [Valued(*one) for one in rows[:most]], max(0, len(rows) - most), self.counted)

    async def entry(self, sequence):
        return (
            Stored(self._found(sequence), leaf(sequence))
            if sequence < len(self.entries) and self._here(sequence)
            else None
        )

    async def position(self, sequence):
        return Position(0, min(sequence, len(self.entries)))

    async def count(self, query):
        return Count(sum(matches(query, entry) for entry in self.entries), at_least=False)

    async def hours(self, since, until):
        starts = [since + timedelta(hours=number) for number in range(24)]
        return tuple(
            Hour(start, (number * 37) % 90 * (number > 6), number % 5 * 3)
            for number, start in enumerate(starts)
        )

    async def checkpoint(self):
        return self.checkpoint_altered or Sealed(
            len(self.entries), sha256(b"root").digest(), microseconds(NOW), ""
        )

    async def record(self, entries):
        self.entries.extend(entries)


def leaf(sequence: int) -> bytes:
    """What stands beside an entry as its leaf hash, whatever the entry says."""
    return sha256(b"leaf %d" % sequence).digest()


def report(entries: int = 130, broken: Broken | None = None) -> Report:
    return Report(entries, entries - 2, sha256(b"root").digest(), 7, broken)


def matches(query: Query, entry: Entry) -> bool:
    wanted = {
        "municipality": query.municipality,
        "application": query.application,
        "outcome": query.outcome,
        "session": query.session,
        "request_id": query.request_id,
        "reason": query.reason,
        "address": query.address,
    }
    return (
        all(value is None or getattr(entry, name) == value for name, value in wanted.items())
        and (not query.codes or entry.code in query.codes)
        and not (query.without_technical and entry.code is Code.ACCESS and not entry.application)
        and (query.person is None or _is(query.person, entry))
        and counts(query.counted, entry)
        and (query.since is None or query.since <= entry.at)
        and (query.until is None or entry.at < query.until)
        and Fitting(query)(entry, entry.at)
    )


def counts(counted: Counted | None, entry: Entry) -> bool:
    """No two entries here tell of one request."""
    if counted is None:
        return True
    if counted is Counted.REFUSED:
        return entry.outcome is Outcome.REFUSED and entry.reason != "sign_in_needed"
    return entry.code is Code.ACCESS and entry.outcome is Outcome.SUCCESS


def _is(person: str, entry: Entry) -> bool:
    whole = person.removeprefix(EXACTLY)
    return whole in (entry.person, entry.subject) or (whole == person and person in entry.person)
