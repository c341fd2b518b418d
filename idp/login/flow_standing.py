"""Transitions of a sign-in that stands while the person is read again; see `flow.py`.

Between the password and the session there may be minutes. Whatever changed of the person counts before anything else
that is shown: a closed account, a password that must be changed by now, other roles and what they demand.
"""

from dataclasses import replace
from datetime import datetime

from idp import events
from idp.directory.person import AccountState
from idp.login import level as levels
from idp.login.effects import Record, Tell
from idp.login.inputs import PersonReadAgain, Unanswered
from idp.login.outcome import MENDED_BY_CHANGING, NOT_ACTIVE, Step, about, failed
from idp.login.refusal import Refusal
from idp.login.states import AwaitingFactor, AwaitingSaved, Standing, Standings


def read_again(state: Standings, event: PersonReadAgain, now: datetime) -> Step:
    """The same state by what is known now; a locked account goes on, for strangers lock one by guessing."""
    standing, answer = state.standing, event.answer
    if isinstance(answer, Unanswered):
        reason = Refusal.DIRECTORY_UNREACHABLE
        failure = events.SignInFailed(**about(standing.person, event.origin, now), reason=reason)
        return state, (Record(failure), Tell(reason))
    if answer is None or answer.subject != standing.person.subject:
        return failed(standing.person, Refusal.UNKNOWN_PERSON, event.origin, now)
    why = NOT_ACTIVE.get(answer.state) if answer.state is not AccountState.LOCKED else None
    if why is not None and (why not in MENDED_BY_CHANGING or standing.lifting is not None):
        return failed(answer, why, event.origin, now)
    if not standing.fits(answer):
        return failed(answer, Refusal.UPSTREAM_OTHER_MUNICIPALITY, event.origin, now)
    known = replace(
        standing,
        person=answer,
        read_at=event.read_at,
        must_change=why or standing.must_change,
        demanded=levels.strongest(standing.demanded, event.needed),
    )
    if _out_of_reach(state, known, event):
        return failed(answer, Refusal.LEVEL_UNREACHABLE, event.origin, now)
    return replace(state, standing=known), ()


def _out_of_reach(state: Standings, known: Standing, event: PersonReadAgain) -> bool:
    """Where the roles of now demand more than the sign-in can come to."""
    if isinstance(state, AwaitingSaved):
        return not levels.reaches(known.level, known.demanded)
    more = known.demanded is not state.standing.demanded
    return isinstance(state, AwaitingFactor) and more and not levels.any_reaches(event.reach, known.demanded)
