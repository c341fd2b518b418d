"""Sign-in as a state machine without I/O: `step(state, event, now)` answers the next state and what to do.

Transitions; any other pair leaves the state as it is and tells `out_of_turn`:

| state             | event             | answer of the event      | next state        |
| ----------------- | ----------------- | ------------------------ | ----------------- |
| AwaitingPassword  | PasswordEntered   | unusable, or no guess    | AwaitingPassword  |
| AwaitingPassword  | PasswordEntered   | guess counted            | CheckingPassword  |
| CheckingPassword  | DirectoryAnswered | error, refusal, no guess | AwaitingPassword  |
| CheckingPassword  | DirectoryAnswered | person with a factor     | AwaitingCode      |
| CheckingPassword  | DirectoryAnswered | person without a factor  | AwaitingEnrolment |
| AwaitingCode      | CodeEntered       | no guess, wrong, replay  | AwaitingCode      |
| AwaitingCode      | CodeEntered       | factor gone              | Failed            |
| AwaitingCode      | CodeEntered       | right and unused         | SignedIn          |
| AwaitingEnrolment | CodeEntered       | no guess, wrong          | AwaitingEnrolment |
| AwaitingEnrolment | CodeEntered       | has a factor by now      | Failed            |
| AwaitingEnrolment | CodeEntered       | right                    | SignedIn          |

Laws, each a property test:

1. SignedIn is reached only by the directory's yes to the password and a right, unused code, in this flow.
2. A guess is evaluated only if it was counted (`Taken`); nothing but a counted guess reaches the directory.
3. An error of the directory, or an account that is not active, is never a yes.
4. A factor is enrolled only for an account without one, straight after its password; never replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from config.vocabulary import AuthenticationLevel, SubjectId
from idp import events
from idp.directory.person import AccountState, Person
from idp.events import NOWHERE, Origin
from idp.login import totp
from idp.login.effects import AskDirectory, Effect, GiveBack, KeepFactor, OpenSession, Record, Tell
from idp.login.entered import fault
from idp.login.refusal import Refusal
from idp.login.throttle import Exhausted, Scope, Taken

METHODS = ("pwd", "otp", "mfa")  # RFC 8176 §2


# --- states -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AwaitingPassword:
    pass


@dataclass(frozen=True, slots=True)
class CheckingPassword:
    """Lives within one request, while the directory is asked; never stored."""

    login: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class AwaitingCode:
    person: Person


@dataclass(frozen=True, slots=True)
class AwaitingEnrolment:
    person: Person
    secret: totp.Secret
    """Made for this flow; counts for nothing until a code of it confirms it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: Person
    level: AuthenticationLevel
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Refusal


State = AwaitingPassword | CheckingPassword | AwaitingCode | AwaitingEnrolment | SignedIn | Failed


# --- what happens -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PasswordEntered:
    login: str
    password: str = field(repr=False)
    attempt: Taken | Exhausted | None
    """None: not counted, because the input cannot be used."""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Rejected:
    """The directory said no. `subject` when it knows whom the login means."""

    reason: str = Refusal.WRONG_CREDENTIALS
    """Named by the directory, for the log alone."""
    subject: SubjectId | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The directory could not be asked, or answered an error."""


@dataclass(frozen=True, slots=True)
class DirectoryAnswered:
    answer: Person | Rejected | Unanswered
    attempt: Taken | Exhausted
    """Of the person, now that the directory has said who it is."""
    enrolled: bool
    fresh: totp.Secret
    """For enrolment, if it comes to that."""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class CodeEntered:
    code: str = field(repr=False)
    attempt: Taken | Exhausted
    enrolled: totp.Enrolled | None
    """The person's factor as it is now."""
    origin: Origin = NOWHERE


Input = PasswordEntered | DirectoryAnswered | CodeEntered


Step = tuple[State, tuple[Effect, ...]]

EXHAUSTED = {
    Scope.ACCOUNT: Refusal.TOO_MANY_FOR_ACCOUNT,
    Scope.ADDRESS: Refusal.TOO_MANY_FROM_ADDRESS,
    Scope.NETWORK: Refusal.TOO_MANY_FROM_NETWORK,
    Scope.DIRECTORY: Refusal.TOO_MANY_FOR_DIRECTORY,
}
NOT_ACTIVE = {
    AccountState.DISABLED: Refusal.ACCOUNT_DISABLED,
    AccountState.LOCKED: Refusal.ACCOUNT_LOCKED,
    AccountState.EXPIRED: Refusal.ACCOUNT_EXPIRED,
    AccountState.MUST_CHANGE_PASSWORD: Refusal.PASSWORD_MUST_CHANGE,
    AccountState.PASSWORD_EXPIRED: Refusal.PASSWORD_EXPIRED,
    AccountState.ROLES_MIXED: Refusal.ROLES_MIXED,
}
PASSWORD_WAS_RIGHT: dict[str, Refusal] = {
    reason.value: reason for reason in (Refusal.PASSWORD_MUST_CHANGE, Refusal.PASSWORD_EXPIRED)
}
"""Directories say these only after the right password; other reasons would tell accounts apart."""
MISMATCHES: dict[type, Refusal] = {
    totp.Wrong: Refusal.CODE_WRONG,
    totp.Replayed: Refusal.CODE_REPLAYED,
    totp.Unusable: Refusal.CODE_UNUSABLE,
}


def step(state: State, event: Input, now: datetime) -> Step:
    """Total: every pair of state and event has an answer."""
    transition = _TRANSITIONS.get((type(state), type(event)))
    if transition is None:
        return state, (Tell(Refusal.OUT_OF_TURN),)
    return transition(state, event, now)


def _password_entered(state: AwaitingPassword, event: PasswordEntered, now: datetime) -> Step:
    refused = events.PasswordRefused(at=now, origin=event.origin, reason="")
    unusable = fault(event.login, event.password)
    if unusable is not None:
        return state, (Record(replace(refused, reason=unusable)), Tell(unusable))
    if not isinstance(event.attempt, Taken):
        return state, _throttled(event.attempt, refused, person=event.login)
    return CheckingPassword(event.login, event.attempt), (AskDirectory(event.login, event.password),)


def _directory_answered(state: CheckingPassword, event: DirectoryAnswered, now: datetime) -> Step:
    refused = events.PasswordRefused(at=now, origin=event.origin, person=state.login, reason="")
    answer, again = event.answer, AwaitingPassword()
    if isinstance(answer, Unanswered):
        back = (GiveBack(event.attempt),) if isinstance(event.attempt, Taken) else ()
        reason = Refusal.DIRECTORY_UNREACHABLE
        return again, (*back, Record(replace(refused, reason=reason)), Tell(reason))
    subject = answer.subject or ""
    if not isinstance(event.attempt, Taken):
        return again, _throttled(event.attempt, replace(refused, subject=subject), person=state.login)
    if isinstance(answer, Rejected):
        told = Tell(PASSWORD_WAS_RIGHT.get(answer.reason, Refusal.WRONG_CREDENTIALS))
        return again, (Record(replace(refused, subject=subject, reason=answer.reason)), told)
    if answer.state is not AccountState.ACTIVE:
        reason = NOT_ACTIVE.get(answer.state, Refusal.ACCOUNT_DISABLED)
        return again, (Record(replace(refused, subject=subject, reason=reason)), Tell(reason))
    accepted = events.PasswordAccepted(
        at=now, origin=event.origin, person=answer.login, subject=answer.subject
    )
    following = AwaitingCode(answer) if event.enrolled else AwaitingEnrolment(answer, event.fresh)
    return following, (GiveBack(event.attempt), Record(accepted))


def _code_entered(state: AwaitingCode, event: CodeEntered, now: datetime) -> Step:
    if event.enrolled is None:
        return _failed(state.person, Refusal.FACTOR_MISSING, event, now)
    return _compared(state, event, event.enrolled, now)


def _enrolment_confirmed(state: AwaitingEnrolment, event: CodeEntered, now: datetime) -> Step:
    if event.enrolled is not None:
        return _failed(state.person, Refusal.ALREADY_ENROLLED, event, now)
    return _compared(state, event, totp.Enrolled(state.secret, counter=-1), now)


def _compared(
    state: AwaitingCode | AwaitingEnrolment, event: CodeEntered, factor: totp.Enrolled, now: datetime
) -> Step:
    person = state.person
    refused = events.CodeRefused(
        at=now, origin=event.origin, person=person.login, subject=person.subject, reason=""
    )
    if not isinstance(event.attempt, Taken):
        return state, _throttled(event.attempt, refused, person=person.login)
    verdict = totp.match(factor.secret, event.code, now, factor.counter)
    if not isinstance(verdict, totp.Accepted):
        reason = MISMATCHES[type(verdict)]
        return state, (Record(replace(refused, reason=reason)), Tell(reason))
    who: dict[str, Any] = {
        "at": now,
        "origin": event.origin,
        "person": person.login,
        "subject": person.subject,
    }
    enrolled = (Record(events.FactorEnrolled(**who)),) if isinstance(state, AwaitingEnrolment) else ()
    level = AuthenticationLevel.TWO_FACTORS
    return SignedIn(person, level, METHODS), (
        KeepFactor(person.subject, replace(factor, counter=verdict.counter)),
        GiveBack(event.attempt),
        *enrolled,
        Record(events.CodeAccepted(**who)),
        OpenSession(person, level, METHODS),
    )


def _failed(person: Person, reason: Refusal, event: CodeEntered, now: datetime) -> Step:
    failure = events.SignInFailed(
        at=now, origin=event.origin, person=person.login, subject=person.subject, reason=reason
    )
    return Failed(reason), (Record(failure), Tell(reason))


def _throttled(
    attempt: Exhausted | None, refused: events.PasswordRefused | events.CodeRefused, person: str
) -> tuple[Effect, ...]:
    """No guess is left, or none was counted, which is doubt: nothing is evaluated."""
    if attempt is None:
        return (Record(replace(refused, reason=Refusal.OUT_OF_TURN)), Tell(Refusal.OUT_OF_TURN))
    reason = EXHAUSTED[attempt.scope]
    happened = events.Throttled(
        at=refused.at,
        origin=refused.origin,
        person=person,
        subject=refused.subject,
        reason=reason,
        until=attempt.until,
    )
    return (Record(happened), Tell(reason, attempt.until))


_TRANSITIONS: dict[tuple[type, type], Callable[[Any, Any, datetime], Step]] = {
    (AwaitingPassword, PasswordEntered): _password_entered,
    (CheckingPassword, DirectoryAnswered): _directory_answered,
    (AwaitingCode, CodeEntered): _code_entered,
    (AwaitingEnrolment, CodeEntered): _enrolment_confirmed,
}
