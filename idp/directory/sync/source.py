"""How entries become records, and where changes come from: what differs between kinds of directories.

Both are used in threads, with a service connection of the pool. They raise what a Connection raises
(ConnectionLost, DirectoryMisconfigured): then nobody knows, and nothing changes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from idp.directory.connection import Connection
from idp.directory.entries import Entry
from idp.directory.filters import Filter
from idp.directory.sync.record import Changes, GroupRecord, PersonRecord, Position

MANY = 2_000
"""Entries that changed since a question; above that reading everything is better than one long write."""


def nothing() -> None:
    """What there is to do meanwhile, where nobody is told anything."""


class PositionUnknown(Exception):
    """The server cannot say what changed since then; only a full sync helps. `why`: for operators. `told`: what it
    did say before that was clear.
    """

    def __init__(self, why: str, told: Changes | None = None) -> None:
        super().__init__(why)
        self.why, self.told = why, told


@dataclass(frozen=True, slots=True)
class Query:
    """A search for all people or all groups, below a base."""

    base: str
    where: Filter
    attributes: tuple[str, ...]


class Form(Protocol):
    """What to ask for, and how one entry is read. Raises EntryUnusable for what is not as it must be."""

    @property
    def people(self) -> Query: ...

    @property
    def groups(self) -> Query: ...

    @property
    def number_attribute(self) -> str:
        """Which says whose an account is; empty: none does."""
        ...

    def pages(self, line: Connection, query: Query) -> Iterator[tuple[list[Entry], list[str]]]:
        """Entries of `query`, and referrals not followed, page by page; raises unless the server said that
        these are all. What needs further questions about an entry asks them here.
        """
        ...

    def person(self, entry: Entry) -> PersonRecord: ...

    def group(self, entry: Entry) -> GroupRecord: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How a source is best used."""

    every: timedelta | None = None
    """How often to ask at most, where that is less often than `facts.refresh`."""
    advice: str = ""
    """For operators: what would make it better."""


class Source(Protocol):
    """Changes of one directory."""

    def position(self, line: Connection, before: Position | None = None) -> Position:
        """Where this server stands now. Kept with a full read that begins afterwards.

        `before`: where the replica stands, if anything is kept; what it says of other servers may stay.
        """
        ...

    def manner(self, since: Position) -> Manner: ...

    def changes(self, line: Connection, since: Position, meanwhile: Callable[[], None] = nothing) -> Changes:
        """All that changed since, with the position reached: a constant number of searches when nothing did.

        What changed while it was asked may be in it or come again the next time. `gone` names whoever left
        the directory, the base or the filter. Raises PositionUnknown.

        `meanwhile` is called again and again where it takes long, before any change is asked for, by a source that
        tells of changes by its own accord: what was told may be taken in then, over another connection.
        """
        ...

    def taken_in(self) -> None:
        """The last `changes` are in the replica, as a whole. What is not told so counts as never answered."""
        ...


def few(pages: Iterable[tuple[list[Entry], list[str]]]) -> Iterator[Entry]:
    """Their entries; raises PositionUnknown with the page in which they become more than MANY.

    Nobody would take so many in, so the rest of them is not asked for and needs no memory.
    """
    count = 0
    for entries, _ in pages:
        count += len(entries)
        if count > MANY:
            raise PositionUnknown(f"more than {MANY} entries have changed")
        yield from entries
