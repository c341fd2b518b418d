"""People as the replica of their directory knows them, judged by the configuration of today.

Roles are computed when they are asked for: a change of the mapping needs no sync.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime

from config.district import District
from config.settings import Directory
from config.vocabulary import SubjectId
from idp.directory import deputies
from idp.directory.person import Person, RoleHeld
from idp.directory.role_mapping import Evidence, RoleBook, czech_day
from idp.directory.subject import directory_of, identity_of, subject
from idp.directory.sync.replica import Known, Reading


class ReplicatedPeople:
    """Of one directory."""

    def __init__(
        self, settings: Directory, district: District | None, reading: Reading, clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._reading, self._clock = settings, reading, clock
        self._book = RoleBook(settings, district)

    async def people(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        """Those of `subjects` who are there; the others have left the directory, or were never in it."""
        name = self._settings.name
        wanted = {identity_of(one) for one in subjects if directory_of(one) == name}
        found = await self._reading.people(name, wanted)
        people = [await self._person(one) for one in found.values()]
        return {one.subject: one for one in people}

    async def _person(self, known: Known) -> Person:
        now, login = self._clock(), known.person.logins[0]
        day = czech_day(now)
        lent = [
            each
            for one in deputies.acting(self._settings.deputies, login, day)
            for each in deputies.lent(one, await self._roles_of(one.in_place_of, day))
        ]
        return Person(
            subject=subject(self._settings.name, known.person.identity),
            login=login,
            name=known.person.name,
            mail=known.person.mail,
            state=known.person.account.state(now),
            roles=deputies.together(self._roles(known, day), lent),
            standing_in=tuple(sorted(lent)),
        )

    def _roles(self, known: Known, day: date) -> tuple[RoleHeld, ...]:
        """By rules alone."""
        person = known.person
        evidence = Evidence(
            dn=person.dn,
            login=person.logins[0],
            groups=[group.dn for group in known.groups],
            values=person.attributes,
        )
        return self._book.roles(evidence, day)

    async def _roles_of(self, login: str, day: date) -> tuple[RoleHeld, ...]:
        """Of who has exactly that canonical login; nothing where it is nobody's, or of several."""
        found = await self._reading.named(self._settings.name, login)
        if len(found) != 1 or found[0].person.logins[0].casefold() != login.casefold():
            return ()
        return self._roles(found[0], day)
