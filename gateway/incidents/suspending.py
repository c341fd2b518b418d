"""Suspending a person or a device and letting them come again: the one place where it is done.

With the suspension all sessions of the person, or in the device, end, here and at the provider, in one transaction; a
person's sign-ins under way are stopped behind it, those in a device at their next step. Directories are not asked: it
must work when one of them does not answer.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from config.drawn_name import drawn_name
from config.vocabulary import DeviceId, SubjectId, device_of
from gateway.audit.acts import SHORT
from gateway.audit.entry import Code, Entry
from gateway.audit.neutral import neutral
from gateway.incidents.by import By, Details
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspension import (
    NAME_MAX,
    WHY_MAX,
    Suspension,
    SuspensionId,
    is_person,
    liftable,
)
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import said
from gateway.sessions.session import EndReason
from gateway.sessions.store import Open, SessionStore
from idp.directory.person import AccountState, Person
from idp.directory.same_person import OtherAccounts, other_among
from idp.login.under_way import News


class Act(StrEnum):
    """As an entry of a refused one names it."""

    SUSPEND = "suspend"
    RESUME = "resume"
    SUSPEND_DEVICE = "suspend_device"
    RESUME_DEVICE = "resume_device"


OF_PERSON: Mapping[Act, Code] = {Act.SUSPEND: Code.PERSON_SUSPENDED, Act.RESUME: Code.PERSON_RESUMED}
OF_DEVICE: Mapping[Act, tuple[Act, Code]] = {
    Act.SUSPEND: (Act.SUSPEND_DEVICE, Code.DEVICE_SUSPENDED),
    Act.RESUME: (Act.RESUME_DEVICE, Code.DEVICE_RESUMED),
}


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is meant, as far as it is known here; a device has the fields as in `Suspension`."""

    subject: SubjectId
    login: str
    name: str = ""
    seen: bool = True
    """False: nobody has used such a device."""

    @property
    def device(self) -> DeviceId | None:
        return device_of(self.subject)


def unseen(subject: SubjectId) -> Whom:
    """What nothing is known of here; only of a device it is told which."""
    return Whom(subject if device_of(subject) is not None else SubjectId(""), "", seen=False)


class SuspensionStore(Protocol):
    """Raises the database's own errors."""

    async def standing(self, now: datetime) -> Sequence[Suspension]: ...

    async def latest(self, limit: int) -> Sequence[Suspension]:
        """Of all, the newest first."""
        ...

    async def lift(self, lifted: Suspension, entry: Entry) -> None:
        """Raises ActRefused where it does not stand any more."""
        ...


Ending = Callable[[Suspension, Entry], SessionStore]
"""Sessions whose end and the suspension are one transaction, which raises ActRefused where another one stands, or where
there is no such open incident."""


@dataclass(frozen=True, slots=True)
class Suspending:
    """`took`: the memory of decisions has it when it returns. `stop`: ends sign-ins under way of these people."""

    store: SuspensionStore
    sessions: SessionOffice
    ending: Ending
    stop: Callable[[News, datetime], Awaitable[object]]
    took: Callable[[], Awaitable[object]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    others: OtherAccounts = field(kw_only=True)
    """Which accounts are one person's."""

    async def suspend(
        self,
        whom: Whom,
        why: str,
        until: datetime | None,
        by: By,
        now: datetime,
        incident: int | None = None,
    ) -> tuple[Suspension, int]:
        """And how many sessions ended. Raises ActRefused, which is recorded then."""
        try:
            made = _made(whom, why, until, by, now, incident)
            await self._require_another_device(whom, by)
            office = self.sessions.over(self.ending(made, _entry(Act.SUSPEND, made, by, now)))
            pattern = by.entry(Code.SESSION_ENDED, now, {})
            ended = await office.end_all_of(whom.subject, EndReason.ENDED_BY_OFFICER, pattern, now)
        except ActRefused as refused:
            await self._refused(refused.reason, Act.SUSPEND, whom, by, now)
            raise
        await self.took()
        if made.device is None:
            await self.stop(News({whom.subject: _person(whom)}, now, asked_for=True), now)
        await self.sessions.in_force()
        return made, ended

    async def resume(self, subject: SubjectId, why: str, by: By, now: datetime) -> Suspension:
        """Raises ActRefused, which is recorded then."""
        whom = Whom(subject, "", seen=False)
        try:
            found = liftable(await self.store.standing(now), subject, by.subject)
            if found is not None:
                whom = Whom(subject, found.login, found.name)
            self._require_another_person(found, by)
            lifted = _lifted(found, why, by, now)
            await self.store.lift(lifted, _entry(Act.RESUME, lifted, by, now))
        except ActRefused as refused:
            await self._refused(refused.reason, Act.RESUME, whom, by, now)
            raise
        await self.took()
        return lifted

    def _require_another_person(self, found: Suspension | None, by: By) -> None:
        """Nobody lifts that of another account of theirs. Raises ActRefused."""
        own = found is not None and other_among(SubjectId(by.subject), {found.subject}, self.others)
        if own:
            raise ActRefused(Why.SAME_PERSON)

    async def _require_another_device(self, whom: Whom, by: By) -> None:
        if by.session and by.session in (await self.in_device(whom)).names():
            raise ActRefused(Why.OWN_DEVICE)

    async def in_device(self, whom: Whom) -> Open:
        """What is open in the device that is meant; nothing where a person is."""
        return Open() if whom.device is None else await self.sessions.store.open_of([whom.subject])

    async def _refused(self, reason: Why, act: Act, whom: Whom, by: By, now: datetime) -> None:
        device = whom.device
        details: Details = {
            **({"device": device} if device is not None and whom.seen else {}),
            "act": (act if device is None else OF_DEVICE[act][0]).value,
            "of": neutral(whom.login, SHORT),
            "of_subject": neutral(whom.subject, SHORT),
        }
        await self.record([by.refused(Code.OFFICER_ACT_REFUSED, now, reason, details)])


def _made(
    whom: Whom, why: str, until: datetime | None, by: By, now: datetime, incident: int | None
) -> Suspension:
    if whom.subject == by.subject:
        raise ActRefused(Why.FOR_ONESELF)
    if not is_person(whom.subject) and whom.device is None:
        raise ActRefused(Why.NOT_A_PERSON)
    if not whom.seen:
        raise ActRefused(Why.DEVICE_UNKNOWN)
    because = said(why, WHY_MAX)
    if because is None:
        raise ActRefused(Why.UNEXPLAINED)
    if until is not None and until <= now:
        raise ActRefused(Why.END_UNUSABLE)
    return Suspension(
        id=SuspensionId(drawn_name()),
        subject=whom.subject,
        login=whom.login,
        name=whom.name[:NAME_MAX],
        why=because,
        by=by.actor,
        since=now,
        until=until,
        incident=incident,
    )


def _lifted(found: Suspension | None, why: str, by: By, now: datetime) -> Suspension:
    if found is None:
        raise ActRefused(Why.NOT_SUSPENDED)
    if found.subject == by.subject:
        raise ActRefused(Why.FOR_ONESELF)
    if not by.confirmed:
        raise ActRefused(Why.NOT_CONFIRMED)
    because = said(why, WHY_MAX)
    if because is None:
        raise ActRefused(Why.UNEXPLAINED)
    return replace(found, lifted_at=now, lifted_by=by.actor, lifted_why=because)


def _entry(act: Act, one: Suspension, by: By, now: datetime) -> Entry:
    """About the person, or of the officer about a device; who did it stands in the details, as where a session is
    ended.
    """
    told: Details = {
        "by": by.login,
        "by_subject": by.subject,
        "why": one.lifted_why or one.why,
        "suspension": one.id,
        **({"until": one.until.isoformat()} if one.until is not None else {}),
        **({"incident": one.incident} if one.incident is not None else {}),
    }
    if one.device is not None:
        about: Details = {"device": one.device, "user_agent": neutral(one.name, SHORT)}
        return by.entry(OF_DEVICE[act][1], now, {**about, **told})
    entry = by.entry(OF_PERSON[act], now, told)
    return replace(entry, subject=one.subject, person=one.login, session="", own_municipality="")


def _person(whom: Whom) -> Person:
    """What is known of somebody who is suspended: nothing else counts."""
    return Person(
        subject=whom.subject,
        login=whom.login,
        name=whom.name,
        mail="",
        state=AccountState.SUSPENDED,
        roles=(),
    )
