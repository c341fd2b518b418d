"""Transitions of enrolling a first factor; see `flow.py`."""

from dataclasses import replace
from datetime import datetime

from idp import events
from idp.events import Factor, Origin
from idp.login import keys, totp
from idp.login.authenticator import Authenticator, Credential, Proof, enrolled
from idp.login.drawn import Drawn
from idp.login.effects import (
    Effect,
    GiveBack,
    KeepAuthenticator,
    Record,
    RenewRecoveryCodes,
    SpendEnrolmentCode,
    Tell,
)
from idp.login.flow_factor import matched
from idp.login.inputs import CodeEntered, CodesAskedAgain, CodesSaved, EnrolmentCodeEntered, KeyMade
from idp.login.level import LEVELS
from idp.login.outcome import Step, about, arrived, failed, shown, throttled, too_weak
from idp.login.refusal import Refusal
from idp.login.states import AwaitingEnrolment, AwaitingOfficersCode, AwaitingSaved, Standing
from idp.login.throttle import Taken


def code_entered(state: AwaitingOfficersCode, event: EnrolmentCodeEntered, now: datetime) -> Step:
    standing, issued = state.standing, event.issued
    who = about(standing.person, event.origin, now)
    refused = events.EnrolmentCodeRefused(**who, reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=standing.person.login)
    reason: Refusal | None = None
    if event.code is None or issued is None:
        reason = Refusal.ENROLMENT_CODE_WRONG
    elif issued.subject != standing.person.subject:
        reason = Refusal.ENROLMENT_CODE_OF_ANOTHER
    elif issued.used_at is not None:
        reason = Refusal.ENROLMENT_CODE_USED
    elif now >= issued.expires_at:
        reason = Refusal.ENROLMENT_CODE_EXPIRED
    if reason is not None or event.code is None or issued is None:
        reason = reason or Refusal.ENROLMENT_CODE_WRONG
        return state, (Record(replace(refused, reason=reason)), Tell(reason))
    drawn = event.drawn
    following = AwaitingEnrolment(standing, Proof.OFFICERS_CODE, drawn.secret, drawn.challenge)
    used = events.EnrolmentCodeUsed(**who, issued_by=issued.issued_by)
    return following, (SpendEnrolmentCode(event.code), GiveBack(event.attempt), Record(used))


def confirmed(state: AwaitingEnrolment, event: CodeEntered, now: datetime) -> Step:
    """The first code of an application that was just set up."""
    stopped = _stopped(state, Factor.ONE_TIME_CODE, event.held, event.origin, now)
    if stopped is not None:
        return stopped
    person = state.standing.person
    refused = events.CodeRefused(**about(person, event.origin, now), reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=person.login)
    pending = enrolled(
        event.drawn.authenticator,
        person.subject,
        totp.Enrolled(state.secret, counter=-1),
        event.name,
        state.proof,
        now,
    )
    used = matched((pending,), event.code, now)
    if isinstance(used, Refusal):
        return state, (Record(replace(refused, reason=used)), Tell(used))
    return _enrolled(state, used, event.origin, event.drawn, now, GiveBack(event.attempt))


def key_made(state: AwaitingEnrolment, event: KeyMade, now: datetime) -> Step:
    stopped = _stopped(state, Factor.KEY, event.held, event.origin, now)
    if stopped is not None:
        return stopped
    refused = events.KeyRefused(**about(state.standing.person, event.origin, now), reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person=state.standing.person.login)
    made = keys.made(event.response, state.challenge, event.site)
    if isinstance(made, Credential) and event.known:
        made = Refusal.KEY_ENROLLED
    if isinstance(made, Refusal):
        again = replace(state, challenge=event.drawn.challenge)
        return again, (Record(replace(refused, reason=made)), Tell(made))
    whose, back = state.standing.person.subject, GiveBack(event.attempt)
    key = enrolled(event.drawn.authenticator, whose, made, event.name, state.proof, now)
    return _enrolled(state, replace(key, last_used_at=now), event.origin, event.drawn, now, back)


def codes_asked_again(state: AwaitingSaved, event: CodesAskedAgain, now: datetime) -> Step:
    if state.enrolled not in event.held:
        return failed(state.standing.person, Refusal.FACTOR_MISSING, event.origin, now)
    return state, _renewed(state.standing, event.origin, event.drawn, now)


def codes_saved(state: AwaitingSaved, event: CodesSaved, now: datetime) -> Step:
    if state.enrolled not in event.held:  # an officer may have removed it meanwhile
        return failed(state.standing.person, Refusal.FACTOR_MISSING, event.origin, now)
    return arrived(state.standing)


def _stopped(
    state: AwaitingEnrolment, factor: Factor, held: tuple[Authenticator, ...], origin: Origin, now: datetime
) -> Step | None:
    person = state.standing.person
    if held:
        return failed(person, Refusal.ALREADY_ENROLLED, origin, now)
    if too_weak(state.standing, LEVELS[factor]):
        return state, (Tell(Refusal.FACTOR_TOO_WEAK),)
    return None


def _enrolled(
    state: AwaitingEnrolment,
    authenticator: Authenticator,
    origin: Origin,
    drawn: Drawn,
    now: datetime,
    *before: Effect,
) -> Step:
    person, factor = state.standing.person, authenticator.factor
    standing = shown(state.standing, factor)
    happened = events.FactorEnrolled(
        **about(person, origin, now),
        factor=factor,
        name=authenticator.name,
        proof=authenticator.proven_by.value,
    )
    return AwaitingSaved(standing, authenticator.id), (
        KeepAuthenticator(authenticator),
        *before,
        Record(happened),
        *_renewed(standing, origin, drawn, now),
    )


def _renewed(standing: Standing, origin: Origin, drawn: Drawn, now: datetime) -> tuple[Effect, ...]:
    made = events.RecoveryCodesMade(**about(standing.person, origin, now), number=len(drawn.codes))
    return RenewRecoveryCodes(standing.person.subject, drawn.codes), Record(made)
