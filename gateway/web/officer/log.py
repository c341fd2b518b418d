"""What the officers' pages need to know of people and their sessions. Implemented by who composes the product.

Every question carries who asks, so that an answer can be kept to the municipality they may see. What they ask
the log itself is `gateway.audit.search`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from config.vocabulary import SessionId, SubjectId
from gateway.sessions.assisted import Found, Granted, Issued
from gateway.sessions.shown import LiveSession
from gateway.web.identity import Assertion
from idp.directory.person import Person
from idp.events import Origin
from idp.login.authenticator import AuthenticatorId


class Sessions(Protocol):
    async def live(self, caller: Assertion, now: datetime) -> Sequence[LiveSession]: ...

    async def end(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """End somebody's session, recorded as the caller's act; raises SessionUnknown."""
        ...

    async def recheck(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """Have the person of a session read again in the directory; an entry of the caller's session tells what
        came of it. Raises SessionUnknown.
        """
        ...


class People(Protocol):
    """Those that ask the directory raise DirectoryUnusable; acts raise ActRefused, and are recorded as the caller's."""

    async def find(self, caller: Assertion, login: str, now: datetime) -> Sequence[Found]:
        """Whoever answers to the login, read in the directory now."""
        ...

    async def one(self, caller: Assertion, subject: SubjectId, now: datetime) -> Sequence[Found]:
        """That person, read now; nobody where no directory knows them."""
        ...

    async def fitting(self, caller: Assertion, text: str) -> tuple[Sequence[Person], bool]:
        """Whose name or login has all words of the text in it, as last read; and whether there are more of them."""
        ...

    async def register(self, caller: Assertion, now: datetime) -> Sequence[Granted]:
        """All exceptions, the latest first."""
        ...

    def latest_day(self, now: datetime) -> date:
        """The last one that an exception may have."""
        ...

    async def lift(
        self, caller: Assertion, subject: SubjectId, why: str, *, origin: Origin, now: datetime
    ) -> Person:
        """Who was blocked after wrong guesses has all of them again."""
        ...

    async def issue_code(
        self, caller: Assertion, subject: SubjectId, lifetime: timedelta, *, origin: Origin, now: datetime
    ) -> Issued: ...

    async def grant(
        self, caller: Assertion, subject: SubjectId, why: str, day: date, *, origin: Origin, now: datetime
    ) -> bool:
        """Whether policies let it open anything."""
        ...

    async def end(self, caller: Assertion, subject: SubjectId, *, origin: Origin, now: datetime) -> None: ...


class LostFactors(Protocol):
    async def remove(
        self,
        officer: Assertion,
        subject: SubjectId,
        only: AuthenticatorId | None,
        why: str,
        *,
        origin: Origin,
        now: datetime,
    ) -> Person:
        """`only`: one of the person's; None: all. Raises ActRefused, DirectoryUnusable."""
        ...
