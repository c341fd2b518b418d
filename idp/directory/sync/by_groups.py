"""Who is among the people by being in a group: a filter that asks about `memberOf`.

A change of the group moves the group's change number, not the person's. So after any such change everybody under the
filter is listed; who is there and not kept is read, who is kept and not there is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.settings import Directory
from idp.directory import filters
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry, identity_of
from idp.directory.errors import EntryUnusable, nobody_below
from idp.directory.filter_attributes import asks_about_groups
from idp.directory.kind import kind_of
from idp.directory.sync.record import Changes, EntryProblem, PersonRecord
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import MANY, Form, PositionUnknown

BATCH = 50  # people in one search
READ_AT_MOST = MANY // 2  # the rest of MANY is for what changed besides


@dataclass(frozen=True, slots=True)
class ByGroups:
    settings: Directory
    form: Form
    replica: Replica
    at_most: int = READ_AT_MOST
    """Who come one by one; more are read as a whole."""

    def completed(self, line: Connection, changes: Changes) -> Changes:
        """`changes` with who came and who left by a group, too. Raises PositionUnknown for very many."""
        there = self._there(line)
        told = {one.identity for one in changes.people} | {one.identity for one in changes.problems}
        others = {identity: dn for identity, dn in there.items() if identity not in told}
        unkept = self.replica.unkept_people(self.settings.name, others)
        if len(unkept.new) > self.at_most:
            raise PositionUnknown(f"{len(unkept.new)} people have come by their groups")
        people, problems = self._read(line, (unkept.new + unkept.unusable)[: self.at_most])
        return replace(
            changes,
            people=(*changes.people, *people),
            problems=(*changes.problems, *problems),
            present_people=frozenset(there),
        )

    def _there(self, line: Connection) -> dict[str, str]:
        """Names by identity."""
        query, attribute = self.form.people, kind_of(self.settings).identity
        found: dict[str, str] = {}
        pages = line.search(query.base, SUBTREE, query.where, (attribute,), self.settings.page_size)
        for entry in (one for entries, _ in pages for one in entries):
            try:
                found[identity_of(entry, attribute)] = entry.dn
            except EntryUnusable:
                continue  # the next reading of everything tells it
        if not found:
            raise nobody_below(query.base)
        return found

    def _read(
        self, line: Connection, identities: Sequence[str]
    ) -> tuple[list[PersonRecord], list[EntryProblem]]:
        people, problems = list[PersonRecord](), list[EntryProblem]()
        attribute = kind_of(self.settings).identity
        for first in range(0, len(identities), BATCH):
            named = (filters.identity(attribute, one) for one in identities[first : first + BATCH])
            query = self.form.people
            some = replace(query, where=filters.all_of([query.where, filters.any_of(named)]))
            for entry in (one for entries, _ in self.form.pages(line, some) for one in entries):
                try:
                    people.append(self.form.person(entry))
                except EntryUnusable as unusable:
                    problems.append(EntryProblem(unusable.dn, unusable.what, _identity_of(entry, attribute)))
        return people, problems


def _identity_of(entry: Entry, attribute: str) -> str:
    """Empty where the entry tells none."""
    try:
        return identity_of(entry, attribute)
    except EntryUnusable:
        return ""


def by_groups(settings: Directory, form: Form, replica: Replica) -> ByGroups | None:
    """None where people do not depend on groups."""
    return ByGroups(settings, form, replica) if asks_about_groups(form.people.where) else None
