"""People as the replica of their directory knows them, judged by the configuration of today.

Roles are computed when they are asked for: a change of the mapping needs no sync.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from datetime import date, datetime

from config.district import District
from config.settings import Directory
from config.vocabulary import SubjectId
from idp.directory.evaluation import Evaluation
from idp.directory.person import Person
from idp.directory.pushed import AsksPushed, nothing_pushed, with_pushed
from idp.directory.role_mapping import Evidence, czech_day, czech_midnight
from idp.directory.subject import directory_of, identity_of, subject
from idp.directory.sync.replica import Known, ReplicaReader

PAGE = 100  # people read at once where everybody is looked at


Wanted = Callable[[Collection[SubjectId]], Awaitable[Collection[SubjectId]]]


class ReplicatedPeople:
    """Of one directory."""

    def __init__(
        self,
        settings: Directory,
        district: District | None,
        reading: ReplicaReader,
        clock: Callable[[], datetime],
        pushed: AsksPushed = nothing_pushed,
    ) -> None:
        """`pushed`: what personnel systems give."""
        self._settings, self._reading, self._clock, self._pushed = settings, reading, clock, pushed
        self._evaluation = Evaluation(settings, district)

    async def people(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        """Those of `subjects` who are there; the others have left the directory, or were never in it."""
        name = self._settings.name
        wanted = {identity_of(one) for one in subjects if directory_of(one) == name}
        found = await self._reading.people(name, wanted)
        people = await self._persons(found.values())
        return {one.subject: one for one in people}

    async def one(self, whose: SubjectId) -> tuple[Person | None, datetime] | None:
        """Somebody, and when the directory last confirmed all of this; None: it never did."""
        confirmed_at = await self._reading.confirmed_at(
            self._settings.name
        )  # first: no younger than the person
        if confirmed_at is None:
            return None
        return (await self.people([whose])).get(whose), confirmed_at

    async def confirmed_at(self) -> datetime | None:
        """When the directory last confirmed all that is known of it; None: it never did."""
        return await self._reading.confirmed_at(self._settings.name)

    async def fitting(self, text: str, limit: int) -> list[Person]:
        """See `ReplicaReader.fitting`."""
        return await self._persons(await self._reading.fitting(self._settings.name, text, limit))

    async def everybody(self, wanted: Wanted | None = None) -> AsyncIterator[Person]:
        """Page by page: a hundred thousand need no more memory than a hundred, and nobody else waits for long.

        `wanted`: whom of a page it is about; of nobody else the roles are worked out.
        """
        name, after = self._settings.name, ""
        while page := await self._reading.everybody(name, after, PAGE):
            known = {subject(name, one.person.identity): one for one in page}
            those = known.keys() if wanted is None else await wanted(known.keys())
            for one in await self._persons([one for whose, one in known.items() if whose in those]):
                yield one
            after = page[-1].person.identity

    async def _persons(self, found: Iterable[Known]) -> list[Person]:
        people = [await self._person(one) for one in found]
        given = await self._pushed([one.subject for one in people]) if people else {}
        return [with_pushed(one, given.get(one.subject, ())) for one in people]

    async def _person(self, known: Known) -> Person:
        now, own = self._clock(), _evidence(known)
        day = czech_day(now)
        represented = {
            login: [_evidence(one) for one in await self._reading.named(self._settings.name, login)]
            for login in self._evaluation.represented(own.login, day)
        }
        held = self._evaluation.held(own, represented, day)
        return Person(
            subject=subject(self._settings.name, known.person.identity),
            login=own.login,
            name=known.person.name,
            mail=known.person.mail,
            state=known.person.account.state(now),
            roles=held.roles,
            standing_in=held.standing_in,
            work=self._evaluation.work(own)[0],
            changes_at=min(
                filter(None, (known.person.account.changes_at(now), self._roles_change_at(day))), default=None
            ),
        )

    def _roles_change_at(self, day: date) -> datetime | None:
        changes = self._evaluation.changes_after(day)
        return None if changes is None else czech_midnight(changes)


def _evidence(known: Known) -> Evidence:
    return Evidence(
        dn=known.person.dn,
        login=known.person.logins[0],
        groups=[group.dn for group in known.groups],
        values=known.person.attributes,
    )
