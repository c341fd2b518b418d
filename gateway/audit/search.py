"""Questions to the log, and its answers in pages.

Newest first by the time of the act. A page ends with the position of its last entry, and the next begins
behind that, so entries that arrive in between neither repeat nor hide others.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.audit.canonical import Recorded
from gateway.audit.counts import ByValue, OverTime
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.fields import Told

PAGE = 50
NEWS = 20  # entries that whoever follows the log is shown at a look; more cannot be read
COUNTED = 1_000  # entries that are counted; more is told as "more than"
LONGEST_SPAN = timedelta(days=7)
FARTHEST = 2**62 - 1  # microseconds: a place before or behind every time
PEOPLE = 20  # subjects, and as many logins without one, that a part of a name may stand for
EXACTLY = "="  # before a login or subject: that one alone, and nobody whose name contains it
SIGN_IN_NEEDED = "sign_in_needed"  # the reason of whoever was only sent to the sign-in


class Counted(StrEnum):
    """What the overview counts: each request once, as `Hour` says."""

    LET_THROUGH = "let_through"
    REFUSED = "refused"


class TooManyPeople(Exception):
    """A part of a name fits too many people."""

    def __init__(self, text: str) -> None:
        super().__init__(f"more than {PEOPLE} people fit {text!r}; write more of the name, or the login")
        self.text = text


class SearchTooLong(Exception):
    """A search took longer than it may, and cannot tell how far it came."""

    def __init__(self) -> None:
        super().__init__("the search takes too long; ask for a shorter time, or for less at once")


class PositionRefused(Exception):
    """A text is not a position that a page gave out."""

    def __init__(self) -> None:
        super().__init__("not a position in the log; begin again on the first page")


@dataclass(frozen=True, slots=True)
class Having:
    """A field of `gateway.audit.fields` has one of the values; with `without`, none of them.

    The value `*` is any; one that ends with it is a beginning.
    """

    field: str
    values: frozenset[str]
    without: bool = False

    def __str__(self) -> str:
        return f"{self.field}{'!=' if self.without else '='}{'|'.join(sorted(self.values))}"


@dataclass(frozen=True, slots=True)
class Hours:
    """Of each day, by Prague's clock: from `begin` on and before `end`; over midnight where that is not later."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for; all that is given must hold."""

    within: MunicipalityCode | None = None
    """Only what concerns this municipality: its data, or its people. The bound of a reader who may see no other."""

    person: str | None = None
    """Login, subject, or a part of a name or login (accents and case do not matter); behind `=` a whole one."""
    municipality: MunicipalityCode | None = None
    own_municipality: MunicipalityCode | None = None
    application: ApplicationId | None = None
    action: str | None = None
    outcome: Outcome | None = None
    codes: frozenset[Code] = frozenset()
    """Any of these; empty means all."""
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    session: SessionId | None = None
    request_id: str | None = None
    reason: str | None = None
    rule: str | None = None
    policy_version: str | None = None
    address: str | None = None
    without_technical: bool = False
    """Leave out requests that concern no application: our own sign-in pages and static files."""
    counted: Counted | None = None
    """Only what the hours of the span count so; of a request that several entries tell of, the first in the span."""
    without_reading_of: str | None = None
    """Leave out how this subject read the officers' pages: their looks, and the requests for them."""
    crossing: bool = False
    """Only where the person's own municipality is another than that of the data."""
    text: str | None = None
    """Words, or beginnings of words, that stand anywhere in the entry."""
    having: tuple[Having, ...] = ()
    hours: Hours | None = None
    bytes_from: int | None = None
    """Bytes that the request moved in both directions, at the least."""
    bytes_to: int | None = None
    """At the most."""

    def described(self) -> dict[str, str]:
        """The conditions that were given, as text: for the entry that records the search."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: _text(value) for name, value in given.items() if value not in (None, False, frozenset(), ())
        }


def _text(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():
            return " ".join(sorted(str(item) for item in value))
        case bool():
            return "yes"
        case tuple():
            return " ".join(map(str, value))
        case _:
            return str(value)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of answers."""

    at: int
    """Microseconds since the epoch."""
    sequence: int

    def __str__(self) -> str:
        return f"{self.at}.{self.sequence}"

    @staticmethod
    def of(recorded: Recorded) -> "Position":
        return Position(microseconds(recorded.entry.at), recorded.sequence)

    @staticmethod
    def parse(text: str) -> "Position":
        """Inverse of `str`. Raises PositionRefused."""
        at, _, sequence = text.partition(".")
        try:
            position = Position(int(at), int(sequence))
        except ValueError as error:
            raise PositionRefused from error
        if str(position) != text or position.sequence < 0 or abs(position.at) > FARTHEST:
            raise PositionRefused
        return position


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands where the bytes of a row are not an entry that this log wrote there. `verify` tells more."""

    sequence: int
    at: datetime | None
    """The time of the act that the row's column claims, where it claims one."""


@dataclass(frozen=True, slots=True)
class Altered:
    """Stands where an entry is right in form, but is not what this log wrote there: bytes, leaf hash and columns
    do not belong together. What it says now proves nothing, so it is not told. `verify` tells more.
    """

    sequence: int
    at: datetime | None
    """The time of the act that the row's column claims, where it claims one."""
    differing: tuple[str, ...]
    """Names of the columns that do not say what the bytes say; `leaf` where the bytes do not give their leaf hash."""


Found = Recorded | Unreadable | Altered
"""What stands at a place of the log; `Recorded` only where bytes, leaf hash and columns belong together. Whether the
leaf belongs to the tree is for `verify` to say."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry, and the leaf hash that is stored beside it."""

    found: Found
    leaf: bytes


@dataclass(frozen=True, slots=True)
class NotSearched:
    """Entries that the index does not know yet, and which were too many to be looked at one by one."""

    entries: int
    until: datetime
    """When the newest of them was received."""


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Found, ...]
    """Newest first."""
    following: Position | None
    """Where the next page begins; None on the last."""
    not_searched: NotSearched | None = None
    """Where not everything was looked at."""
    reached: datetime | None = None
    """Where the search ended before its end: all from this moment on was looked at, and the next page goes on there."""


@dataclass(frozen=True, slots=True)
class ReadThrough:
    whole: bool
    """All that fits was read."""
    not_searched: NotSearched | None = None
    reached: datetime | None = None
    """Where it took too long: entries before this moment were not looked at."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in the hour that begins at `start` (UTC)."""

    start: datetime
    requests: int
    """Requests of signed-in people to applications that were let through."""
    refusals: int
    """Requests, and acts without one, that were refused; each once, however many entries tell of it. Whoever
    was only sent to the sign-in is none."""


@dataclass(frozen=True, slots=True)
class News:
    """What was added to the log behind a number."""

    entries: tuple[Found, ...]
    """In the order in which they were added, the newest of those that fit."""
    not_shown: int
    """Older ones that fit too."""
    not_looked_at: int
    """More was added than one look takes; whether any of that fits, nobody knows."""
    end: int
    """The number of the first entry that is not there yet: where the next look begins."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries there are: exactly, or `at_least` that many."""

    number: int
    at_least: bool


class Search(Protocol):
    """Reading the log. Whoever reads records it with `reading_acts.searched`."""

    def within(self, municipality: MunicipalityCode | None) -> "Search":
        """The same log, of which only what concerns the municipality is there; None: all of it."""
        ...

    async def page(self, query: Query, after: Position | None = None, limit: int = PAGE) -> Page:
        """Entries behind `after`. Raises TooManyPeople."""
        ...

    async def count(self, query: Query) -> Count:
        """Counts to `COUNTED`. Raises TooManyPeople."""
        ...

    async def read_through(self, query: Query, take: Callable[[Told, int], None], limit: int) -> ReadThrough:
        """Give each entry that fits, with its time in microseconds, to `take` (in a thread), the newest first; at most
        `limit`. Only what cannot be read is left out; what was altered is for a verification to tell. Raises
        TooManyPeople.
        """
        ...

    async def entry(self, sequence: int) -> Stored | None: ...

    async def position(self, sequence: int) -> Position | None:
        """Where an entry stands in the order of answers, for pages that are named by their last entry."""
        ...

    async def hours(self, since: datetime, until: datetime) -> tuple[Hour, ...]:
        """Hours of a span in which something happened; `since` is moved to `LONGEST_SPAN` before `until`."""
        ...

    async def behind(self, query: Query, number: int) -> News:
        """What fits of the entries from this number on. Raises TooManyPeople."""
        ...

    async def over_time(self, query: Query) -> OverTime:
        """Raises TooManyPeople."""
        ...

    async def by_value(self, query: Query, field: str, most: int) -> ByValue:
        """`field`: of `gateway.audit.fields`, or `HOUR_OF_DAY`. Raises TooManyPeople."""
        ...
