"""Changes of Active Directory by update sequence numbers (uSNChanged), which every server counts for itself.

A position is how far each server that was heard had counted. Another one knows nothing of it: then everything is read
anew. Who was deleted is seen by tombstones where the service account may read them; who was moved or hidden out of its
sight by the list of who is still there.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from idp.directory import filters
from idp.directory.connection import Connection
from idp.directory.entries import Entry
from idp.directory.errors import DirectoryMisconfigured, EntryUnusable
from idp.directory.filter_attributes import asks_about_groups
from idp.directory.filters import Filter
from idp.directory.sync import active_directory_server as controller
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.active_directory_server import Server
from idp.directory.sync.listings import Listings
from idp.directory.sync.presence import Presence
from idp.directory.sync.record import Changes, EntryProblem, Position
from idp.directory.sync.source import Manner, Query, few, nothing
from idp.directory.sync.standpoints import Standpoints

T = TypeVar("T")

ADVICE = (
    "the service account cannot read every deleted object, so who is deleted is out only after everybody is listed, "
    "every 4 minutes; an administrator of the domain can let it: "
    'dsacls "CN=Deleted Objects,{domain}" /takeownership, and then with /I:T /G ACCOUNT:LCRP'
)


@dataclass(slots=True)
class ActiveDirectorySource:
    """Implements `idp.directory.sync.source.Source`. One thread at a time."""

    form: ActiveDirectoryForm
    clock: Callable[[], datetime]
    presence: Presence | None = None
    """None where no replica is kept with which those who are there could be compared."""
    listings: Listings = field(default_factory=Listings)
    steady: Callable[[], float] = time.monotonic
    _blind_in: str | None = None
    """The domain whose deleted objects are not all to be seen; empty: they are; None: nobody has looked."""

    def position(self, line: Connection, before: Position | None = None) -> Position:
        """Three searches."""
        server = controller.server(line)
        for query in (self.form.people, self.form.groups):
            if not server.holds(query.base):
                what = f"{query.base} is not in the domain {server.domain} of {line.url}"
                raise DirectoryMisconfigured(
                    what, "write [[directories]] for each domain, with its own servers"
                )
        self._look_for_deleted(line, server)
        return Standpoints.of(before).read_anew(server.identifier, server.number, self.clock()).written()

    def manner(self, _since: Position) -> Manner:
        return Manner(advice=ADVICE.format(domain=self._blind_in) if self._blind_in else "")

    def changes(self, line: Connection, since: Position, _meanwhile: Callable[[], None] = nothing) -> Changes:
        """Two searches when nothing changed, seven when something did; those of `Presence` when everybody is listed.

        Where people depend on groups: one more when something did, and those of `Presence` when a group did.
        Of more than MANY entries no more is read than the identities of so many: PositionUnknown.
        """
        now, server, before = self.steady(), controller.server(line), Standpoints.of(since)
        number = before.number_of(server.identifier, server.url)
        found, moved = Changes(), server.since(number)
        by_a_group = False
        if moved or self._blind_in is None:
            self._look_for_deleted(line, server)
        if moved:
            changed = _since(number)
            found = self._changed(line, server, changed, number)
            depends = self.presence is not None and asks_about_groups(self.form.people.where)
            by_a_group = depends and controller.group_changed(line, server.domain, changed)
        position = before.heard(server.identifier, server.number, self.clock()).written()
        if self.presence is not None:
            if self.listings.wanted(now, moved=moved):
                found = self.presence.everything(line, found)
                self.listings.answered(now)
            elif by_a_group:
                found = self.presence.people(line, found)
        return replace(found, position=position)

    def taken_in(self) -> None:
        self.listings.taken_in()

    def _changed(self, line: Connection, server: Server, since: Filter, number: int) -> Changes:
        controller.refuse_renamed_containers(line, server.domain, since, number)
        touched = self._identities(few(controller.touched(line, server.domain, since, self.form.page)))
        problems: list[EntryProblem] = []
        people = tuple(self._read(line, self.form.people, since, self.form.person, problems))
        groups = tuple(self._read(line, self.form.groups, since, self.form.group, problems))
        there = {one.identity for one in people} | {one.identity for one in groups}
        there |= {one.identity for one in problems}
        return Changes(people=people, groups=groups, gone=touched - there, problems=tuple(problems))

    def _read(
        self,
        line: Connection,
        query: Query,
        since: Filter,
        read: Callable[[Entry], T],
        problems: list[EntryProblem],
    ) -> Iterator[T]:
        changed = replace(query, where=filters.all_of([query.where, since]))
        for one in few(self.form.pages(line, changed)):  # there may be more than a moment ago
            try:
                yield read(one)
            except EntryUnusable as unusable:
                problems.append(EntryProblem(unusable.dn, unusable.what, self.form.identity_told(one)))

    def _identities(self, entries: Iterable[Entry]) -> frozenset[str]:
        return frozenset(filter(None, map(self.form.identity_told, entries)))

    def _look_for_deleted(self, line: Connection, server: Server) -> None:
        self._blind_in = "" if controller.sees_deleted(line, server.domain) else server.domain


def _since(number: int) -> Filter:
    return Filter(f"(uSNChanged>={number + 1})")
