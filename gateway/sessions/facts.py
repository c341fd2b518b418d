"""What the directory says anew of signed-in people reaches their sessions, at the gateway and at the provider.

Whoever left, or may no longer work, loses the sessions; other roles mean that every grant is decided anew.
Each session is compared by itself: two sessions of one person may have been opened with different facts.
While the directory cannot be asked nothing changes here: facts grow old, and old facts refuse by themselves.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from config.vocabulary import SessionId, SubjectId
from gateway.audit.acts import directory_misconfigured, directory_recovered, directory_unreachable
from gateway.audit.entry import Entry
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason, RolesHeld, Session
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.watch import Reading

CLOSED = {AccountState.ROLES_MIXED: EndReason.ROLES_MIXED}
log = structlog.get_logger("directory")


@dataclass(frozen=True, slots=True)
class Facts:
    """`record` keeps an entry; `reachable` is a gauge: whether the directory gives answers to rely on."""

    office: SessionOffice
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    reachable: Callable[[float], None]
    server: str

    async def living(self, sessions: Sequence[Session], now: datetime) -> list[Session]:
        """Those of open sessions whose time is not over; the others are ended on the way."""
        living = []
        for session in sessions:
            over = session.why_over(self.office.limits, now)
            if over is None:
                living.append(session)
            else:
                await self.office.end([session], over, None, now)
        return living

    async def take(self, sessions: Sequence[Session], reading: Reading) -> None:
        """Compare what these sessions hold with what was read of their people."""
        if reading.trouble is not None:
            await self._in_trouble(reading, reading.trouble)
            return
        self.reachable(1)
        if reading.first_of_its_kind:
            log.info("directory.recovered")
            await self.record([directory_recovered(reading.at, self.server)])
        out: dict[SubjectId, EndReason] = {}
        confirmed: list[SessionId] = []
        for session in sessions:
            if session.facts_at > reading.at:
                continue  # opened while we were reading, with younger facts
            person = reading.people.get(session.subject)
            if person is None:
                out[session.subject] = EndReason.ACCOUNT_GONE
            elif person.state is not AccountState.ACTIVE:
                out[session.subject] = CLOSED.get(person.state, EndReason.ACCOUNT_DISABLED)
            elif _differ(session, person):
                await self.office.take_facts(
                    [session], person.name, person.login, pairs(person.roles), reading.at
                )
            else:
                confirmed.append(session.id)
        await self.office.store.confirm_facts(confirmed, reading.at)
        for subject, reason in out.items():
            await self.office.end_all_of(subject, reason, None, reading.at)

    async def _in_trouble(self, reading: Reading, trouble: DirectoryUnusable) -> None:
        self.reachable(0)
        if reading.first_of_its_kind:
            answers = isinstance(trouble, DirectoryMisconfigured)
            told = directory_misconfigured if answers else directory_unreachable
            entry = told(reading.at, self.server, str(trouble))
            log.error(entry.code.value, cause=str(trouble))
            await self.record([entry])


def _differ(session: Session, person: Person) -> bool:
    """A new mail address, for one, changes nothing here."""
    held = (session.name, session.login, frozenset(session.roles))
    return held != (person.name, person.login, frozenset(pairs(person.roles)))


def pairs(roles: Sequence[RoleHeld]) -> RolesHeld:
    return tuple((held.municipality, held.role) for held in roles)
