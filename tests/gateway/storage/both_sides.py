"""One person signed in, at the provider and at the gateway, on one real database with the real log."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from config.vocabulary import AuthenticationLevel, Language, SessionId, SubjectId
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.sessions.session import Session
from gateway.storage.audit import append
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.sessions import StoredSessions
from idp.events import NOWHERE, EndReason
from idp.login import desk
from idp.login import session as provider
from idp.login.handle import hashed, new_handle, new_session_id
from tests.rig.people import JANA, person
from tests.rig.session_store import SEAL, session_store


@dataclass(frozen=True)
class Sides:
    database: Database
    store: StoredSessions
    identities: IdentityStore

    async def at_provider(self, subject: SubjectId) -> list[provider.Session]:
        return await self.identities.look(lambda book: book.sessions_of_subject(subject))

    async def sign_in(self, now: datetime, subject: SubjectId = JANA.subject) -> Session:
        """At both."""
        theirs = await self.sign_in_at_provider(now, subject)
        mine = Session(
            id=SessionId(new_session_id()),
            subject=subject,
            login=JANA.login,
            name=JANA.name,
            provider_sid=theirs.sid,
            roles=tuple((held.municipality, held.role) for held in JANA.roles),
            municipality=JANA.roles[0].municipality,
            generation=1,
            acr=AuthenticationLevel.TWO_FACTORS,
            amr=("pwd", "otp"),
            authenticated_at=now,
            opened_at=now,
            last_seen_at=now,
            facts_at=now,
            address="192.0.2.7",
            user_agent="",
        )
        return await self.store.add(mine, hashed(new_handle()), "a.example", [])

    async def sign_in_at_provider(self, now: datetime, subject: SubjectId = JANA.subject) -> provider.Session:
        """Without a host of the gateway: at an application that asks the provider itself."""
        made = provider.Session(
            sid=new_session_id(),
            handle=hashed(new_handle()),
            person=replace(person(), subject=subject),
            facts_at=now,
            locale=Language.CZECH,
            level=AuthenticationLevel.TWO_FACTORS,
            methods=("pwd", "otp", "mfa"),
            auth_time=now,
            created_at=now,
            last_seen=now,
            expires_at=now + timedelta(hours=10),
        )
        await self.identities.transact(lambda book: book.keep_session(made))
        return made

    async def end_at_provider(self, session: Session, now: datetime) -> None:
        """Of the provider's own accord, and nobody tells the gateway."""
        sid = SessionId(session.provider_sid)
        await self.identities.transact(lambda book: desk.end_one(book, sid, EndReason.IDLE, NOWHERE, now))

    async def mine(self, session: Session) -> Session:
        (found,) = await self.store.by_ids([session.id])
        return found

    async def theirs(self, session: Session) -> provider.Session:
        found = await self.identities.look(lambda book: book.session(SessionId(session.provider_sid)))
        assert found is not None
        return found

    def entries(self) -> list[Entry]:
        return self.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])

    def codes(self) -> list[Code]:
        return [entry.code for entry in self.entries()]

    async def fault(self, when: str) -> None:
        """From now on the database itself fails at this step of a transaction."""
        if isinstance(self.database.place, Path):
            await self._run(
                f"CREATE TRIGGER fault BEFORE {when} BEGIN SELECT RAISE(ABORT, 'the exercise'); END"
            )
            return
        happens, _, condition = when.partition(" WHEN ")
        await self._run(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the exercise' USING ERRCODE = 'check_violation'; END $$"
        )
        await self._run(
            f"CREATE TRIGGER fault BEFORE {happens} FOR EACH ROW {f'WHEN ({condition})' if condition else ''} "
            "EXECUTE FUNCTION fault()"
        )

    async def mend(self) -> None:
        embedded = isinstance(self.database.place, Path)
        await self._run("DROP TRIGGER fault" if embedded else "DROP FUNCTION fault CASCADE")

    async def _run(self, statement: str) -> None:
        await self.database.write(lambda connection: connection.execute(text(statement)))


def sides(database: Database) -> Sides:
    return Sides(database, session_store(database, append), IdentityStore(database, SEAL, append))
