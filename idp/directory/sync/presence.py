"""Who is there: everybody listed by identity, and compared with whom the replica keeps.

It finds what leaves no trace at the entries themselves: who was moved, or is hidden, to where the service account may
not look; who came under a filter that asks about `memberOf`, or left it, by a change of a group. Whom the list leaves
out is asked for by identity before they count as gone: a server may leave somebody out of a long answer (Samba 4.17,
with a filter in chain). Whoever is there and not kept is read.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from config.settings import Directory
from idp.directory import filters
from idp.directory.connection import SUBTREE, Connection
from idp.directory.entries import Entry, identity_of
from idp.directory.errors import EntryUnusable, nobody_below
from idp.directory.kind import kind_of
from idp.directory.sync.record import Changes, EntryProblem, GroupRecord, PersonRecord
from idp.directory.sync.replica import Replica
from idp.directory.sync.source import MANY, Form, PositionUnknown, Query, nothing

BATCH = 50  # entries in one search
AT_MOST = MANY // 2  # the rest of MANY is for what changed besides

T = TypeVar("T", PersonRecord, GroupRecord)


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    there: tuple[T, ...]
    problems: tuple[EntryProblem, ...]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Listed:
    missing: AbstractSet[bytes]
    """Identities of who is kept and was not listed, as octets."""
    strangers: Mapping[str, str]
    """Names, by identity, of who was listed and is not kept."""


@dataclass(frozen=True, slots=True)
class There:
    people: Listed
    groups: Listed | None
    """None where people alone were listed."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Holds some 100 octets for each entry that is kept while it lists. Raises PositionUnknown for very many
    differences.
    """

    settings: Directory
    form: Form
    replica: Replica
    at_most: int = AT_MOST
    """Who come, and who are missing, one by one; of more of either everything is read."""

    def everything(self, line: Connection, changes: Changes) -> Changes:
        """`changes` with whichever people and groups came or left without a trace."""
        return self.compared(line, self.listed(line, groups=True), changes)

    def people(self, line: Connection, changes: Changes) -> Changes:
        """The same of people alone."""
        return self.compared(line, self.listed(line, groups=False), changes)

    def listed(self, line: Connection, *, groups: bool, meanwhile: Callable[[], None] = nothing) -> There:
        """`meanwhile` is called after each page."""
        name = self.settings.name
        people = self._listed(line, self.form.people, self.replica.kept_people(name), meanwhile)
        if not groups:
            return There(people, None)
        return There(people, self._listed(line, self.form.groups, self.replica.kept_groups(name), meanwhile))

    def compared(self, line: Connection, there: There, changes: Changes) -> Changes:
        """`changes` with who came or left without a trace; of whom they tell, the list says nothing."""
        out = changes.gone | {one.identity for one in changes.problems}
        told = {one.identity for one in changes.people} | out | changes.gone_people
        try:
            found = self._differing(line, self.form.people, self.form.person, there.people, told)
        except PositionUnknown as unknown:
            raise PositionUnknown(unknown.why, changes) from unknown
        changes = replace(
            changes,
            people=(*changes.people, *found.there),
            problems=(*changes.problems, *found.problems),
            gone_people=changes.gone_people | found.gone,
        )
        return changes if there.groups is None else self._groups(line, there.groups, changes)

    def _groups(self, line: Connection, listed: Listed, changes: Changes) -> Changes:
        out = changes.gone | {one.identity for one in changes.problems}
        told = {one.identity for one in changes.groups} | out | changes.gone_groups
        try:
            found = self._differing(line, self.form.groups, self.form.group, listed, told)
        except PositionUnknown as unknown:
            raise PositionUnknown(unknown.why, changes) from unknown
        return replace(
            changes,
            groups=(*changes.groups, *found.there),
            problems=(*changes.problems, *found.problems),
            gone_groups=changes.gone_groups | found.gone,
        )

    def _differing(
        self,
        line: Connection,
        query: Query,
        read: Callable[[Entry], T],
        listed: Listed,
        told: AbstractSet[str],
    ) -> _Found[T]:
        missing = {str(UUID(bytes=octets)) for octets in listed.missing} - told
        others = {identity: dn for identity, dn in listed.strangers.items() if identity not in told}
        unusable = self.replica.unusable(self.settings.name, others.values()) if others else frozenset()
        new: list[str] = [identity for identity, dn in others.items() if dn not in unusable]
        if len(missing) > self.at_most or len(new) > self.at_most:
            raise PositionUnknown(
                f"of those below {query.base} {len(new)} have come without a trace, and {len(missing)} are not listed"
            )
        again: list[str] = [identity for identity, dn in others.items() if dn in unusable][
            : self.at_most - len(new)
        ]
        return self._asked(line, query, read, missing, [*new, *again])

    def _listed(
        self, line: Connection, query: Query, kept: set[bytes], meanwhile: Callable[[], None]
    ) -> Listed:
        """Uses `kept` up."""
        attribute, somebody = kind_of(self.settings).identity, False
        strangers: dict[str, str] = {}
        pages = line.search(query.base, SUBTREE, query.where, (attribute,), self.settings.page_size)
        for entries, _ in pages:
            somebody = somebody or bool(entries)
            for entry in entries:
                try:
                    identity = identity_of(entry, attribute)
                except EntryUnusable:
                    continue  # the next reading of everything tells it
                octets = UUID(identity).bytes
                if octets in kept:
                    kept.discard(octets)
                else:
                    strangers[identity] = entry.dn
            meanwhile()
        if not somebody and query == self.form.people:
            raise nobody_below(query.base)
        return Listed(kept, strangers)

    def _asked(
        self,
        line: Connection,
        query: Query,
        read: Callable[[Entry], T],
        missing: AbstractSet[str],
        come: Sequence[str],
    ) -> _Found[T]:
        there, problems, answered = list[T](), list[EntryProblem](), set[str]()
        attribute, identities = kind_of(self.settings).identity, [*sorted(missing), *come]
        for first in range(0, len(identities), BATCH):
            for entry in self._named(line, query, identities[first : first + BATCH]):
                identity = _identity_told(entry, attribute)
                answered.add(identity)
                try:
                    there.append(read(entry))
                except EntryUnusable as unusable:
                    problems.append(EntryProblem(unusable.dn, unusable.what, identity))
        return _Found(tuple(there), tuple(problems), frozenset(missing - answered))

    def _named(self, line: Connection, query: Query, identities: Collection[str]) -> list[Entry]:
        attribute = kind_of(self.settings).identity
        named = filters.any_of(filters.identity(attribute, one) for one in identities)
        some = replace(query, where=filters.all_of([query.where, named]))
        return [one for entries, _ in self.form.pages(line, some) for one in entries]


def _identity_told(entry: Entry, attribute: str) -> str:
    """Empty where the entry tells none."""
    try:
        return identity_of(entry, attribute)
    except EntryUnusable:
        return ""
