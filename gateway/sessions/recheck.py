"""One person read again in the directory at once, because an officer or an operator asks: what changed works now.

Recorded with who asked, whatever the answer was; while the directory is away nothing changes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.sessions.facts import SignIns, compare, pairs, why_closed
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason, RolesHeld
from gateway.sessions.store import Open
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import AccountState, Person
from idp.login.under_way import News as UnderWay

TEXT = 500  # characters kept of what a directory says of itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """`reason` names what was found: `account_gone` or what closes the account (`facts.CLOSED`), `factor_too_weak`
    (some sessions or sign-ins for the roles of now), `role_lost` (some of them carried it), `roles_changed`,
    `account_locked` (sessions go on), `nothing_changed`.
    """

    reason: str
    login: str
    ended: int
    """Sessions that it ended."""
    stopped: int = 0
    """Sign-ins under way that it stopped."""
    gained: RolesHeld = ()
    lost: RolesHeld = ()


@dataclass(frozen=True, slots=True)
class Recheck:
    """`person`: read live; raises DirectoryUnusable. `record`: durable when it returns."""

    office: SessionOffice
    sign_ins: SignIns
    person: Callable[[SubjectId], Awaitable[Person | None]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    async def read_again(self, subject: SubjectId, login: str, by: Entry, now: datetime) -> Rechecked:
        """`by`: a pattern entry that says who asks, from where; `login`: as the person is known here.

        Raises DirectoryUnusable; that it was tried in vain is recorded then.
        """
        asked = replace(by, code=Code.PERSON_RECHECKED, at=now, details={"of": login, "of_subject": subject})
        try:
            person = await self.person(subject)
        except DirectoryUnusable as trouble:
            failed = {**asked.details, "cause": neutral(str(trouble), TEXT)}
            entry = replace(asked, outcome=Outcome.FAILURE, reason="directory_unreachable", details=failed)
            await self.record([entry])
            raise
        found = await self._act(subject, login, person, by, now)
        told: dict[str, int | list[str]] = {
            "ended": found.ended,
            "stopped": found.stopped,
            "gained": [f"{where}:{role}" for where, role in found.gained],
            "lost": [f"{where}:{role}" for where, role in found.lost],
        }
        await self.record([replace(asked, reason=found.reason, details={**asked.details, **told})])
        await self.office.in_force()
        return found

    async def _act(
        self, subject: SubjectId, login: str, person: Person | None, by: Entry, now: datetime
    ) -> Rechecked:
        news = UnderWay({subject: person}, now, asked_for=True)
        stopped = await self.sign_ins.stop_sign_ins(news, self.office.limits, now)
        found = await self.office.store.open_of([subject])
        held = {*_roles(found)}.union(*(pairs(one.person.roles) for one in stopped))
        closed = why_closed(person)
        if person is None or closed is not None:
            out = closed or EndReason.ACCOUNT_GONE
            # sign-ins under way too
            ended = await self.office.end_all_of(subject, out, by, now)
            return Rechecked(
                reason=out, login=login, ended=ended, stopped=len(stopped), lost=tuple(sorted(held))
            )
        over = await compare(self.office, found, {subject: person}, now, now)
        after = set(pairs(person.roles)) if len(found) or stopped else set()
        gained, lost = tuple(sorted(after - held)), tuple(sorted(held - after))
        same = "account_locked" if person.state is AccountState.LOCKED else "nothing_changed"
        change = "roles_changed" if gained or lost else same
        reason = next(iter([*over, *(one.reason.value for one in stopped)]), change)
        return Rechecked(
            reason=reason,
            login=person.login,
            ended=sum(over.values()),
            stopped=len(stopped),
            gained=gained,
            lost=lost,
        )


def _roles(found: Open) -> RolesHeld:
    here = {held for one in found.sessions for held in one.roles}
    return tuple(sorted(here.union(*(pairs(one.person.roles) for one in found.sign_ons))))
