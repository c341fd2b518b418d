"""The local replica of a directory: what a sync needs of the place where records are kept, and what readers do.

Laws: a full read becomes current as a whole or not at all; changes are applied as a whole or not at all, and
only to the state they were computed for; more removals at once than believable, in one piece or in many,
change nothing until somebody confirms them. `gateway.storage` implements both Protocols.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.vocabulary import DirectoryName
from idp.directory.sync.record import Changes, EntryProblem, GroupRecord, PersonRecord, Position


@dataclass(frozen=True, slots=True)
class Count:
    """Of those known before, how many are missing now."""

    known: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Removal:
    """What a reading would take away."""

    people: Count = Count()
    groups: Count = Count()
    memberships: Count = Count()

    def __str__(self) -> str:
        counts = {"people": self.people, "groups": self.groups, "memberships": self.memberships}
        return ", ".join(
            f"{one.missing} of {one.known} {what}" for what, one in counts.items() if one.missing
        )


MEMBERSHIPS_SHARE = 0.5
"""One group for everybody may be half of a small office's memberships, and somebody may well remove it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much may vanish at once without a question: `least`, or that `share` of what is known if it is more."""

    share: float
    least: int

    def believes(self, removal: Removal) -> bool:
        return (
            self._within(removal.people, self.share)
            and self._within(removal.groups, self.share)
            and self._within(removal.memberships, max(self.share, MEMBERSHIPS_SHARE))
        )

    def _within(self, count: Count, share: float) -> bool:
        return count.missing <= max(self.least, count.known * share)


class TooManyGone(Exception):
    """Changes would remove more than is believable; nothing was changed."""

    def __init__(self, removal: Removal) -> None:
        super().__init__(f"{removal} would vanish at once")
        self.removal = removal


class Outdated(Exception):
    """The replica is not (or no more) at the position for which these changes were computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A complete reading that waits for somebody to confirm what it removes."""

    generation: int
    at: datetime
    """When its reading began."""
    removal: Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaState:
    """Where the replica of one directory is. Nothing at all before its first full sync."""

    generation: int | None = None
    position: Position | None = None
    synced_at: datetime | None = None
    """All that the replica says was true at this moment."""
    full_at: datetime | None = None
    """When the reading of this generation began."""
    held: Hold | None = None
    trouble: str = ""
    """What stands in the way of syncing now; for operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    people: int
    groups: int
    memberships: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One person with every group held: directly, by primary group, and through groups in groups."""

    person: PersonRecord
    groups: tuple[GroupRecord, ...]
    """Without their members."""


Touched = frozenset[str] | None
"""Identities of people of whom something may be different now; None: too many to name."""


class Staging(Protocol):
    """A full read under way; invisible until `finish`. Left without it, nothing remains."""

    def add_people(self, people: Iterable[PersonRecord]) -> None: ...

    def add_groups(self, groups: Iterable[GroupRecord]) -> None: ...

    def add_problems(self, problems: Iterable[EntryProblem]) -> None: ...

    def finish(self, position: Position, limit: Limit) -> Hold | None:
        """Make it current, or hold it back. `position` was taken before the reading began."""
        ...


class Replica(Protocol):
    """What syncing needs. Its calls block: they belong into a thread or process of their own."""

    def standing(self, directory: DirectoryName) -> ReplicaState: ...

    def stage(self, directory: DirectoryName, began_at: datetime) -> AbstractContextManager[Staging]: ...

    def apply(
        self,
        directory: DirectoryName,
        changes: Changes,
        since: Position,
        at: datetime,
        limit: Limit,
        *,
        anew: bool = True,
    ) -> Touched:
        """Apply `changes`, computed for position `since`; `at`: when the source was asked.

        With `changes.position` the replica stands there afterwards and is as true as at `at`; without it only
        the entries are taken in. What they remove, in whatever way, is added to what was removed since the count
        last began, and all of it is judged against what was known then; a reading of everything is judged so too.
        The count begins anew with a position, if `anew`. Raises Outdated, TooManyGone; then nothing has changed.
        """
        ...

    def outdated_groups(self, directory: DirectoryName, changes: Changes) -> frozenset[str]:
        """Identities of groups that list an entry of `changes` under a name which it has no more."""
        ...

    def kept_people(self, directory: DirectoryName) -> set[bytes]:
        """Identities of everybody kept, as the 16 octets of their UUIDs; the caller's own."""
        ...

    def kept_groups(self, directory: DirectoryName) -> set[bytes]:
        """The same of groups."""
        ...

    def unusable(self, directory: DirectoryName, dns: Collection[str]) -> frozenset[str]:
        """Whichever of these names were told as those of unusable entries."""
        ...

    def note_trouble(self, directory: DirectoryName, trouble: str) -> None:
        """For operators; empty when there is none any more."""
        ...

    def sweep(self, enough: Callable[[], bool]) -> None:
        """Remove generations that are of no more use, in short steps, until none is left or it is `enough`."""
        ...


class ReplicaReader(Protocol):
    """What everybody else needs of the replica. Asynchronous; each call sees one moment."""

    async def confirmed_at(self, directory: DirectoryName) -> datetime | None:
        """When the directory last confirmed all that is kept; None: never, or nothing is."""
        ...

    async def people(self, directory: DirectoryName, identities: Collection[str]) -> Mapping[str, Known]:
        """Those who are there, by identity."""
        ...

    async def named(self, directory: DirectoryName, login: str) -> Sequence[Known]:
        """Everybody with that login or alias, compared as LDAP does. More than one: ambiguous, nobody's."""
        ...

    async def fitting(self, directory: DirectoryName, text: str, limit: int) -> Sequence[Known]:
        """People whose name or logins have every word of the text in them, in any case, with or without accents."""
        ...

    async def everybody(self, directory: DirectoryName, after: str, limit: int) -> Sequence[Known]:
        """The next people behind that identity (empty: the first ones), in the order of identities."""
        ...

    async def above(self, directory: DirectoryName, keys: Collection[str]) -> Sequence[GroupRecord]:
        """Groups of these keys and all groups in which they are, through any number of others."""
        ...

    async def problems(self, directory: DirectoryName) -> Sequence[EntryProblem]:
        """Unusable entries, and logins and mail addresses of more than one person."""
        ...
