"""The people in use, read again: one certain answer about all of them, or the reason why there is none.

Laws: an answer that is not certain says nothing about anybody; a person who is missing from a certain answer
is gone; more people gone at once than believable is no certain answer. Whoever keeps facts compares them with
the reading: what they were is nobody's memory here.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.vocabulary import SubjectId
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import Person

BELIEVABLE_GONE = 5  # people who may vanish between two readings without a question
BELIEVABLE_SHARE = 0.2  # of the people asked for, when that is more


def believable(asked: int, missing: int) -> bool:
    return missing <= max(BELIEVABLE_GONE, asked * BELIEVABLE_SHARE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the directory."""

    at: datetime
    """When it was asked: facts learnt later than that are younger."""
    people: Mapping[SubjectId, Person] = field(default_factory=dict)
    """Those who are there; meaningless where there was trouble."""
    trouble: DirectoryUnusable | None = None
    first_of_its_kind: bool = False
    """The first trouble of this kind after success or other trouble, or the first success after trouble: worth
    recording."""


class Watch:
    """Asks for the people in use; remembers only what kind of trouble it was in."""

    def __init__(
        self,
        people: Callable[[Collection[SubjectId]], Awaitable[Mapping[SubjectId, Person]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._clock = clock
        self._trouble: type[DirectoryUnusable] | None = None

    async def look(self, wanted: Collection[SubjectId]) -> Reading:
        """Read them once; never raises for trouble with the directory."""
        asked_at = self._clock()
        before = self._trouble
        try:
            found = await self._people(wanted)
            missing = len(set(wanted) - found.keys())
            if not believable(len(wanted), missing):
                raise DirectoryMisconfigured(
                    f"{missing} of {len(wanted)} people vanished at once",
                    "if they were really removed, sign them out; else restore the service account's rights",
                )
        except DirectoryUnusable as trouble:
            self._trouble = type(trouble)
            return Reading(asked_at, trouble=trouble, first_of_its_kind=self._trouble is not before)
        self._trouble = None
        return Reading(asked_at, found, first_of_its_kind=before is not None)
