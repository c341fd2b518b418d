"""How transitions of the sign-in end, whichever they are."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from config.vocabulary import AuthenticationLevel
from idp import events
from idp.directory.person import AccountState, Person
from idp.events import Factor, Origin
from idp.login import level as levels
from idp.login.authenticator import Newly
from idp.login.effects import Effect, OpenSession, Record, Tell
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    Failed,
    SignedIn,
    Standing,
    State,
)
from idp.login.throttle import Exhausted, Scope

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
    AccountState.SUSPENDED: Refusal.ACCOUNT_SUSPENDED,
}
Guess = (
    events.PasswordRefused
    | events.CodeRefused
    | events.KeyRefused
    | events.EnrolmentCodeRefused
    | events.UpstreamRefused
)

MENDED_BY_CHANGING = (Refusal.PASSWORD_MUST_CHANGE, Refusal.PASSWORD_EXPIRED)
"""What a new password mends."""


def about(person: Person, origin: Origin, now: datetime) -> dict[str, Any]:
    """What every event of a person says."""
    return {"at": now, "origin": origin, "person": person.login, "subject": person.subject}


def shown(standing: Standing, factor: Factor, newly: Newly | None = None) -> Standing:
    """The standing after this factor, which counts for less while it is new."""
    full = levels.LEVELS[factor]
    level = full if newly is None else levels.lower(full, newly.level)
    methods = levels.methods_of(levels.WITH[factor], level) if level is not full else levels.WITH[factor]
    if standing.via is not None:
        methods = levels.in_place_of_password(methods)
    return replace(standing, level=level, methods=methods, counts_from=None if newly is None else newly.until)


def arrived(standing: Standing, *before: Effect) -> Step:
    """All is shown: a session, or first a new password."""
    if standing.must_change is not None:
        return AwaitingNewPassword(standing), before
    shown_by = standing.person, standing.level, standing.methods
    opening = OpenSession(
        *shown_by,
        standing.read_at,
        lifting=standing.lifting,
        since=standing.since,
        until=standing.until,
        counts_from=standing.counts_from,
        via=standing.via,
        linking=standing.linking if _both_sides(standing) else None,
    )
    return SignedIn(*shown_by), (*before, opening)


def _both_sides(standing: Standing) -> bool:
    """Whether the person was shown here by password and second factor: then what was shown elsewhere is theirs."""
    return levels.PASSWORD[0] in standing.methods and levels.reaches(
        standing.level, AuthenticationLevel.TWO_FACTORS
    )


def factor_asked(
    standing: Standing,
    reach: Collection[AuthenticationLevel],
    challenge: bytes,
    origin: Origin,
    now: datetime,
    *before: Effect,
) -> Step:
    """The password is right and does not suffice. `reach`: by each factor of the person; empty: there is none."""
    if not reach:
        return AwaitingOfficersCode(standing), before
    if not levels.any_reaches(reach, standing.demanded):
        state, effects = failed(standing.person, Refusal.LEVEL_UNREACHABLE, origin, now)
        return state, (*before, *effects)
    return AwaitingFactor(standing, challenge), before


def failed(person: Person, reason: Refusal, origin: Origin, now: datetime) -> Step:
    failure = events.SignInFailed(**about(person, origin, now), reason=reason)
    return Failed(reason), (Record(failure), Tell(reason))


def throttled(attempt: Exhausted | None, refused: Guess, person: str) -> tuple[Effect, ...]:
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


def too_weak(standing: Standing, level: AuthenticationLevel) -> bool:
    return not levels.reaches(level, standing.demanded)
