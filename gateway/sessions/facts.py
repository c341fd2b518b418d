"""What the replica of a directory learns of signed-in people reaches their sessions, here and at the provider.

Whoever left, or may no longer work, loses the sessions, and whoever lost a role those that carried it; what was gained
means that every grant is decided anew.
Each session is compared by itself: two sessions of one person may have been opened with different facts. So is a
session of the provider that none of ours belongs to.
While the directory cannot be asked nothing changes here: facts grow old, and old facts refuse by themselves.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from config.settings import SignIn
from config.vocabulary import DirectoryName, SubjectId
from gateway.audit.acts import directory_misconfigured, directory_recovered, directory_unreachable
from gateway.audit.entry import Entry
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason, RolesHeld, Session
from gateway.sessions.store import Open
from idp import events
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.sync.news import News
from idp.login.facts import differ, read_meanwhile, why_over
from idp.login.level import reaches
from idp.login.needed_level import LevelLimits, needed
from idp.login.session import Session as SignOn
from idp.login.session import end_due, with_facts
from idp.login.under_way import News as UnderWay
from idp.login.under_way import Stopped

CLOSED = {
    AccountState.DISABLED: EndReason.ACCOUNT_DISABLED,
    AccountState.EXPIRED: EndReason.ACCOUNT_EXPIRED,
    AccountState.MUST_CHANGE_PASSWORD: EndReason.PASSWORD_MUST_CHANGE,
    AccountState.PASSWORD_EXPIRED: EndReason.PASSWORD_EXPIRED,
    AccountState.ROLES_MIXED: EndReason.ROLES_MIXED,
    AccountState.SUSPENDED: EndReason.ENDED_BY_OFFICER,
}
"""Every state that ends sessions."""
OF_THE_PROVIDER = {
    events.EndReason.FACTOR_TOO_WEAK: EndReason.FACTOR_TOO_WEAK,
    events.EndReason.ROLE_LOST: EndReason.ROLE_LOST,
}
OF_THE_SESSION = frozenset(OF_THE_PROVIDER.values())
"""Why one session ends and another of the same person may go on; every other reason is the person's."""
MENDED_BY_SIGNING_IN = {AccountState.MUST_CHANGE_PASSWORD, AccountState.PASSWORD_EXPIRED}
"""A sign-in at the password goes on, and one that leads to a new password."""
log = structlog.get_logger("directory")


async def living(office: SessionOffice, found: Open, now: datetime) -> Open:
    """Those whose time is not over; sessions of the others are ended on the way, sign-ons by the provider's sweep."""
    alive = []
    for session in found.sessions:
        over = session.why_over(office.limits, now)
        if over is None:
            alive.append(session)
        else:
            await office.end([session], over, None, now)
    return Open(alive, [one for one in found.sign_ons if end_due(one, now, office.limits) is None])


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
        self, found: Open, people: Mapping[SubjectId, Person], news: News, now: datetime
    ) -> None:
        """Compare what these sessions hold with what is known of their people since `news`."""
        await compare(self.office, found, people, news.at, now, confirmed=news.confirmed)

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
    found: Open,
    people: Mapping[SubjectId, Person],
    at: datetime,
    now: datetime,
    *,
    confirmed: bool = True,
) -> Mapping[EndReason, int]:
    """`people` as they were known `at` that moment; who is missing is gone. `confirmed`: by the directory then.

    What was opened meanwhile has younger facts, and stays. How many sessions of people who may work ended, and why.
    """
    here: dict[EndReason | None, list[Session]] = {}
    for session in found.sessions:
        if not read_meanwhile(session.facts_at, at, now):
            why = _why_over(session, people.get(session.subject), office.limits)
            here.setdefault(why, []).append(session)
    there: dict[EndReason | None, list[SignOn]] = {}
    for one in found.sign_ons:
        if not read_meanwhile(one.facts_at, at, now):
            why = _why_signed_on_over(one, people.get(one.person.subject), office.limits)
            there.setdefault(why, []).append(one)
    await _keep(office, here.pop(None, []), people, at, now, confirmed=confirmed)
    await _keep_there(office, there.pop(None, []), people)
    over = {why: Open(here.get(why, ()), there.get(why, ())) for why in EndReason if why in {*here, *there}}
    for why, ending in over.items():
        if why in OF_THE_SESSION:
            await office.end(ending.sessions, why, None, now, sign_ons=ending.sign_ons)
        else:
            for subject in ending.people():
                await office.end_all_of(subject, why, None, now)
    return {why: len(over[why]) for why in over if why in OF_THE_SESSION}


async def _keep(
    office: SessionOffice,
    sessions: Sequence[Session],
    people: Mapping[SubjectId, Person],
    at: datetime,
    now: datetime,
    *,
    confirmed: bool,
) -> None:
    """Sessions that go on have the facts of now."""
    same = []
    for session in sessions:
        person = people[session.subject]
        if _differ(session, person):
            deputy, pushed = [str(one) for one in person.standing_in], [str(one) for one in person.pushed]
            since = at if confirmed else session.facts_at
            await office.take_facts(
                [session],
                person.name,
                person.login,
                pairs(person.roles),
                now,
                deputy,
                since,
                person.work,
                pushed,
            )
        else:
            same.append(session.id)
    if confirmed:
        await office.store.confirm_facts(same, at)


async def _keep_there(
    office: SessionOffice, sign_ons: Sequence[SignOn], people: Mapping[SubjectId, Person]
) -> None:
    """None becomes younger: where its facts are old the provider asks the directory itself before it relies on them."""
    known = [(one, people[one.person.subject]) for one in sign_ons]
    await office.store.replace_sign_on_facts(
        [
            (one, with_facts(one, person, one.facts_at, office.limits))
            for one, person in known
            if differ(one.person, person)
        ]
    )


def _why_over(session: Session, person: Person | None, limits: LevelLimits) -> EndReason | None:
    closed = why_closed(person)
    if person is None or closed is not None:
        return closed or EndReason.ACCOUNT_GONE
    if not reaches(session.acr, needed(person, limits)):
        return EndReason.FACTOR_TOO_WEAK
    return EndReason.ROLE_LOST if _lost_a_role(session, person) else None


def _why_signed_on_over(one: SignOn, person: Person | None, limits: LevelLimits) -> EndReason | None:
    why = why_over(one, person, limits)
    if why is None:
        return None
    return OF_THE_PROVIDER.get(why) or why_closed(person) or EndReason.ACCOUNT_GONE


class SignIns(Protocol):
    """Sign-ins under way at the provider."""

    async def stop_sign_ins(self, news: UnderWay, limits: SignIn, now: datetime) -> Sequence[Stopped]:
        """Stop those that stand by what is no longer so."""
        ...


async def stop_sign_ins(
    office: SessionOffice,
    sign_ins: SignIns,
    signing_in: Mapping[SubjectId, datetime],
    people: Mapping[SubjectId, Person],
    at: datetime,
    now: datetime,
) -> None:
    """Whoever left, may no longer work, lost a role or needs a stronger sign-in finishes none that was begun before
    it was known.

    `signing_in`: when the directory was asked in the sign-in; `people` as they were known `at` that moment.
    """
    known = {subject: people.get(subject) for subject in signing_in}
    await sign_ins.stop_sign_ins(UnderWay(known, at), office.limits, now)
    for subject, person in known.items():
        closed = why_closed(person)
        if person is not None and person.state in MENDED_BY_SIGNING_IN:
            continue
        if closed is not None and not read_meanwhile(signing_in[subject], at, now):
            await office.end_all_of(subject, closed, None, now)


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
    held = (session.name, session.login, frozenset(session.roles), session.work)
    return held != (person.name, person.login, frozenset(pairs(person.roles)), person.work)


def pairs(roles: Sequence[RoleHeld]) -> RolesHeld:
    return tuple((held.municipality, held.role) for held in roles)
