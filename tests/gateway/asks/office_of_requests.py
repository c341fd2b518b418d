"""The office of requests over real stores on a real database, and what it recorded, told and revoked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.settings import SignIn
from config.vocabulary import (
    Action,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)
from gateway.asks.ask import Ask, Party
from gateway.asks.author import Author
from gateway.asks.doing import Doing
from gateway.asks.in_force import InForce
from gateway.asks.office import AskOffice
from gateway.asks.refused import Spoken
from gateway.asks.wish import Wish, party
from gateway.audit.entry import Entry
from gateway.notices.notice import Happened
from gateway.sessions.id_token import SignedIn
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import Officer
from gateway.sessions.revocation import RevokedList
from gateway.storage.asks import StoredAsks
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from idp.directory.person import Person
from idp.events import Origin
from tests.gateway.asks.town import EVA, HULIN, JANA, KROMERIZ, MARTIN, NOW, PAVEL, PETR, rules
from tests.gateway.sessions.office_world import LIFETIME
from tests.rig.session_store import session_store

WORDS = dict.fromkeys(Language, "words of a rule")
SAYS_NO = Spoken("role_not_sufficient", WORDS, WORDS, "some-rule", "v1")


@dataclass(frozen=True)
class Caller:
    subject: SubjectId
    login: str
    sid: SessionId
    municipality: MunicipalityCode
    acr: AuthenticationLevel = AuthenticationLevel.TWO_FACTORS
    auth_time: datetime = NOW


class Requests:
    """`entries`, `told`: in the order in which they were kept; `refusing`: actions that the policies refuse."""

    def __init__(self, path: Path, *, centre: MunicipalityCode | None = KROMERIZ) -> None:
        prepare(path)
        self.database = Database(path)
        self.entries: list[Entry] = []
        self.told: list[Happened] = []
        self.revoked = RevokedList(lambda _: None)
        self.asked_of_policies: list[tuple[Action, Author]] = []
        self.refusing: set[Action] = set()
        self.alarmed: list[Ask] = []
        self.in_force = InForce()
        self.store = StoredAsks(self.database, self._append, self._tell)
        self.sessions = session_store(self.database, self._append)
        office = SessionOffice(self.sessions, self.revoked, SignIn(), LIFETIME)
        self.opening = office
        self.office = AskOffice(
            store=self.store,
            in_force=self.in_force,
            sessions=office,
            rules=rules(),
            permits=self._permits,
            holding=self._holding,
            record=self._record,
            centre=centre,
            alarm=self.alarmed.append,
        )

    def _append(self, _: Connection, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    def _tell(self, _: Connection, told: Sequence[Happened]) -> None:
        self.told.extend(told)

    async def _record(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    async def _permits(
        self, _: Officer, action: Action, author: Author, _origin: Origin, _now: datetime
    ) -> Spoken | None:
        self.asked_of_policies.append((action, author))
        return SAYS_NO if action in self.refusing else None

    async def _holding(self, municipality: MunicipalityCode | None, roles: Collection[Role]) -> list[Party]:
        people = [JANA, PETR, EVA, PAVEL, MARTIN]
        return [
            party(one)
            for one in people
            if any(held.role in roles and municipality in (None, held.municipality) for held in one.roles)
        ]

    async def ask(self, wish: Wish, now: datetime = NOW) -> Ask:
        return await self.office.ask(wish, doing(wish.asker, now))

    async def sign_in(self, who: Person) -> SessionId:
        signed_in = SignedIn(
            subject=who.subject,
            provider_sid=f"provider-{who.login}",
            login=who.login,
            name=who.name,
            roles=tuple((held.municipality, held.role) for held in who.roles),
            acr=AuthenticationLevel.TWO_FACTORS,
            amr=("otp", "pwd"),
            authenticated_at=NOW,
            facts_at=NOW,
            ends_at=None,
        )
        session, _ = await self.opening.open(signed_in, "a.example", "192.0.2.7", "Firefox", "r-1", NOW)
        return session.id

    async def generation(self, name: SessionId) -> int:
        (found,) = await self.sessions.by_ids([name])
        return found.generation


def doing(who: Person, now: datetime = NOW, municipality: Any = HULIN) -> Doing:
    caller = Caller(who.subject, who.login, SessionId(f"{who.login:s<22}"), municipality)
    return Doing(caller, party(who), Origin(address="192.0.2.7", request_id="r-1"), now)
