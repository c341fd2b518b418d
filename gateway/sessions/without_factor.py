"""The register of accounts without a second factor, and of those whose exception makes it needless: all that the
directories know, whether or not anybody ever signed in with them, and exceptions that run for whom no directory knows.

Technical accounts are not people and prove themselves by a key or a certificate; they are none of these.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from config.alphabet import by_surname
from config.vocabulary import RECOVERY_ADMINISTRATOR, MunicipalityCode, SubjectId
from gateway.audit.folding import folded
from gateway.sessions.assisted import SHUT
from idp.directory.person import AccountState, Person, RoleHeld
from idp.login.authenticator import NO_PROOFS, Proofs
from idp.login.exception import SignInException
from idp.login.recovery import Account as RecoveryAccount

T = TypeVar("T")
AT_ONCE = 100  # accounts that are judged together


class Standing(StrEnum):
    """What that means for whoever has the account; the first that holds."""

    EXCEPTION = "exception"
    """The password alone suffices: an exception runs."""
    RECOVERY = "recovery"
    """Of the recovery administrator, issued without a second factor: the envelope alone suffices, once."""
    SHUT = "shut"
    """The directory, our rules or an officer let nobody in with it."""
    CODE = "code"
    """An officer's code waits, by which a factor is enrolled."""
    NONE = "none"
    """Nobody comes in with it before an officer gives such a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    subject: SubjectId
    login: str
    name: str
    """Empty where no directory knows it."""
    roles: tuple[RoleHeld, ...]
    """As far as the reader may know."""
    state: AccountState | None
    """None: no directory knows it, or no longer."""
    proofs: Proofs
    exception: SignInException | None
    """The one that runs; without it there is no authenticator."""
    exception_before: SignInException | None
    """The last one that is over."""
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`within`: the only municipality of which the reader may know."""

    municipality: MunicipalityCode | None = None
    person: str = ""
    """Subject, login, or words of the name."""
    within: MunicipalityCode | None = None

    def concerns(self, person: Person) -> bool:
        where = {one.municipality for one in person.roles if self.within in (None, one.municipality)}
        asked = {one for one in (self.municipality, self.within) if one is not None}
        return asked <= where and self.names(person.subject, person.login, person.name)

    def names(self, subject: SubjectId, login: str, name: str) -> bool:
        """Without regard to a municipality."""
        known_by = folded(login, name)
        return self.person == subject or all(word in known_by for word in folded(self.person).split())


class Everybody(Protocol):
    """Of one directory, as its replica has them."""

    def everybody(
        self, wanted: Callable[[Collection[SubjectId]], Awaitable[Collection[SubjectId]]]
    ) -> AsyncIterator[Person]: ...


class Book(Protocol):
    def proofs(self, subjects: Collection[SubjectId], now: datetime) -> Mapping[SubjectId, Proofs]: ...

    def exceptions(self) -> Sequence[SignInException]: ...

    def recovery(self) -> RecoveryAccount | None: ...


class Identities(Protocol):
    async def survey(self, query: Callable[[Book], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Of each subject the one that runs, and the last that is over."""

    running: Mapping[SubjectId, SignInException]
    over: Mapping[SubjectId, SignInException]


def told_apart(register: Iterable[SignInException], now: datetime) -> Exceptions:
    """Of several the one that ends last."""
    running: dict[SubjectId, SignInException] = {}
    over: dict[SubjectId, SignInException] = {}
    for one in sorted(register, key=lambda each: each.ended_at or each.ends_at):
        (running if one.runs(now) else over)[one.subject] = one
    return Exceptions(running, over)


@dataclass(frozen=True, slots=True)
class WithoutFactor:
    """`directories`: all that are configured; `as_they_count`: people with our rules; `recovery`: the recovery
    administrator as a person, None where the product has none.
    """

    directories: Callable[[], Iterable[Everybody]]
    as_they_count: Callable[[Mapping[SubjectId, Person]], Awaitable[Mapping[SubjectId, Person]]]
    identities: Identities
    recovery: Person | None

    async def accounts(self, asked: Asked, now: datetime) -> Sequence[Account]:
        """Those that come in by less than two factors first, then by surnames."""
        kept = await self.identities.survey(lambda book: tuple(book.exceptions()))
        exceptions = told_apart(kept, now)
        found: list[Account] = []
        known: set[SubjectId] = set()
        for each in self.directories():
            found += [one async for one in self._of(each, asked, exceptions, known, now)]
        if (
            asked.within is None and asked.municipality is None
        ):  # what no directory knows is in no municipality
            found += _unknown(asked, exceptions, known)
        found += await self._recovery(asked)
        order = list(Standing)
        return sorted(found, key=lambda one: (order.index(one.standing), by_surname(one.name), one.login))

    async def _of(
        self,
        directory: Everybody,
        asked: Asked,
        exceptions: Exceptions,
        known: set[SubjectId],
        now: datetime,
    ) -> AsyncIterator[Account]:
        proofs: dict[SubjectId, Proofs] = {}

        async def wanted(subjects: Collection[SubjectId]) -> Collection[SubjectId]:
            shown = await self.identities.survey(lambda book: book.proofs(subjects, now))
            those = {
                one
                for one in subjects
                if one in exceptions.running or not shown.get(one, NO_PROOFS).authenticators
            }
            proofs.update({one: shown[one] for one in those if one in shown})
            known.update(one for one in subjects if one in exceptions.running)
            return those

        some: dict[SubjectId, Person] = {}
        async for person in directory.everybody(wanted):
            some[person.subject] = person
            if len(some) == AT_ONCE:
                for one in await self._judged(some, asked, exceptions, proofs):
                    yield one
                for whose in some:
                    proofs.pop(whose, None)
                some.clear()
        for one in await self._judged(some, asked, exceptions, proofs):
            yield one

    async def _judged(
        self,
        some: Mapping[SubjectId, Person],
        asked: Asked,
        exceptions: Exceptions,
        proofs: Mapping[SubjectId, Proofs],
    ) -> list[Account]:
        counting = await self.as_they_count(some) if some else {}
        return [
            _account(one, exceptions, proofs.get(one.subject, NO_PROOFS), asked.within)
            for one in counting.values()
            if asked.concerns(one)
        ]

    async def _recovery(self, asked: Asked) -> list[Account]:
        person = self.recovery
        if person is None or not asked.concerns(person):
            return []
        issued = await self.identities.survey(lambda book: book.recovery())
        if issued is None or issued.ended_at is not None or issued.code is not None:
            return []
        none = Exceptions({}, {})
        return [replace(_account(person, none, NO_PROOFS, asked.within), standing=Standing.RECOVERY)]


def _account(
    person: Person, exceptions: Exceptions, proofs: Proofs, within: MunicipalityCode | None
) -> Account:
    running = exceptions.running.get(person.subject)
    return Account(
        subject=person.subject,
        login=person.login,
        name=person.name,
        roles=tuple(one for one in person.roles if within in (None, one.municipality)),
        state=person.state,
        proofs=proofs,
        exception=running,
        exception_before=exceptions.over.get(person.subject),
        standing=_standing(person.state, running, proofs),
    )


def _standing(state: AccountState | None, running: SignInException | None, proofs: Proofs) -> Standing:
    if state in SHUT:
        return Standing.SHUT
    if running is not None:
        return Standing.EXCEPTION
    return Standing.NONE if proofs.code_until is None else Standing.CODE


def _unknown(asked: Asked, exceptions: Exceptions, known: Collection[SubjectId]) -> list[Account]:
    """Whose exception runs, though no directory has them any more: should they come back, it counts."""
    return [
        Account(
            subject=subject,
            login=one.login,
            name="",
            roles=(),
            state=None,
            proofs=NO_PROOFS,
            exception=one,
            exception_before=exceptions.over.get(subject),
            standing=Standing.SHUT,
        )
        for subject, one in exceptions.running.items()
        if subject not in known and subject != RECOVERY_ADMINISTRATOR and asked.names(subject, one.login, "")
    ]
