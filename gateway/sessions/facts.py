"""What the directory says anew of signed-in people reaches their sessions, at the gateway and at the provider.

Whoever left, or may no longer work, loses the sessions; other roles mean that every grant is decided anew.
While the directory cannot be reached nothing changes here: facts grow old, and old facts refuse by themselves.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from config.vocabulary import SubjectId
from gateway.audit.acts import directory_recovered, directory_unreachable
from gateway.audit.entry import Entry
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason, RolesHeld, Session
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.watch import DetailsChanged, FactsChange, PersonGone, Reading, RolesChanged, StateChanged

log = structlog.get_logger("directory")


@dataclass(slots=True)
class Facts:
    """`forget` ends the person's sessions at the provider; `record` keeps an entry; `reachable` is a gauge."""

    office: SessionOffice
    forget: Callable[[SubjectId, datetime], Awaitable[None]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    reachable: Callable[[float], None]
    server: str
    _in_use: frozenset[SubjectId] = frozenset()

    def in_use(self) -> frozenset[SubjectId]:
        """Whose facts are to be read: everybody with an open session, as of the last `look_around`."""
        return self._in_use

    async def look_around(self, now: datetime) -> list[Session]:
        """Learn who is signed in; sessions whose time is over are ended on the way."""
        sessions = await self.office.store.open_ones()
        over = {one.id: reason for one in sessions if (reason := one.why_over(self.office.limits, now))}
        for session in sessions:
            if session.id in over:
                await self.office.end([session], over[session.id], None, now)
        living = [session for session in sessions if session.id not in over]
        self._in_use = frozenset(session.subject for session in living)
        return living

    async def take(self, reading: Reading) -> None:
        if reading.trouble is not None:
            self.reachable(0)
            if reading.first_of_its_kind:
                log.error("directory.unreachable", cause=str(reading.trouble))
                await self.record([directory_unreachable(reading.at, self.server, str(reading.trouble))])
            return
        self.reachable(1)
        if reading.first_of_its_kind:
            log.info("directory.recovered")
            await self.record([directory_recovered(reading.at, self.server)])
        gone = {change.before.subject for change in reading.changes if _leaves(change)}
        await self.office.store.confirm_facts(self._in_use - gone, reading.at)
        for change in reading.changes:
            await self._apply(change, reading.at)

    async def _apply(self, change: FactsChange, now: datetime) -> None:
        match change:
            case PersonGone(before):
                await self._out(before.subject, EndReason.ACCOUNT_GONE, now)
            case StateChanged(before, _) if change.closed:
                await self._out(before.subject, EndReason.ACCOUNT_DISABLED, now)
            case RolesChanged(before, after) | DetailsChanged(before, after):
                if _kept(before) != _kept(after):
                    _, name, login, roles = _kept(after)
                    await self.office.take_facts(after.subject, name, login, roles, now)
            case StateChanged():
                pass  # may work again: nobody with such an account is signed in

    async def _out(self, subject: SubjectId, reason: EndReason, now: datetime) -> None:
        await self.office.end_all_of(subject, reason, None, now)
        await self.forget(subject, now)


def _leaves(change: FactsChange) -> bool:
    return isinstance(change, PersonGone) or (isinstance(change, StateChanged) and change.closed)


def _kept(person: Person) -> tuple[SubjectId, str, str, RolesHeld]:
    """What sessions keep of a person: a new mail address, for one, changes nothing."""
    return person.subject, person.name, person.login, pairs(person.roles)


def pairs(roles: Sequence[RoleHeld]) -> RolesHeld:
    return tuple((held.municipality, held.role) for held in roles)


def person_of(session: Session) -> Person:
    """The facts a session holds, as the directory's last word on its person after a restart."""
    return Person(
        subject=session.subject,
        login=session.login,
        name=session.name,
        mail="",
        state=AccountState.ACTIVE,
        roles=tuple(sorted(RoleHeld(where, role) for where, role in session.roles)),
    )
