"""Transitions of a sign-in by a passkey alone; see `flow.py`."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel
from idp import events
from idp.directory.person import AccountState
from idp.events import Factor
from idp.login import keys
from idp.login.authenticator import Authenticator, Credential
from idp.login.effects import AskPerson, GiveBack, KeepAuthenticator, Record, Tell
from idp.login.inputs import KeyShown, PersonAnswered, Unanswered
from idp.login.key_site import credential_of
from idp.login.level import PASSKEY, lower, methods_of, reaches, strongest
from idp.login.outcome import NOT_ACTIVE, Step, about, arrived, throttled
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword, CheckingPerson, Standing
from idp.login.throttle import Taken
from idp.login.trust import still_new

RESISTANT = AuthenticationLevel.PHISHING_RESISTANT


def proven(event: KeyShown, challenge: bytes, now: datetime, *, alone: bool) -> Authenticator | Refusal:
    """The authenticator as it is after this signature."""
    known = event.known
    if known is None or not isinstance(known.means, Credential):
        unreadable = credential_of(event.response) is None
        return Refusal.KEY_UNREADABLE if unreadable else Refusal.KEY_UNKNOWN
    after = keys.shown(event.response, challenge, known.means, known.subject, event.site, alone=alone)
    if isinstance(after, Refusal):
        return after
    return replace(known, means=after, last_used_at=now)


def shown(state: AwaitingPassword, event: KeyShown, now: datetime) -> Step:
    subject = event.known.subject if event.known is not None else ""
    refused = events.KeyRefused(at=now, origin=event.origin, subject=subject, reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person="")
    authenticator = proven(event, state.challenge, now, alone=True)
    if isinstance(authenticator, Refusal):
        again = AwaitingPassword(event.drawn.challenge, state.demanded, state.whose)
        return again, (Record(replace(refused, reason=authenticator)), Tell(authenticator))
    checking = CheckingPerson(
        authenticator.subject,
        authenticator.name,
        authenticator.id,
        now,
        state.demanded,
        still_new(authenticator, now),
    )
    back = GiveBack(event.attempt)
    return checking, (KeepAuthenticator(authenticator), back, AskPerson(authenticator.subject))


def answered(state: CheckingPerson, event: PersonAnswered, now: datetime) -> Step:
    person, again = event.answer, AwaitingPassword(event.drawn.challenge, state.demanded, state.subject)
    level = RESISTANT if state.newly is None else lower(RESISTANT, state.newly.level)
    demanded = strongest(state.demanded, event.needed)
    reason: Refusal | None = None
    if isinstance(person, Unanswered):
        reason = Refusal.DIRECTORY_UNREACHABLE
    elif person is None or person.subject != state.subject or person.subject == RECOVERY_ADMINISTRATOR:
        reason = Refusal.UNKNOWN_PERSON
    elif event.outdated:
        reason = Refusal.ASKED_BEFORE_THE_END
    elif state.key not in event.held:
        reason = Refusal.KEY_UNKNOWN
    elif person.state is not AccountState.ACTIVE:
        reason = NOT_ACTIVE.get(person.state, Refusal.ACCOUNT_DISABLED)
    elif not reaches(level, demanded):
        reason = Refusal.FACTOR_TOO_NEW
    else:
        accepted = events.CodeAccepted(
            **about(person, event.origin, now), factor=Factor.KEY, name=state.authenticator
        )
        standing = Standing(
            person=person,
            read_at=state.asked_at,
            level=level,
            methods=methods_of(PASSKEY, level),
            demanded=demanded,
            counts_from=None if state.newly is None else state.newly.until,
        )
        return arrived(standing, Record(accepted))
    refused = events.KeyRefused(at=now, origin=event.origin, subject=state.subject, reason=reason)
    return again, (Record(refused), Tell(reason))
