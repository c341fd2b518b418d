"""Transitions of a sign-in by a passkey alone; see `flow.py`."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel
from idp import events
from idp.directory.person import AccountState, Person
from idp.events import Factor
from idp.login import keys
from idp.login.authenticator import Authenticator, Credential
from idp.login.effects import AskPerson, GiveBack, KeepAuthenticator, Record, Tell
from idp.login.inputs import KeyShown, PersonAnswered, Unanswered
from idp.login.key_site import credential_of
from idp.login.level import PASSKEY, lower, methods_of, reaches, strongest
from idp.login.outcome import NOT_ACTIVE, Step, about, arrived, throttled
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword, CheckingPerson, Question, Standing
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
        again = replace(state, challenge=event.drawn.challenge)
        return again, (Record(replace(refused, reason=authenticator)), Tell(authenticator))
    asking = Question(event.drawn.question, now, authenticator.subject)
    checking = CheckingPerson(
        authenticator.subject,
        authenticator.name,
        authenticator.id,
        now,
        replace(state, challenge=event.drawn.challenge, asking=asking),
        still_new(authenticator, now),
    )
    back = GiveBack(event.attempt)
    return checking, (KeepAuthenticator(authenticator), back, AskPerson(authenticator.subject))


def answered(state: CheckingPerson, event: PersonAnswered, now: datetime) -> Step:
    level = RESISTANT if state.newly is None else lower(RESISTANT, state.newly.level)
    demanded = strongest(state.waiting.demanded, event.needed)
    person = _trusted(state, event)
    if not isinstance(person, Refusal) and reaches(level, demanded):
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
    reason = person if isinstance(person, Refusal) else Refusal.FACTOR_TOO_NEW
    again = replace(state.waiting.asking_nobody(), challenge=event.drawn.challenge)
    return again, (_refused(state, event, reason, now), Tell(reason))


def late(state: CheckingPerson, event: PersonAnswered, now: datetime) -> tuple[Record, ...]:
    """The sign-in went on or is over meanwhile: that a key was shown is recorded."""
    person = _trusted(state, event)
    return (
        _refused(state, event, person if isinstance(person, Refusal) else Refusal.ANSWERED_TOO_LATE, now),
    )


def _trusted(state: CheckingPerson, event: PersonAnswered) -> Person | Refusal:
    """Whose passkey it is, where the directory and what is enrolled agree to it."""
    person = event.answer
    if isinstance(person, Unanswered):
        return Refusal.DIRECTORY_UNREACHABLE
    if person is None or person.subject != state.subject or person.subject == RECOVERY_ADMINISTRATOR:
        return Refusal.UNKNOWN_PERSON
    if state.key not in event.held:
        return Refusal.KEY_UNKNOWN
    if person.state is not AccountState.ACTIVE:
        return NOT_ACTIVE.get(person.state, Refusal.ACCOUNT_DISABLED)
    return person


def _refused(state: CheckingPerson, event: PersonAnswered, reason: Refusal, now: datetime) -> Record:
    return Record(events.KeyRefused(at=now, origin=event.origin, subject=state.subject, reason=reason))
