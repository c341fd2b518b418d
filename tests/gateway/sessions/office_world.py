"""The session office over a real store on a real database, and what it said to whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from config.settings import SignIn
from config.vocabulary import MunicipalityCode, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.sessions.id_token import SignedIn
from gateway.sessions.office import CLOCK_MARGIN, IN_FLIGHT, SessionOffice
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason, Session
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import Ending
from tests.rig.prepared import prepared
from tests.rig.session_store import ACTIVITY, SEAL

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
LIFETIME = timedelta(minutes=5)
KEEP = LIFETIME + CLOCK_MARGIN + IN_FLIGHT


class World:
    """Everything an office touches, and what it said to whom."""

    def __init__(self, path: Path) -> None:
        self.database = Database(prepared(path))
        self.entries: list[Entry] = []
        self.announced: list[frozenset[str]] = []
        self.ended: list[tuple[str, EndReason]] = []
        self.forgotten: list[SubjectId] = []
        self.revoked = RevokedList(self.announced.append)
        self.store = StoredSessions(self.database, self._append, ACTIVITY, self._end_at_provider)
        self.sign_ins = IdentityStore(self.database, SEAL, self._append)
        self.office = SessionOffice(self.store, self.revoked, SignIn(), LIFETIME)

    def _append(self, _: Connection, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    def _end_at_provider(self, _: Connection, ending: Ending) -> None:
        self.ended.extend((sid, ending.reason) for sid in ending.sids)
        self.forgotten.extend(ending.people)

    async def open(self, who: SignedIn, now: datetime, host: str = "a.example") -> tuple[Session, str]:
        return await self.office.open(who, host, "192.0.2.7", "browser" * 100, "request-1", now)

    def codes(self) -> list[Code]:
        return [entry.code for entry in self.entries]
