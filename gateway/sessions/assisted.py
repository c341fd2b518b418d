"""Whom officers help, as they see them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.vocabulary import SubjectId
from gateway.sessions.lost_factors import Has
from idp.directory.person import AccountState, Person
from idp.http.moments import PRAGUE
from idp.login.authenticator import Authenticator
from idp.login.blocks import Block
from idp.login.exception import SignInException
from idp.login.needed_level import may_be_excepted
from idp.login.spoken_code import SpokenCode
from idp.login.upstream import Link

SHUT = frozenset(
    {AccountState.DISABLED, AccountState.EXPIRED, AccountState.ROLES_MIXED, AccountState.SUSPENDED}
)
"""Whoever has such an account comes in by no way of ours."""


def last_day(exception: SignInException) -> date:
    """In Prague: the last on which the password alone suffices."""
    return (exception.ends_at - timedelta(microseconds=1)).astimezone(PRAGUE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person as an officer sees them."""

    person: Person
    has: Has
    exception: SignInException | None
    """The one that runs."""
    exception_opens: bool
    """Whether policies let the password alone open anything of what two factors open to the person."""
    blocks: Sequence[Block]
    """What keeps them out after wrong guesses."""

    @property
    def account_shut(self) -> bool:
        return self.person.state in SHUT

    @property
    def block_may_be_lifted(self) -> bool:
        return any(one.may_be_lifted for one in self.blocks)

    @property
    def last_day(self) -> date | None:
        return last_day(self.exception) if self.exception is not None else None

    @property
    def authenticators(self) -> Sequence[Authenticator]:
        return self.has.authenticators

    @property
    def links(self) -> Sequence[Link]:
        return self.has.links

    @property
    def has_factor(self) -> bool:
        return self.has.why_not(None) is None

    @property
    def may_be_excepted(self) -> bool:
        return may_be_excepted([held.role for held in self.person.roles])


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    person: Person
    code: SpokenCode = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """One line of the register, with what is known today."""

    exception: SignInException
    name: str
    """The person's; empty where the replica does not know them."""
    granter: str
    """Name of who granted it; empty likewise, and for commands."""
    in_vain: bool
    """It runs, and policies let it open nothing, or the directory lets nobody in with the account."""

    @property
    def last_day(self) -> date:
        return last_day(self.exception)


@dataclass(frozen=True, slots=True)
class Replica:
    """People as the replica of the directories has them, as they count for us."""

    fitting: Callable[[str, int], Awaitable[Sequence[Person]]]
    """By part of a name or login, so many at most."""
    people: Callable[[Collection[SubjectId]], Awaitable[Mapping[SubjectId, Person]]]
