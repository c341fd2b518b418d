"""Changes of Active Directory by update sequence numbers (uSNChanged), which every server counts for itself.

A position is how far each server that was heard had counted. Another one knows nothing of it: then everything is read
anew. Who was deleted is seen by tombstones where the service account may read them all; where it may not, everybody
still there is listed every 4 minutes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from idp.directory import filters
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry
from idp.directory.errors import DirectoryMisconfigured, EntryUnusable, nobody_below
from idp.directory.filters import Filter
from idp.directory.sync import active_directory_server as controller
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.active_directory_server import Server
from idp.directory.sync.by_groups import ByGroups
from idp.directory.sync.record import Changes, EntryProblem, Position
from idp.directory.sync.source import Manner, Query, few
from idp.directory.sync.standpoints import Standpoints

T = TypeVar("T")

LISTED_EVERY = timedelta(minutes=4)  # who is out in the directory is out here within five
ADVICE = (
    "the service account cannot read every deleted object, so everybody is listed every 4 minutes; an administrator "
    'of the domain can let it: dsacls "CN=Deleted Objects,{domain}" /takeownership, and then with /I:T /G ACCOUNT:LCRP'
)


@dataclass(slots=True)
class ActiveDirectorySource:
    """Implements `idp.directory.sync.source.Source`. One thread at a time."""

    form: ActiveDirectoryForm
    clock: Callable[[], datetime]
    refresh: timedelta = timedelta()
    """How long after this question the next one comes."""
    by_groups: ByGroups | None = None
    _blind_in: str | None = None
    """The domain whose deleted objects are not all to be seen; empty: they are; None: nobody has looked."""
    _listed_at: datetime | None = None
    _owed: bool = True
    """Something may have been deleted since everybody was listed."""

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

    def changes(self, line: Connection, since: Position) -> Changes:
        """Two searches when nothing changed, seven when something did, two more where everybody is listed.

        Where people depend on groups: one more when something did, and those of `ByGroups` when a group did.
        Of more than MANY entries no more is read than the identities of so many: PositionUnknown.
        """
        now, server, before = self.clock(), controller.server(line), Standpoints.of(since)
        number = before.number_of(server.identifier, server.url)
        found, moved = Changes(), server.since(number)
        listed = by_a_group = False
        if moved or self._blind_in is None:
            self._look_for_deleted(line, server)
        if moved:
            self._owed = True
            changed = _since(number)
            found = self._changed(line, server, changed, number)
            by_a_group = self.by_groups is not None and controller.group_changed(line, server.domain, changed)
        if self._blind_in and self._owed and due(self._listed_at, now, self.refresh):
            found, listed = self._with_all_present(line, found), True
        if self.by_groups is not None and (by_a_group or listed):
            found = self.by_groups.completed(line, found)
        if listed:
            self._owed, self._listed_at = False, now
        return replace(found, position=before.heard(server.identifier, server.number, now).written())

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

    def _with_all_present(self, line: Connection, found: Changes) -> Changes:
        people, groups = (self._present(line, query) for query in (self.form.people, self.form.groups))
        if not people:
            raise nobody_below(self.form.people.base)
        return replace(found, present_people=people, present_groups=groups)

    def _present(self, line: Connection, query: Query) -> frozenset[str]:
        size = self.form.page
        pages = line.search(query.base, SUBTREE, query.where, ("objectGUID",), size)
        return self._identities(one for entries, _ in pages for one in entries)

    def _identities(self, entries: Iterable[Entry]) -> frozenset[str]:
        return frozenset(filter(None, map(self.form.identity_told, entries)))

    def _look_for_deleted(self, line: Connection, server: Server) -> None:
        self._blind_in = "" if controller.sees_deleted(line, server.domain) else server.domain


def due(listed_at: datetime | None, now: datetime, refresh: timedelta) -> bool:
    """Whether everybody is listed with this question, lest the next one come too late for it; clocks are set."""
    return listed_at is None or not listed_at <= now < listed_at + LISTED_EVERY - refresh


def _since(number: int) -> Filter:
    return Filter(f"(uSNChanged>={number + 1})")
