"""Who holds the roles whose holders are told of what people ask for, kept in memory: a region has a hundred thousand
people, and emergency access does not wait for a look at all of them.

Laws: it says whom to look at, never that somebody holds a role: whoever is told is read from the replica then. Where it
does not know of everybody it says so.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from config.settings import Requests
from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.asks.office import TOLD
from idp.directory.person import Person, RoleHeld
from idp.directory.replicated import PAGE, ReplicatedPeople
from idp.directory.role_mapping import czech_day

EVERY = timedelta(minutes=10)  # between two looks at everybody on a node that hears no news of directories
LOOK = timedelta(minutes=1)  # longest wait where nothing is heard


def watched(settings: Requests) -> frozenset[Role]:
    return frozenset({Role.SECURITY_OFFICER, *(settings.told or TOLD)})


class Roster:
    """One per control plane, used from its event loop; one task reads (`step`)."""

    def __init__(self) -> None:
        self._held: dict[DirectoryName, dict[SubjectId, frozenset[RoleHeld]]] = {}
        self._read_at: dict[DirectoryName, datetime] = {}
        self._watched: frozenset[Role] = frozenset()
        self._touched: dict[DirectoryName, set[SubjectId]] = {}
        self._hears = False
        self._some = asyncio.Event()

    def candidates(
        self, directory: DirectoryName, municipality: MunicipalityCode | None, roles: Collection[Role]
    ) -> list[SubjectId] | None:
        """Who may hold one of the roles there (None: anywhere); None: not known, everybody is to be looked at."""
        held = self._held.get(directory)
        if held is None or not self._watched.issuperset(roles):
            return None
        return [
            whose
            for whose, theirs in held.items()
            if any(one.role in roles and municipality in (None, one.municipality) for one in theirs)
        ]

    def touched(self, directory: DirectoryName, people: Iterable[SubjectId] | None) -> None:
        """Something is newer of these; None: of anybody."""
        if people is None:
            self._read_at.pop(directory, None)
        else:
            self._touched.setdefault(directory, set()).update(people)
        self._some.set()

    async def heard(self) -> None:
        """Wait for news, not for ever."""
        try:
            async with asyncio.timeout(LOOK.total_seconds()):
                await self._some.wait()
        except TimeoutError:
            return

    async def step(
        self,
        directories: Mapping[DirectoryName, ReplicatedPeople],
        roles: frozenset[Role],
        now: datetime,
        *,
        hears: bool,
    ) -> None:
        """Read what is not known, or may have changed. `hears`: whether this node is told of all that changes."""
        self._some.clear()
        if roles != self._watched:
            self._held, self._watched = {}, roles
            self._read_at.clear()
        if hears is not self._hears:  # what changed in between nobody has told
            self._hears = hears
            self._read_at.clear()
        for name, people in directories.items():
            named = list(self._touched.get(name, ()))
            if self._due(name, now):
                await self._read_all(name, people, now)
            else:
                for begin in range(0, len(named), PAGE):
                    some = named[begin : begin + PAGE]
                    self._take(name, some, await people.people(some))
            if named:
                self._touched[name].difference_update(named)

    def _due(self, name: DirectoryName, now: datetime) -> bool:
        read_at = self._read_at.get(name)
        if read_at is None or czech_day(read_at) != czech_day(now):  # roles begin and end with days
            return True
        return not self._hears and now - read_at >= EVERY

    async def _read_all(self, name: DirectoryName, people: ReplicatedPeople, now: datetime) -> None:
        self._read_at[name] = now  # first: what is told meanwhile is read once more
        try:
            self._held[name] = await self._read(people)
        except BaseException:
            self._read_at.pop(name, None)
            raise

    async def _read(self, people: ReplicatedPeople) -> dict[SubjectId, frozenset[RoleHeld]]:
        return {one.subject: theirs async for one in people.everybody() if (theirs := self._of(one))}

    def _take(
        self, name: DirectoryName, asked: Collection[SubjectId], found: Mapping[SubjectId, Person]
    ) -> None:
        held = self._held[name]
        for whose in asked:
            person = found.get(whose)
            theirs = frozenset[RoleHeld]() if person is None else self._of(person)
            if theirs:
                held[whose] = theirs
            else:
                held.pop(whose, None)

    def _of(self, person: Person) -> frozenset[RoleHeld]:
        return frozenset(one for one in person.roles if one.role in self._watched)
