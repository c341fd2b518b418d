"""Changes of an OpenLDAP without the overlay `syncprov`: who was modified lately, and who is still there.

It costs a list of all identities each time, so it is done less often. A position is the time it was asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from idp.directory import filters
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry
from idp.directory.filters import Filter
from idp.directory.sync.listings import LISTED_EVERY
from idp.directory.sync.openldap_changes import Understanding
from idp.directory.sync.openldap_containers import containers, require_same
from idp.directory.sync.openldap_stream import Heard
from idp.directory.sync.presence import Presence
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.source import Manner, Query, few, nothing

SKEW = timedelta(minutes=5)  # by which the server's clock may differ from ours
BEHIND = timedelta(hours=3)  # by which it may be behind, with more to be read: a wrong time zone too
FORM = "%Y%m%d%H%M%SZ"
ADVICE = (
    "the server does not tell changes, so all of it is looked through every 4 minutes; load the overlay syncprov "
    "there, with a session log, let the service account read contextCSN, and see that this is no time to come"
)


@dataclass(slots=True)
class PollingSource:
    """Implements `idp.directory.sync.source.Source`."""

    understanding: Understanding
    clock: Callable[[], datetime]
    presence: Presence

    def position(self, line: Connection) -> Position:
        """A server on which nothing is as new as our clock says may be a quiet one, or one that is behind."""
        now = self.clock()
        since = now if self._anything(line, now - SKEW) else now - BEHIND
        return f"{since.strftime(FORM)} {self._containers(line)}"

    def manner(self, _since: Position) -> Manner:
        return Manner(every=LISTED_EVERY, advice=ADVICE)

    def changes(self, line: Connection, since: Position, _meanwhile: Callable[[], None] = nothing) -> Changes:
        time, _, known = since.partition(" ")
        reached = self.position(line)
        require_same(known, reached.partition(" ")[2])
        where = _modified(datetime.strptime(time, FORM).replace(tzinfo=UTC) - SKEW)
        form = self.understanding.form
        people, groups = (self._heard(line, query, where) for query in (form.people, form.groups))
        found = self.presence.everything(line, self.understanding.read(people, groups))
        return replace(self.understanding.settled(line, found), position=reached)

    def taken_in(self) -> None:
        self.understanding.taken_in()

    def _anything(self, line: Connection, since: datetime) -> bool:
        form = self.understanding.form
        names = (form.identity_attribute,)
        searches = (self._pages(line, one, _modified(since), names) for one in (form.people, form.groups))
        return any(entries for pages in searches for entries, _ in pages)

    def _heard(self, line: Connection, query: Query, where: Filter) -> Heard:
        form = self.understanding.form
        found = few(self._pages(line, query, where, query.attributes))
        return Heard(entries={form.identity(one): one for one in found})

    def _pages(
        self, line: Connection, query: Query, where: Filter, attributes: tuple[str, ...]
    ) -> Iterator[tuple[list[Entry], list[str]]]:
        both = filters.all_of([query.where, where])
        return line.search(query.base, SUBTREE, both, attributes, self.understanding.settings.page_size)

    def _containers(self, line: Connection) -> str:
        return containers(line, self.understanding.form, self.understanding.settings.page_size)


def _modified(since: datetime) -> Filter:
    return Filter(f"(modifyTimestamp>={since.strftime(FORM)})")
