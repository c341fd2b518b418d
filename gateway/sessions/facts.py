"""What the replica of a directory learns of signed-in people reaches their sessions, here and at the provider.

Whoever left, or may no longer work, loses the sessions, and whoever lost a role those that carried it; what was gained
means that every grant is decided anew.
Each session is compared by itself: two sessions of one person may have been opened with different facts.
While the directory cannot be asked nothing changes here: facts grow old, and old facts refuse by themselves.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from config.vocabulary import DirectoryName, SessionId, SubjectId
from gateway.audit.acts import directory_misconfigured, directory_recovered, directory_unreachable
from gateway.audit.entry import Entry
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason, RolesHeld, Session
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.sync.news import News
from idp.login.level import reaches
from idp.login.needed_level import needed

CLOSED = {
    AccountState.DISABLED: EndReason.ACCOUNT_DISABLED,
    AccountState.EXPIRED: EndReason.ACCOUNT_EXPIRED,
    AccountState.MUST_CHANGE_PASSWORD: EndReason.PASSWORD_MUST_CHANGE,
    AccountState.PASSWORD_EXPIRED: EndReason.PASSWORD_EXPIRED,
    AccountState.ROLES_MIXED: EndReason.ROLES_MIXED,
}
"""Every state that ends sessions."""
MENDED_BY_SIGNING_IN = {AccountState.MUST_CHANGE_PASSWORD, AccountState.PASSWORD_EXPIRED}
log = structlog.get_logger("directory")


async def living(office: SessionOffice, sessions: Sequence[Session], now: datetime) -> list[Session]:
    """Those of open sessions whose time is not over; the others are ended on the way."""
    alive = []
    for session in sessions:
        over = session.why_over(office.limits, now)
        if over is None:
            alive.append(session)
        else:
            await office.end([session], over, None, now)
    return alive


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one directory. `record` keeps an entry; `reachable` is a gauge: whether it gives answers to rely on."""

    office: SessionOffice
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    reachable: Callable[[float], None]
    directory: DirectoryName
    server: str

    async def hear(self, news: News) -> None:
        """Tell of trouble and of its end, once each."""
        if news.trouble is not None:
            await self._in_trouble(news, news.trouble)
        elif news.confirmed:
            self.reachable(1)
            if news.first_of_its_kind:
                log.info("directory.recovered", directory=self.directory)
                await self.record([directory_recovered(news.at, self.directory, self.server)])

    async def compare(
        self, sessions: Sequence[Session], people: Mapping[SubjectId, Person], news: News
    ) -> None:
        """Compare what these sessions hold with what is known of their people since `news`."""
        await compare(self.office, sessions, people, news.at, confirmed=news.confirmed)

    async def _in_trouble(self, news: News, trouble: DirectoryUnusable) -> None:
        self.reachable(0)
        if news.first_of_its_kind:
            answers = isinstance(trouble, DirectoryMisconfigured)
            told = directory_misconfigured if answers else directory_unreachable
            entry = told(news.at, self.directory, self.server, str(trouble))
            log.error(entry.code.value, directory=self.directory, cause=str(trouble))
            await self.record([entry])


async def compare(
    office: SessionOffice,
    sessions: Sequence[Session],
    people: Mapping[SubjectId, Person],
    at: datetime,
    *,
    confirmed: bool = True,
) -> Mapping[EndReason, int]:
    """`people` as they were known `at` that moment; who is missing is gone. `confirmed`: by the directory then.

    How many sessions of people who may work ended, and why.
    """
    out: dict[SubjectId, EndReason] = {}
    same: list[SessionId] = []
    over: dict[EndReason, list[Session]] = {EndReason.FACTOR_TOO_WEAK: [], EndReason.ROLE_LOST: []}
    for session in sessions:
        if session.facts_at > at:
            continue  # opened meanwhile, with younger facts
        person = people.get(session.subject)
        closed = why_closed(person)
        if person is None or closed is not None:
            out[session.subject] = closed or EndReason.ACCOUNT_GONE
        elif not reaches(session.acr, needed(person, office.limits)):
            over[EndReason.FACTOR_TOO_WEAK].append(session)
        elif _lost_a_role(session, person):
            over[EndReason.ROLE_LOST].append(session)
        elif _differ(session, person):
            since = at if confirmed else session.facts_at
            deputy = [str(one) for one in person.standing_in]
            await office.take_facts([session], person.name, person.login, pairs(person.roles), since, deputy)
        else:
            same.append(session.id)
    if confirmed:
        await office.store.confirm_facts(same, at)
    for why, ending in over.items():
        await office.end(ending, why, None, at)
    for subject, reason in out.items():
        await office.end_all_of(subject, reason, None, at)
    return {why: len(ending) for why, ending in over.items() if ending}


async def stop_sign_ins(
    office: SessionOffice,
    signing_in: Mapping[SubjectId, datetime],
    people: Mapping[SubjectId, Person],
    at: datetime,
) -> None:
    """Whoever left, or may no longer work, finishes no sign-in that was begun before it was known.

    `signing_in`: when the directory was asked in the sign-in; `people` as they were known `at` that moment.
    """
    for subject, asked_at in signing_in.items():
        person = people.get(subject)
        closed = why_closed(person)
        if person is not None and person.state in MENDED_BY_SIGNING_IN:
            continue
        if closed is not None and asked_at <= at:
            await office.end_all_of(subject, closed, None, at)


def why_closed(person: Person | None) -> EndReason | None:
    """Why sessions of somebody whom the directory knows so, or no more, may not go on; None where they may."""
    if person is None:
        return EndReason.ACCOUNT_GONE
    return CLOSED[person.state] if person.state.ends_sessions else None


def _lost_a_role(session: Session, person: Person) -> bool:
    """Whoever is just being renamed loses roles until the groups follow, which name people by their entry's name:
    what is missing is taken from the session then, and comes back to it.
    """
    return session.login == person.login and not set(session.roles) <= set(pairs(person.roles))


def _differ(session: Session, person: Person) -> bool:
    """A new mail address, for one, changes nothing here."""
    held = (session.name, session.login, frozenset(session.roles))
    return held != (person.name, person.login, frozenset(pairs(person.roles)))


def pairs(roles: Sequence[RoleHeld]) -> RolesHeld:
    return tuple((held.municipality, held.role) for held in roles)
