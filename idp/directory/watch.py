"""Facts of signed-in people, read again and compared: what changed is an event, silence is not.

Laws: an answer that is not certain changes nothing; how old the facts are is always known; a person who is
missing from a certain answer is gone; more people gone at once than believable is no certain answer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import SubjectId
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import AccountState, Person, RoleHeld

BELIEVABLE_GONE = 5  # people who may vanish between two readings without a question
BELIEVABLE_SHARE = 0.2  # of the people asked for, when that is more


@dataclass(frozen=True, slots=True)
class RolesChanged:
    before: Person
    after: Person

    @property
    def gained(self) -> tuple[RoleHeld, ...]:
        return tuple(sorted(set(self.after.roles) - set(self.before.roles)))

    @property
    def lost(self) -> tuple[RoleHeld, ...]:
        return tuple(sorted(set(self.before.roles) - set(self.after.roles)))


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The account may no longer, or may again, be used."""

    before: Person
    after: Person

    @property
    def closed(self) -> bool:
        return self.after.state is not AccountState.ACTIVE


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """Login, name or mail; no verdict depends on them."""

    before: Person
    after: Person


@dataclass(frozen=True, slots=True)
class PersonGone:
    """Deleted, moved out of people_base, out of the filter, or the entry became unusable."""

    before: Person


FactsChange = RolesChanged | StateChanged | DetailsChanged | PersonGone


def compare(before: Mapping[SubjectId, Person], after: Mapping[SubjectId, Person]) -> list[FactsChange]:
    """Changes of the people of `before`, ordered by subject."""
    changes: list[FactsChange] = []
    for subject, old in sorted(before.items(), key=lambda item: item[0]):
        new = after.get(subject)
        if new is None:
            changes.append(PersonGone(old))
            continue
        if new.state is not old.state:
            changes.append(StateChanged(old, new))
        if new.roles != old.roles:
            changes.append(RolesChanged(old, new))
        if (new.login, new.name, new.mail) != (old.login, old.name, old.mail):
            changes.append(DetailsChanged(old, new))
    return changes


def believable(asked: int, missing: int) -> bool:
    return missing <= max(BELIEVABLE_GONE, asked * BELIEVABLE_SHARE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the directory: what changed, or why nothing can be said."""

    at: datetime
    changes: tuple[FactsChange, ...] = ()
    trouble: DirectoryUnusable | None = None
    first_of_its_kind: bool = False
    """The first trouble after success, or the first success after trouble: worth recording."""


class Watch:
    """Keeps the last known facts of the people in use; one task calls `look` or iterates `readings`."""

    def __init__(
        self,
        people: Callable[[Collection[SubjectId]], Awaitable[Mapping[SubjectId, Person]]],
        in_use: Callable[[], Collection[SubjectId]],
        clock: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._in_use = in_use
        self._clock = clock
        self._known: dict[SubjectId, tuple[Person, datetime]] = {}
        self._in_trouble = False

    def learn(self, person: Person, at: datetime) -> None:
        """Take in facts read elsewhere: at sign-in, or from the database; do so before the first `look`."""
        known = self._known.get(person.subject)
        if known is None or known[1] < at:
            self._known[person.subject] = (person, at)

    def known(self, subject: SubjectId) -> Person | None:
        entry = self._known.get(subject)
        return entry[0] if entry else None

    def facts_age(self, subject: SubjectId, now: datetime) -> timedelta | None:
        """How long ago the directory vouched for these facts; None when it never did."""
        entry = self._known.get(subject)
        return now - entry[1] if entry else None

    async def look(self) -> Reading:
        """Read everybody in use once; never raises for trouble with the directory."""
        asked_at = self._clock()
        wanted = set(self._in_use())
        was_in_trouble = self._in_trouble
        try:
            found = await self._people(wanted)
            missing = len(wanted - found.keys())
            if not believable(len(wanted), missing):
                raise DirectoryMisconfigured(
                    f"{missing} of {len(wanted)} people vanished at once",
                    "if they were really removed, sign them out; else restore the service account's rights",
                )
        except DirectoryUnusable as trouble:
            self._in_trouble = True
            return Reading(asked_at, trouble=trouble, first_of_its_kind=not was_in_trouble)
        self._in_trouble = False
        return Reading(
            asked_at,
            changes=tuple(self._take_in(found, wanted, asked_at)),
            first_of_its_kind=was_in_trouble,
        )

    def _take_in(
        self, found: Mapping[SubjectId, Person], wanted: Collection[SubjectId], at: datetime
    ) -> list[FactsChange]:
        # a sign-in may have brought younger facts while we were reading
        younger = {each for each, (_, read_at) in self._known.items() if read_at > at}
        before = {each: self._known[each][0] for each in wanted if each in self._known.keys() - younger}
        for subject in found.keys() - younger:
            self._known[subject] = (found[subject], at)
        for subject in self._known.keys() - found.keys() - younger:
            del self._known[subject]
        return compare(before, found)

    async def readings(self, every: timedelta) -> AsyncIterator[Reading]:
        """A reading each `every`, for as long as somebody listens."""
        while True:
            await asyncio.sleep(every.total_seconds())
            yield await self.look()
