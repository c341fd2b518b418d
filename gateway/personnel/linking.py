"""Whose of the directory a record is: by the number of the person, or by the login where no number is told.

Laws: whoever is out of the sender's reach is told from nobody; a login that is another's than the number's links
nobody. The replica is asked, so a directory that is away delays nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from config.vocabulary import DirectoryName, SubjectId
from gateway.personnel.attributes import Values
from gateway.personnel.record import Sender, within_reach
from gateway.personnel.refused import Unlinked
from idp.directory.person import Person
from idp.directory.person_number import MOST_ACCOUNTS, numbers

Whose = Callable[[DirectoryName, str], Awaitable[Sequence[SubjectId]]]


@dataclass(frozen=True, slots=True)
class Linked:
    subjects: tuple[SubjectId, ...] = ()
    unlinked: Unlinked | None = None


@dataclass(frozen=True, slots=True)
class Linking:
    """`numbered`: accounts with the number, in its comparable form; `called`: those with the login; `people`: as they
    count, without those who are not there.
    """

    numbered: Whose
    called: Whose
    people: Callable[[Collection[SubjectId]], Awaitable[Mapping[SubjectId, Person]]]

    async def of(self, values: Values, sender: Sender) -> Linked:
        directory = sender.source.directory
        number = str(values["number"])
        called = set(await self.called(directory, str(values["user_name"])))
        if not number:
            found, others = called, set[SubjectId]()
        else:
            read = numbers([number])
            found = set(await self.numbered(directory, read[0])) if read else set()
            others = called - found
        people = await self.people(found | others)
        if len(found) > (MOST_ACCOUNTS if number else 1):
            within = any(within_reach(people, [one], sender) for one in found)
            return Linked(unlinked=Unlinked.SEVERAL if within else Unlinked.NOBODY)
        if not within_reach(people, found, sender):
            return Linked(unlinked=Unlinked.NOBODY)
        if any(within_reach(people, [one], sender) for one in others):
            return Linked(unlinked=Unlinked.DISAGREE)
        return Linked(tuple(sorted(found)))
