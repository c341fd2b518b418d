"""A full read of one directory into its replica, page by page; the same for every kind of directory.

A server that dies in the middle, a truncated answer, a service account without its rights: each is an error, and
a reading with an error in it never becomes current.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from config.vocabulary import DirectoryName
from idp.directory.connection import Connection
from idp.directory.entries import Entry
from idp.directory.errors import EntryUnusable, nobody_below
from idp.directory.sync.ahead import ahead
from idp.directory.sync.record import EntryProblem
from idp.directory.sync.replica import Hold, Limit, Replica, Staging
from idp.directory.sync.source import Form, Query, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    people: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class FullSync:
    """`told` hears how far it is after each page."""

    directory: DirectoryName
    form: Form
    source: Source
    replica: Replica
    limit: Limit
    clock: Callable[[], datetime]
    told: Callable[[Progress], None] = lambda _: None

    def __call__(self, line: Connection) -> Hold | None:
        """Read everything over one connection. What it removes may be held back. Raises what a Connection does."""
        began_at = self.clock()
        position = self.source.position(line, self.replica.standing(self.directory).position)
        with self.replica.stage(self.directory, began_at) as staging:
            people = groups = 0
            for entries in self._pages(line, self.form.people, staging):
                people += len(entries)
                problems: list[EntryProblem] = []
                staging.add_people(usable(entries, self.form.person, problems.append))
                staging.add_problems(problems)
                self.told(Progress(people, groups))
            if not people:
                raise nobody_below(self.form.people.base)
            for entries in self._pages(line, self.form.groups, staging):
                groups += len(entries)
                problems = []
                staging.add_groups(usable(entries, self.form.group, problems.append))
                staging.add_problems(problems)
                self.told(Progress(people, groups))
            return staging.finish(position, self.limit)

    def _pages(self, line: Connection, query: Query, staging: Staging) -> Iterator[list[Entry]]:
        for entries, referrals in ahead(self.form.pages(line, query)):
            staging.add_problems(EntryProblem(url, "a referral, which is not followed") for url in referrals)
            yield entries


def usable(
    entries: list[Entry], read: Callable[[Entry], T], unusable: Callable[[EntryProblem], None]
) -> Iterator[T]:
    """What was read of those that can be; `unusable` hears of the others."""
    for entry in entries:
        try:
            yield read(entry)
        except EntryUnusable as fault:
            unusable(EntryProblem(fault.dn, fault.what))
