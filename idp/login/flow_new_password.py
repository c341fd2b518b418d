"""Transitions of choosing a new password, for whom the directory demands it; see `flow.py`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from config.vocabulary import AuthenticationLevel
from idp import events
from idp.directory.person import AccountState, Person
from idp.events import Origin
from idp.login import level as levels
from idp.login.effects import ChangePassword, Effect, GiveBack, Record, Tell
from idp.login.entered import password_fault
from idp.login.inputs import NewPasswordEntered, PasswordChanged, PasswordNotChanged, Unanswered
from idp.login.outcome import NOT_ACTIVE, Step, about, arrived, factor_asked, throttled
from idp.login.password import WeakPassword, weakness
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, AwaitingPassword, ChangingPassword, Standing
from idp.login.throttle import Scope, Taken

PASSWORD_LEVEL = AuthenticationLevel.PASSWORD
WEAK = {
    WeakPassword.TOO_SHORT: Refusal.PASSWORD_TOO_SHORT,
    WeakPassword.TOO_SHORT_OF_ADMINISTRATOR: Refusal.PASSWORD_TOO_SHORT_OF_ADMINISTRATOR,
    WeakPassword.OWN_NAMES: Refusal.PASSWORD_OF_OWN_NAMES,
    WeakPassword.TOO_COMMON: Refusal.PASSWORD_TOO_COMMON,
}


def fault(person: Person, old: str, new: str, again: str, known_words: Iterable[str]) -> Refusal | None:
    """What need not be brought before the directory. `known_words`: see NewPasswordEntered."""
    checks = (
        (password_fault(old) is not None, Refusal.OLD_PASSWORD_WRONG),
        (password_fault(new) is not None, Refusal.NEW_PASSWORD_UNUSABLE),
        (new != again, Refusal.NEW_PASSWORDS_DIFFER),
        (new == old, Refusal.NEW_PASSWORD_SAME),
    )
    refusal = next((refusal for wrong, refusal in checks if wrong), None)
    weak = weakness(new, person, known_words) if refusal is None else None
    return refusal if weak is None else WEAK[weak]


def entered(state: AwaitingNewPassword, event: NewPasswordEntered, now: datetime) -> Step:
    person = state.standing.person
    refused = events.PasswordChangeRefused(**about(person, event.origin, now), reason="")
    reason = fault(person, event.old, event.new, event.again, event.known_words)
    if reason is not None:
        return state, (Record(replace(refused, reason=reason)), Tell(reason))
    if not isinstance(event.attempt, Taken):
        guess = events.PasswordRefused(**about(person, event.origin, now), reason="")
        return state, throttled(event.attempt, guess, person=person.login)
    changing = ChangingPassword(state.standing, event.attempt, now, event.drawn.question)
    return changing, (ChangePassword(person.subject, event.old, event.new),)


def not_changed(state: ChangingPassword, event: PasswordNotChanged, now: datetime) -> Step:
    """Only a wrong old password was a wrong guess; what may have reached the directory stays counted there.

    Whose password may be another one by now begins again, with the password that turns out to hold; the caller
    records it (`conduct_password_change.unknown`), whatever became of the sign-in.
    """
    purses = state.taken.purses
    if event.reason in {Refusal.DIRECTORY_UNREACHABLE, Refusal.CHANGE_UNCERTAIN}:
        purses = tuple(one for one in purses if one.scope is not Scope.DIRECTORY)
    given = GiveBack(replace(state.taken, purses=purses))
    back = () if event.reason is Refusal.OLD_PASSWORD_WRONG else (given,)
    who = about(state.standing.person, event.origin, now)
    if event.reason is Refusal.CHANGE_UNCERTAIN:
        again = AwaitingPassword(event.drawn.challenge, state.standing.demanded)
        return again, (*back, Tell(event.reason))
    refused = events.PasswordChangeRefused(**who, reason=event.reason)
    return AwaitingNewPassword(state.standing), (*back, Record(refused), Tell(event.reason))


def late(
    state: ChangingPassword, event: PasswordChanged | PasswordNotChanged, now: datetime
) -> tuple[Effect, ...]:
    """The sign-in is gone meanwhile: what the directory did is recorded and charged all the same."""
    if isinstance(event, PasswordNotChanged):
        return tuple(one for one in not_changed(state, event, now)[1] if not isinstance(one, Tell))
    return done(state, event.origin, now)


def done(state: ChangingPassword, origin: Origin, now: datetime) -> tuple[Effect, ...]:
    """What a change comes to, whatever becomes of the sign-in or session it was made in."""
    happened = events.PasswordChanged(**about(state.standing.person, origin, now))
    return GiveBack(state.taken), Record(happened)


def _suffices(standing: Standing, now: datetime) -> bool:
    """Whether what was shown, or the exception that stands for it, is enough for the person as they are now."""
    excepted = standing.level is PASSWORD_LEVEL
    if excepted and (standing.until is None or now >= standing.until):
        return False
    return levels.reaches(standing.level, standing.demanded)


def changed(state: ChangingPassword, event: PasswordChanged, now: datetime) -> Step:
    """The directory is asked what the account is now: a session opens only on its yes, and with what the roles of
    now demand. What was shown before may be too little for them, and then the factor is asked for once more.
    """
    standing, answer = state.standing, event.answer
    who = about(standing.person, event.origin, now)
    before = done(state, event.origin, now)
    reason: Refusal | None = None
    if isinstance(answer, Unanswered):
        reason = Refusal.DIRECTORY_UNREACHABLE
    elif answer is None or answer.subject != standing.person.subject:
        reason = Refusal.UNKNOWN_PERSON
    elif answer.state is not AccountState.ACTIVE:
        reason = NOT_ACTIVE.get(answer.state, Refusal.ACCOUNT_DISABLED)
    elif not standing.fits(answer):
        reason = Refusal.UPSTREAM_OTHER_MUNICIPALITY
    else:
        demanded = levels.strongest(standing.demanded, event.needed)
        now_known = replace(
            standing, person=answer, read_at=state.asked_at, must_change=None, demanded=demanded
        )
        if _suffices(now_known, now):
            return arrived(now_known, *before)
        alone = replace(
            now_known,
            level=PASSWORD_LEVEL,
            methods=levels.PASSWORD,
            until=None,
            counts_from=None,
            via=None,
            official=None,
        )
        return factor_asked(alone, event.reach, event.drawn.challenge, event.origin, now, *before)
    failure = events.SignInFailed(**who, reason=reason)
    again = AwaitingPassword(event.drawn.challenge, standing.demanded)
    return again, (*before, Record(failure), Tell(reason))
