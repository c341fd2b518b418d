"""Incidents and suspensions over a real database with the real log, as the product puts them together."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import SignIn
from config.vocabulary import ApplicationId, SubjectId
from gateway.audit.entry import Entry
from gateway.incidents.by import By
from gateway.incidents.incident import Described, Kind, Severity
from gateway.incidents.office import IncidentOffice
from gateway.incidents.suspending import Suspending, Whom
from gateway.incidents.suspension import InForce, Suspension
from gateway.sessions.office import SessionOffice
from gateway.sessions.revocation import RevokedList
from gateway.storage.activity import Activity
from gateway.storage.incidents import IncidentBooks
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import SingleSignOn
from gateway.storage.suspensions import StoredSuspensions
from idp.directory.same_person import Persons
from idp.login.under_way import News
from tests.gateway.audit.making import KEYS
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import HULIN, JANA, NOON, PETR

OFFICER = By(subject=PETR.subject, login=PETR.login)
UNSURE = By(subject=PETR.subject, login=PETR.login, confirmed=False)
WHOM = Whom(JANA.subject, JANA.login, JANA.name)
RECORDS = ApplicationId("records")
SAID = Described(
    title="Zneužitý účet",
    kind=Kind.ACCOUNT,
    severity=Severity.SIGNIFICANT,
    noticed_at=NOON - timedelta(hours=2),
)


@dataclass
class Incidents:
    """`now` is the moment at which the memory of decisions was read last."""

    kept: Kept
    now: datetime = NOON
    in_force: InForce = field(default_factory=InForce)
    persons: Persons = field(default_factory=Persons)
    revocations: list[object] = field(default_factory=list)

    async def record(self, entries: Sequence[Entry]) -> None:
        await self.kept.database.write(lambda connection: self.kept.append(connection, entries))

    @property
    def stored(self) -> StoredSuspensions:
        return StoredSuspensions(self.kept.database, self.kept.append)

    @property
    def sessions(self) -> StoredSessions:
        return self._sessions(SingleSignOn(self.kept.seal, self.kept.append).end)

    def _sessions(self, end) -> StoredSessions:
        return StoredSessions(self.kept.database, self.kept.append, Activity(SignIn()), end)

    def _ending(self, made: Suspension, entry: Entry) -> StoredSessions:
        end = SingleSignOn(self.kept.seal, self.kept.append).end
        return self._sessions(self.stored.with_sessions(made, entry, end))

    async def took(self) -> None:
        self.in_force.take(await self.stored.standing(self.now))

    async def stop(self, news: News, now: datetime) -> object:
        return await self.kept.store.stop_sign_ins(news, SignIn(), now)

    @property
    def suspending(self) -> Suspending:
        return Suspending(
            store=self.stored,
            sessions=SessionOffice(
                self.sessions, RevokedList(self.revocations.append), SignIn(), timedelta(minutes=5)
            ),
            ending=self._ending,
            stop=self.stop,
            took=self.took,
            record=self.record,
            others=self.persons.others,
        )

    @property
    def office(self) -> IncidentOffice:
        books = IncidentBooks(self.kept.database, self.kept.append, KEYS.known)
        return IncidentOffice(books, self.record, frozenset({HULIN}), frozenset({RECORDS}))

    def suspended(self, subject: SubjectId = JANA.subject, after: timedelta = timedelta()) -> bool:
        return self.in_force.suspended(subject, self.now + after)


@contextmanager
def incidents() -> Iterator[Incidents]:
    with tempfile.TemporaryDirectory() as folder, identity_store(Path(folder)) as kept:
        yield Incidents(kept)
