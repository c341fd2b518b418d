"""Transitions of the second factor; see `flow.py`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from config.vocabulary import SessionId
from idp import events
from idp.events import Factor, Origin
from idp.login import totp
from idp.login.authenticator import Authenticator, Credential
from idp.login.effects import GiveBack, KeepAuthenticator, Record, SpendRecoveryCode, Tell
from idp.login.flow_passkey import proven
from idp.login.inputs import CodeEntered, KeyShown, RecoveryCodeEntered
from idp.login.level import LEVELS
from idp.login.outcome import Step, about, arrived, failed, shown, throttled, too_weak
from idp.login.refusal import Refusal
from idp.login.states import AwaitingFactor, Standing
from idp.login.throttle import Taken
from idp.login.trust import level_of, still_new


def code_entered(state: AwaitingFactor, event: CodeEntered, now: datetime) -> Step:
    standing = state.standing
    stopped = _stopped(state, Factor.ONE_TIME_CODE, event.origin, event.session, now)
    if stopped is not None:
        return stopped
    refused = events.CodeRefused(**about(standing.person, event.origin, now), reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=standing.person.login)
    used = matched(event.held, event.code, now)
    if isinstance(used, Refusal):
        return state, (Record(replace(refused, reason=used)), Tell(used))
    accepted = events.CodeAccepted(**about(standing.person, event.origin, now), name=used.name)
    return arrived(
        shown(standing, Factor.ONE_TIME_CODE, still_new(used, now)),
        KeepAuthenticator(used),
        GiveBack(event.attempt),
        Record(accepted),
    )


def matched(held: Sequence[Authenticator], code: str, now: datetime) -> Authenticator | Refusal:
    """The authenticator that shows this code, as it is after that; each is compared."""
    accepted, replayed, unusable, any_there = None, False, False, False
    for one in held:
        if not isinstance(one.means, totp.Enrolled):
            continue
        any_there = True
        verdict = totp.match(one.means.secret, code, now, one.means.counter, one.means.drift)
        if isinstance(verdict, totp.Accepted) and accepted is None:
            means = replace(one.means, counter=verdict.counter, drift=verdict.drift)
            accepted = replace(one, means=means, last_used_at=now)
        replayed = replayed or isinstance(verdict, totp.Replayed)
        unusable = unusable or isinstance(verdict, totp.Unusable)
    if accepted is not None:
        return accepted
    if not any_there:
        return Refusal.FACTOR_MISSING
    if unusable:
        return Refusal.CODE_UNUSABLE
    return Refusal.CODE_REPLAYED if replayed else Refusal.CODE_WRONG


def recovery_code_entered(state: AwaitingFactor, event: RecoveryCodeEntered, now: datetime) -> Step:
    standing, factor = state.standing, Factor.RECOVERY_CODE
    stopped = _stopped(state, factor, event.origin, event.session, now)
    if stopped is not None:
        return stopped
    refused = events.CodeRefused(**about(standing.person, event.origin, now), factor=factor, reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=standing.person.login)
    if event.code is None or not event.unused:
        reason = Refusal.RECOVERY_CODE_WRONG
        return state, (Record(replace(refused, reason=reason)), Tell(reason))
    accepted = events.CodeAccepted(**about(standing.person, event.origin, now), factor=factor)
    return arrived(
        shown(standing, factor, event.newly),
        SpendRecoveryCode(standing.person.subject, event.code),
        GiveBack(event.attempt),
        Record(accepted),
    )


def key_shown(state: AwaitingFactor, event: KeyShown, now: datetime) -> Step:
    standing = state.standing
    stopped = _stopped(state, Factor.KEY, event.origin, event.session, now)
    if stopped is not None:
        return stopped
    refused = events.KeyRefused(**about(standing.person, event.origin, now), reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=standing.person.login)
    used = proven(event, state.challenge, now, alone=False)
    if isinstance(used, Authenticator) and used.subject != standing.person.subject:
        used = Refusal.KEY_OF_ANOTHER
    if isinstance(used, Refusal):
        again = AwaitingFactor(standing, event.drawn.challenge)
        return again, (Record(replace(refused, reason=used)), Tell(used))
    kept, back = KeepAuthenticator(_as_verified_before(used, event, standing)), GiveBack(event.attempt)
    if too_weak(standing, level_of(used, now)):
        reason = Refusal.FACTOR_TOO_NEW
        again = AwaitingFactor(standing, event.drawn.challenge)
        return again, (kept, back, Record(replace(refused, reason=reason)), Tell(reason))
    accepted = events.CodeAccepted(
        **about(standing.person, event.origin, now), factor=Factor.KEY, name=used.name
    )
    return arrived(shown(standing, Factor.KEY, still_new(used, now)), kept, back, Record(accepted))


def _as_verified_before(used: Authenticator, event: KeyShown, standing: Standing) -> Authenticator:
    """Raising a session proves no password: a PIN that the key was given at an open computer is nobody's yet."""
    before, after = event.known.means if event.known is not None else None, used.means
    if standing.lifting is None or not isinstance(before, Credential) or not isinstance(after, Credential):
        return used
    return replace(used, means=replace(after, user_verified=before.user_verified))


def _stopped(
    state: AwaitingFactor, factor: Factor, origin: Origin, session: SessionId | None, now: datetime
) -> Step | None:
    """Where no factor of this kind can help."""
    standing = state.standing
    if standing.lifting is not None and session != standing.lifting:
        return failed(standing.person, Refusal.SESSION_OVER, origin, now)
    if too_weak(standing, LEVELS[factor]):
        reason = Refusal.FACTOR_TOO_WEAK
        refused = events.CodeRefused(**about(standing.person, origin, now), factor=factor, reason=reason)
        return state, (Record(refused), Tell(reason))
    return None
