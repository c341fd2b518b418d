"""Somebody lost what they confirm with, or finds there what a stranger added: an officer removes it.

In one transaction with it end all sessions and every sign-in under way of the person: whoever found it must not sign in
between the two.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import Act, Acts, Asked, NotDone, Officer, said
from gateway.sessions.session import EndReason
from gateway.sessions.store import SessionStore
from idp.directory.person import Person
from idp.events import NOWHERE, Actor, Origin
from idp.login.authenticator import Authenticator, AuthenticatorId
from idp.login.upstream import Link, LinkName

WHY_MAX = 200  # characters, as the audit log keeps them


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What is to go, and by whose order."""

    login: str
    """The person's."""
    by: Actor
    only: AuthenticatorId | LinkName | None = None
    """None: everything, recovery codes, unused enrolment codes and links with other providers too."""
    why: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Has:
    """What a person has to confirm with."""

    authenticators: tuple[Authenticator, ...]
    codes_left: int
    """Unused recovery codes."""
    links: tuple[Link, ...] = ()
    """With identities of other providers, each of which stands in for the password."""

    def link(self, name: AuthenticatorId | LinkName | None) -> Link | None:
        return next((one for one in self.links if one.identity.name == name), None)

    def why_not(self, only: AuthenticatorId | LinkName | None) -> NotDone | None:
        """Why that one, or everything, cannot be removed."""
        if only is None:
            return None if self.authenticators or self.codes_left else NotDone.NO_FACTOR
        if self.link(only) is not None:
            return None
        if only not in {one.id for one in self.authenticators}:
            return NotDone.FACTOR_UNKNOWN
        return NotDone.ONLY_FACTOR if len(self.authenticators) == 1 else None


class Meanwhile(Exception):
    """By the time of the transaction it cannot be removed any more: somebody else was quicker. Nothing is done."""

    def __init__(self, reason: NotDone) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LostFactors:
    """`ending`: the sessions' store, in which their end removes factors too, or raises Meanwhile; `has`: what a person
    has now.
    """

    acts: Acts
    has: Callable[[SubjectId], Awaitable[Has]]
    office: SessionOffice
    ending: Callable[[Removal], SessionStore]

    async def remove(
        self,
        officer: Officer,
        subject: SubjectId,
        only: AuthenticatorId | LinkName | None,
        why: str,
        *,
        origin: Origin,
        now: datetime,
    ) -> Person:
        """`only`: one of them; None: all. Raises ActRefused, DirectoryUnusable."""
        asked = Asked(act=Act.REMOVAL, officer=officer, subject=subject, origin=origin, now=now)
        person = await self.acts.admit(asked)
        reason = said(why, WHY_MAX)
        if reason is None:
            raise await self.acts.refused(NotDone.REMOVAL_UNEXPLAINED, asked, person.login)
        wrong = (await self.has(subject)).why_not(only)
        if wrong is not None:
            raise await self.acts.refused(wrong, asked, person.login)
        removal = Removal(login=person.login, by=asked.by, only=only, why=reason, origin=origin)
        office = self.office.over(self.ending(removal))
        try:
            await office.end_all_of(subject, EndReason.ENDED_BY_OFFICER, self._pattern(asked), now)
        except Meanwhile as quicker:
            raise await self.acts.refused(quicker.reason, asked, person.login) from quicker
        await office.in_force()
        return person

    def _pattern(self, asked: Asked) -> Entry:
        return Entry(
            code=Code.SESSION_ENDED,
            outcome=Outcome.SUCCESS,
            at=asked.now,
            subject=asked.officer.subject,
            person=asked.officer.login,
            application=self.acts.application,
            address=asked.origin.address,
            request_id=asked.origin.request_id,
        )
