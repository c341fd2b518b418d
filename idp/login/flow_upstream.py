"""Transitions of a sign-in through another identity provider; see `flow.py`."""

import hmac
from dataclasses import replace
from datetime import datetime

from config.vocabulary import RECOVERY_ADMINISTRATOR, SubjectId
from idp import events
from idp.directory.person import AccountState, Person
from idp.events import Origin
from idp.login import level as levels
from idp.login.effects import AskPerson, AskUpstream, GiveBack, Record, Tell
from idp.login.inputs import (
    CameBack,
    LinkedAnswered,
    NotSent,
    SentUpstream,
    Unanswered,
    UpstreamAnswered,
)
from idp.login.outcome import NOT_ACTIVE, Step, about, arrived, factor_asked, throttled
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingPassword,
    CheckingLinked,
    CheckingUpstream,
    Question,
    Standing,
)
from idp.login.throttle import Taken
from idp.login.upstream import LATE_AT_MOST, Gone, Link, Proven


def sent(state: AwaitingPassword, event: SentUpstream, _now: datetime) -> Step:
    """What was proven, and is being asked, before counts no more: somebody else may be at the screen by now."""
    return replace(state.asking_nobody(), gone=event.gone, stranger=None, linking=None), ()


def not_sent(state: AwaitingPassword, event: NotSent, now: datetime) -> Step:
    return state, (_refused(event.provider, event.reason, event.origin, now), Tell(event.reason))


def came_back(state: AwaitingPassword, event: CameBack, now: datetime) -> Step:
    """An answer is taken once, and only by the sign-in that asked for it."""
    refused = events.UpstreamRefused(at=now, origin=event.origin, provider=event.provider, reason="")
    if not isinstance(event.attempt, Taken):
        return state, throttled(event.attempt, refused, person="")
    gone = state.gone
    if gone is None or not _fits(gone, event):
        reason = Refusal.UPSTREAM_STATE_WRONG
        return state, (Record(replace(refused, reason=reason)), Tell(reason))
    if event.fault is not None:
        return replace(state, gone=None), (Record(replace(refused, reason=event.fault)), Tell(event.fault))
    waiting = replace(state, gone=None, asking=Question(event.drawn.question, now))
    return CheckingUpstream(gone, event.attempt, waiting), (AskUpstream(gone),)


def answered(state: CheckingUpstream, event: UpstreamAnswered, now: datetime) -> Step:
    """Whoever is linked with nobody goes on to show who they are here, and has used up a guess: else one who may make
    identities there would ask without end which of them opens something here.
    """
    provider, answer = state.gone.provider, event.answer
    again = replace(state.waiting.asking_nobody(), challenge=event.drawn.challenge)
    if isinstance(answer, Refusal):
        return again, (_refused(provider, answer, event.origin, now), Tell(answer))
    back, identity = GiveBack(state.taken), answer.via.identity
    if event.link is None or event.link.identity != identity:
        unknown = events.UpstreamNotLinked(
            at=now, origin=event.origin, provider=provider, identity=identity.subject
        )
        return _not_linked(state, replace(again, stranger=answer), answer, unknown, event.origin, now)
    subject = event.link.subject
    proven = _shown_since(answer, state.gone.at) if state.gone.anew else answer
    if proven is None:
        reason = Refusal.UPSTREAM_NOT_ANEW
        return again, (back, _refused(provider, reason, event.origin, now, subject), Tell(reason))
    asking = Question(event.drawn.question, now, subject, proven.via)
    return CheckingLinked(subject, proven, now, replace(again, asking=asking)), (back, AskPerson(subject))


def _not_linked(
    state: CheckingUpstream,
    again: AwaitingPassword,
    answer: Proven,
    unknown: events.UpstreamNotLinked,
    origin: Origin,
    now: datetime,
) -> Step:
    """Linked is what was shown anew to that end: whoever left a session there on a shared computer is not here.

    Of a provider that does not say when, the person has to say it.
    """
    gone = state.gone
    if not gone.linking:
        return again, (Record(unknown),)
    anew = answer if answer.shown_at is None else _shown_since(answer, gone.at)
    if anew is None:
        reason = Refusal.UPSTREAM_NOT_ANEW
        return again, (Record(unknown), _refused(gone.provider, reason, origin, now), Tell(reason))
    return replace(again, stranger=None, linking=anew), (Record(unknown),)


def person_answered(state: CheckingLinked, event: LinkedAnswered, now: datetime) -> Step:
    """As after the password: a factor of the person's own, unless the provider's word suffices for one."""
    provider, proven = state.proven.via.provider, state.proven
    person = _trusted(state, event)
    if not isinstance(person, Refusal):
        demanded = levels.strongest(state.waiting.demanded, event.needed)
        level, newly = proven.level_at(now), event.newly
        if level is not None and newly is not None:
            level = levels.lower(level, newly.level)
        accepted = events.UpstreamAccepted(
            **about(person, event.origin, now),
            provider=provider,
            identity=proven.via.identity.subject,
            trusted=level is not None and levels.reaches(level, demanded),
            said=proven.official.told() if proven.official is not None else (),
        )
        alone = Standing(
            person=person,
            read_at=state.asked_at,
            methods=levels.FEDERATED,
            demanded=demanded,
            via=proven.via,
            official=proven.official,
        )
        if level is not None and levels.reaches(level, demanded):
            methods = (*levels.FEDERATED, levels.SEVERAL)
            counts_from = newly.until if newly is not None else None
            trusted = replace(
                alone, level=level, methods=methods, since=proven.shown_at, counts_from=counts_from
            )
            return arrived(trusted, Record(accepted))
        if event.reach:
            challenge = event.drawn.challenge
            return factor_asked(alone, event.reach, challenge, event.origin, now, Record(accepted))
        # a first factor takes the password and an officer's code
        person = Refusal.UPSTREAM_FACTOR_MISSING
    again = replace(state.waiting.asking_nobody(), challenge=event.drawn.challenge)
    return again, (_refused(provider, person, event.origin, now, state.subject), Tell(person))


def late(
    state: CheckingUpstream | CheckingLinked, event: UpstreamAnswered | LinkedAnswered, now: datetime
) -> tuple[Record, ...]:
    """The sign-in went on or is over meanwhile: that somebody came back is recorded."""
    if isinstance(state, CheckingUpstream):
        answer = event.answer if isinstance(event, UpstreamAnswered) else None
        reason = answer if isinstance(answer, Refusal) else Refusal.ANSWERED_TOO_LATE
        return (_refused(state.gone.provider, reason, event.origin, now),)
    provider = state.proven.via.provider
    return (_refused(provider, Refusal.ANSWERED_TOO_LATE, event.origin, now, state.subject),)


def _fits(gone: Gone, event: CameBack) -> bool:
    return (
        gone.provider == event.provider
        and event.state is not None
        and hmac.compare_digest(gone.state, event.state)
    )


def _shown_since(proven: Proven, sent: datetime) -> Proven | None:
    """None where the person was not asked there since then; its clock may be late."""
    if proven.shown_at is None or proven.shown_at < sent - LATE_AT_MOST:
        return None
    return replace(proven, shown_at=max(proven.shown_at, sent))


def _trusted(state: CheckingLinked, event: LinkedAnswered) -> Person | Refusal:
    """Whose identity it is, where the directory and what is linked agree to it."""
    person = event.answer
    if isinstance(person, Unanswered):
        return Refusal.DIRECTORY_UNREACHABLE
    if person is None or person.subject != state.subject or person.subject == RECOVERY_ADMINISTRATOR:
        return Refusal.UNKNOWN_PERSON
    if not _linked(event.link, state):
        return Refusal.UPSTREAM_UNLINKED
    if person.state is not AccountState.ACTIVE:
        return NOT_ACTIVE.get(person.state, Refusal.ACCOUNT_DISABLED)
    return person if state.proven.fits(person) else Refusal.UPSTREAM_OTHER_MUNICIPALITY


def _linked(link: Link | None, state: CheckingLinked) -> bool:
    """Still, now that the directory has answered."""
    return link is not None and link.identity == state.proven.via.identity and link.subject == state.subject


def _refused(
    provider: str, reason: Refusal, origin: Origin, now: datetime, subject: SubjectId | str = ""
) -> Record:
    refused = events.UpstreamRefused(at=now, origin=origin, provider=provider, reason=reason, subject=subject)
    return Record(refused)
