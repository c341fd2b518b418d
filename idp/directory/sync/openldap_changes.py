"""From what an OpenLDAP server said of changes to Changes that may be applied: nothing is taken for granted.

A renamed or deleted member is changed or removed in its groups by overlays that leave the groups' own history
alone: such groups are read anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from config.settings import Directory
from idp.directory import filters
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry
from idp.directory.errors import EntryUnusable
from idp.directory.sync.openldap_form import OpenLdapForm
from idp.directory.sync.openldap_stream import Heard
from idp.directory.sync.record import Changes, EntryProblem, GroupRecord, PersonRecord
from idp.directory.sync.replica import Replica

BATCH = 50  # groups in one search


@dataclass(slots=True)
class Understanding:
    """Used from one thread at a time."""

    settings: Directory
    form: OpenLdapForm
    replica: Replica
    unsettled: frozenset[str] = frozenset()
    """Groups read anew the last time, to be read once more: referential integrity takes its own time."""
    _read_anew: frozenset[str] | None = None
    """The same, once the answer that is being taken in is."""

    def read(self, people: Heard, groups: Heard) -> Changes:
        """What was said, and no more."""
        return replace(
            self._read(people.entries, groups.entries),
            gone_people=frozenset(people.deleted),
            gone_groups=frozenset(groups.deleted),
            present_people=None if people.present is None else frozenset(people.present),
            present_groups=None if groups.present is None else frozenset(groups.present),
        )

    def settled(self, line: Connection, found: Changes, *, pushed: bool = False) -> Changes:
        """With groups that it changes without saying so. `pushed`: all of it will be told once more."""
        outdated = self.replica.outdated_groups(self.settings.name, found)
        outdated -= {one.identity for one in found.groups}
        if pushed:
            self.unsettled |= outdated
            return self._with_groups(line, found, outdated)
        self._read_anew = outdated
        return self._with_groups(line, found, outdated | self.unsettled)

    def taken_in(self) -> None:
        """What was `settled` last, unless it was `pushed`."""
        if self._read_anew is not None:
            self.unsettled, self._read_anew = self._read_anew, None

    def _read(self, people: Mapping[str, Entry], groups: Mapping[str, Entry]) -> Changes:
        persons, gathered, problems = list[PersonRecord](), list[GroupRecord](), list[EntryProblem]()
        for identity, entry in people.items():
            try:
                persons.append(self.form.person(entry))
            except EntryUnusable as unusable:
                problems.append(EntryProblem(unusable.dn, unusable.what, identity))
        for identity, entry in groups.items():
            try:
                gathered.append(self.form.group(entry))
            except EntryUnusable as unusable:
                problems.append(EntryProblem(unusable.dn, unusable.what, identity))
        return Changes(people=tuple(persons), groups=tuple(gathered), problems=tuple(problems))

    def _with_groups(self, line: Connection, changes: Changes, wanted: Collection[str]) -> Changes:
        """Those groups as they are now; one that is not found, or has no member left, is gone."""
        found: dict[str, Entry] = {}
        ordered, query = sorted(wanted), self.form.groups
        for first in range(0, len(ordered), BATCH):
            attribute = self.form.identity_attribute
            named = (filters.identity(attribute, one) for one in ordered[first : first + BATCH])
            where = filters.all_of([query.where, filters.any_of(named)])
            pages = line.search(query.base, SUBTREE, where, query.attributes, self.settings.page_size)
            found |= {self.form.identity(entry): entry for entries, _ in pages for entry in entries}
        more = self._read({}, found)
        return replace(
            changes,
            groups=changes.groups + more.groups,
            problems=changes.problems + more.problems,
            gone_groups=changes.gone_groups | (frozenset(wanted) - found.keys()),
        )
