"""Whose of the directory a record is: by the number of the person, or by the login where no number is told; and then
every account of that person, in whatever directory.

Laws: whoever is out of the sender's reach is told from nobody; a login that is another's than the number's links
nobody. The replica is asked, so a directory that is away delays nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from config.vocabulary import DirectoryName, SubjectId
from gateway.personnel.attributes import Values
from gateway.personnel.giving import receiver
from gateway.personnel.record import Sender, within_reach
from gateway.personnel.refused import Unlinked
from idp.directory.person import Person
from idp.directory.person_number import MOST_ACCOUNTS, numbers
from idp.directory.same_person import OtherAccounts, all_of

Whose = Callable[[DirectoryName, str], Awaitable[Sequence[SubjectId]]]


@dataclass(frozen=True, slots=True)
class Linked:
    subjects: tuple[SubjectId, ...] = ()
    unlinked: Unlinked | None = None
    receiver: SubjectId | None = None
    """Which of them gets the roles that a record gives."""


@dataclass(frozen=True, slots=True)
class Linking:
    """`numbered`: accounts with the number, in its comparable form; `called`: those with the login; `people`: as they
    count, without those who are not there; `others`: which accounts are one person's.
    """

    numbered: Whose
    called: Whose
    people: Callable[[Collection[SubjectId]], Awaitable[Mapping[SubjectId, Person]]]
    others: OtherAccounts

    async def of(self, values: Values, sender: Sender) -> Linked:
        directory, number = sender.source.directory, str(values["number"])
        called = frozenset(await self.called(directory, str(values["user_name"])))
        named = frozenset(await self._numbered(directory, number)) if number else called
        if len(named) > (MOST_ACCOUNTS if number else 1):
            people = await self.people(named)
            within = any(within_reach(people, [one], sender) for one in named)
            return Linked(unlinked=Unlinked.SEVERAL if within else Unlinked.NOBODY)
        found = {account for one in named for account in all_of(one, self.others)}
        people = await self.people(found | called)
        if not within_reach(people, found, sender):
            return Linked(unlinked=Unlinked.NOBODY)
        if any(within_reach(people, [one], sender) for one in called - found):
            return Linked(unlinked=Unlinked.DISAGREE)
        return Linked(tuple(sorted(found)), receiver=receiver(found, called))

    async def _numbered(self, directory: DirectoryName, number: str) -> Sequence[SubjectId]:
        read = numbers([number])
        return await self.numbered(directory, read[0]) if read else ()
