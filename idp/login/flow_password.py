"""Transitions from the password to what comes after it; see `flow.py`."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import AuthenticationLevel, SubjectId
from idp import events
from idp.directory.person import AccountState, Person
from idp.login import level as levels
from idp.login.effects import AskDirectory, Effect, GiveBack, Record, Tell
from idp.login.entered import concealed, fault
from idp.login.inputs import Answer, DirectoryAnswered, PasswordEntered, Rejected, Stale, Unanswered
from idp.login.outcome import MENDED_BY_CHANGING, NOT_ACTIVE, Step, about, arrived, factor_asked, throttled
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword, CheckingPassword, Question, Standing
from idp.login.throttle import Taken

TO_BE_CHANGED: dict[str, Refusal] = {reason.value: reason for reason in MENDED_BY_CHANGING}
"""Directories say these only after the right password; other reasons would tell accounts apart."""


def entered(state: AwaitingPassword, event: PasswordEntered, now: datetime) -> Step:
    refused = events.PasswordRefused(at=now, origin=event.origin, reason="")
    unusable = fault(event.login, event.password)
    if unusable is not None:
        return state, (Record(replace(refused, reason=unusable)), Tell(unusable))
    if state.linking is not None and state.unsure and not event.confirmed:
        reason, provider = Refusal.UPSTREAM_NOT_CONFIRMED, state.linking.via.provider
        unsure = events.UpstreamRefused(at=now, origin=event.origin, provider=provider, reason=reason)
        return state, (Record(unsure), Tell(reason))
    if not isinstance(event.attempt, Taken):
        refused = replace(refused, subject=event.meant or "")
        return state, throttled(event.attempt, refused, person=_recorded(event.login, event.meant))
    waiting = replace(state, asking=Question(event.drawn.question, now))
    checking = CheckingPassword(event.login, event.attempt, now, waiting, meant=event.meant)
    return checking, (AskDirectory(event.login, event.password),)


def answered(state: CheckingPassword, event: DirectoryAnswered, now: datetime) -> Step:
    refused = events.PasswordRefused(
        at=now, origin=event.origin, person=_recorded(state.login, state.meant), reason=""
    )
    answer = event.answer
    again = replace(state.waiting.asking_nobody(), challenge=event.drawn.challenge)
    if isinstance(answer, Unanswered):
        back = (GiveBack(event.attempt),) if isinstance(event.attempt, Taken) else ()
        reason = Refusal.DIRECTORY_UNREACHABLE
        return again, (*back, Record(replace(refused, reason=reason)), Tell(reason))
    subject = answer.subject if isinstance(answer, Person | Rejected) else answer.person.subject
    if subject is not None:
        refused = replace(refused, subject=subject, person=state.login)
    if not isinstance(event.attempt, Taken):
        return again, throttled(event.attempt, refused, person=refused.person)
    if isinstance(answer, Rejected):
        told = Tell(TO_BE_CHANGED.get(answer.reason, Refusal.WRONG_CREDENTIALS))
        return again, (Record(replace(refused, reason=answer.reason)), told)
    person, must_change = (answer.person, answer.reason) if isinstance(answer, Stale) else (answer, None)
    if person.state is not AccountState.ACTIVE:
        why = NOT_ACTIVE.get(person.state, Refusal.ACCOUNT_DISABLED)
        if why not in MENDED_BY_CHANGING:
            return again, (Record(replace(refused, reason=why)), Tell(why))
        must_change = why
    accepted = events.PasswordAccepted(**about(person, event.origin, now))
    linking = state.waiting.linking
    if linking is not None and not linking.fits(person):
        reason = Refusal.UPSTREAM_OTHER_MUNICIPALITY
        unfit = events.UpstreamRefused(
            **about(person, event.origin, now), provider=linking.via.provider, reason=reason
        )
        done = GiveBack(event.attempt), Record(accepted), Record(unfit)
        return replace(again, linking=None), (*done, Tell(reason))
    demanded = levels.strongest(state.waiting.demanded, event.needed)
    standing = Standing(
        person=person,
        read_at=state.asked_at,
        demanded=demanded,
        must_change=must_change,
        linking=linking,
    )
    return _onward(standing, event, now, GiveBack(event.attempt), Record(accepted))


def late(state: CheckingPassword, event: DirectoryAnswered, now: datetime) -> tuple[Effect, ...]:
    """Nobody waits for the answer any more: what was guessed is recorded and stays charged; a no is told as ever."""
    right = proven(event.answer)
    yes = right is not None and right.state is AccountState.ACTIVE
    if right is not None and yes:
        event = replace(event, answer=Rejected(Refusal.ANSWERED_TOO_LATE, right.subject))
    effects = answered(state, event, now)[1]
    return tuple(one for one in effects if isinstance(one, Record) or (isinstance(one, Tell) and not yes))


def proven(answer: Answer) -> Person | None:
    """Whose password it is, where it is right."""
    if isinstance(answer, Rejected | Unanswered):
        return None
    return answer.person if isinstance(answer, Stale) else answer


def _recorded(login: str, meant: SubjectId | None) -> str:
    """People type passwords into the wrong field: a login that is nobody's is not kept as it was typed."""
    return login if meant is not None else concealed(login)


def _onward(standing: Standing, event: DirectoryAnswered, now: datetime, *before: Effect) -> Step:
    """What the person shows next, now that the password is right."""
    person, exception = standing.person, event.exception
    excepted = exception is not None and exception.subject == person.subject and exception.runs(now)
    if exception and excepted and levels.reaches(AuthenticationLevel.PASSWORD, standing.demanded):
        used = events.ExceptionUsed(
            **about(person, event.origin, now), until=exception.ends_at, granted_by=exception.granted_by
        )
        return arrived(replace(standing, until=exception.ends_at), *before, Record(used))
    return factor_asked(standing, event.reach, event.drawn.challenge, event.origin, now, *before)
