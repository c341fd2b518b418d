"""What officers do for people, over a real identity store; the directory is a list of people."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import SignIn
from config.vocabulary import ApplicationId, Role, SessionId, SubjectId
from gateway.audit.entry import Entry
from gateway.audit.folding import folded
from gateway.sessions.assistance import Assistance, has_now
from gateway.sessions.assisted import Replica
from gateway.sessions.lost_factors import Has, LostFactors, Removal
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import Acts
from gateway.sessions.revocation import RevokedList
from gateway.storage.activity import Activity
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import EndAtProvider, SingleSignOn
from idp.directory.errors import DirectoryUnreachable
from idp.directory.lockout import NO_LOCKOUT
from idp.directory.person import Person, RoleHeld
from idp.directory.same_person import Persons
from idp.login.charging import Rules
from idp.login.exception import LONGEST
from idp.login.totp import Secret
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import HULIN, NOON, person

LUCIE = replace(
    person(SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1b01"), "mala.lucie"), name="Lucie Malá"
)
"""Has nothing to confirm with."""
KAREL = replace(
    person(SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1b02"), "urban.karel"), name="Karel Urban"
)
"""Has an application for codes."""
TOMAS = replace(
    person(
        SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1b03"),
        "dostal.tomas",
        roles=(RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR),),
    ),
    name="Tomáš Dostál",
)
"""An administrator without a factor."""
SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")


@dataclass
class Helping:
    """`entries`: of refused acts; those of acts done are in `kept`."""

    kept: Kept
    people: list[Person]
    entries: list[Entry] = field(default_factory=list)
    away: bool = False
    over: list[SessionId] = field(default_factory=list)
    """Sessions of the provider that ended, as the gateway was told."""
    revocations: list[object] = field(default_factory=list)
    """What the gate was told to let in no more, each time."""
    password_opens: bool = True
    """As policies have it."""
    persons: Persons = field(default_factory=Persons)
    rules: Rules = field(default_factory=lambda: Rules(SignIn(), NO_LOCKOUT))

    async def named(self, login: str) -> list[Person]:
        if self.away:
            raise DirectoryUnreachable("ldaps://dc1", "start it")
        return [one for one in self.people if one.login == login]

    async def person(self, subject: SubjectId) -> Person | None:
        if self.away:
            raise DirectoryUnreachable("ldaps://dc1", "start it")
        return next((one for one in self.people if one.subject == subject), None)

    async def record(self, entries: list[Entry]) -> None:
        self.entries += entries

    @property
    def acts(self) -> Acts:
        return Acts(self.person, self.record, ApplicationId("audit"), others=self.persons.others)

    @property
    def assistance(self) -> Assistance:
        def opens(_person: Person, _now: datetime) -> bool:
            return self.password_opens

        replica = Replica(self.fitting, self.replicated)
        return Assistance(
            self.acts, self.named, self.kept.store, self.ended, LONGEST, opens, replica, lambda: self.rules
        )

    async def fitting(self, text: str, limit: int) -> list[Person]:
        words = folded(text).split()
        known_by = {one.subject: folded(one.name, one.login) for one in self.people}
        found = [one for one in self.people if all(word in known_by[one.subject] for word in words)]
        return found[:limit]

    async def replicated(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        return {one.subject: one for one in self.people if one.subject in subjects}

    @property
    def lost_factors(self) -> LostFactors:
        single_sign_on = SingleSignOn(self.kept.seal, self.kept.append)

        async def has(subject: SubjectId) -> Has:
            return await self.kept.store.look(lambda book: has_now(book, subject))

        def ending(removal: Removal) -> StoredSessions:
            return self.sessions(single_sign_on.ending_without_factor(removal))

        revoked = RevokedList(self.revocations.append)
        office = SessionOffice(self.sessions(single_sign_on.end), revoked, SignIn(), timedelta(minutes=5))
        return LostFactors(self.acts, has, office, ending)

    def sessions(self, end: EndAtProvider) -> StoredSessions:
        return StoredSessions(self.kept.database, self.kept.append, Activity(SignIn()), end)

    async def ended(self, sessions: Sequence[SessionId], _: datetime) -> None:
        self.over += sessions

    async def prepare(self) -> None:
        await self.kept.store.enrol_for(KAREL.subject, SECRET, NOON)


@contextmanager
def helping(*others: Person) -> Iterator[Helping]:
    with tempfile.TemporaryDirectory() as folder, identity_store(Path(folder)) as kept:
        yield Helping(kept, [LUCIE, KAREL, TOMAS, *others])
