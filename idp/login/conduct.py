"""Conducts sign-ins: gives the machine what it asks for and carries out its effects on the book.

Each function is one transaction of the caller. Randomness and time are arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import SubjectId
from idp import events
from idp.events import Factor, Origin
from idp.login import throttle
from idp.login.book import Book, Flow, Limits
from idp.login.desk import Caller, Fresh, live, sign_in
from idp.login.drawn import Drawn
from idp.login.entered import fault, same_login
from idp.login.handle import FlowId, HandleHash
from idp.login.inputs import Answer, DirectoryAnswered, Input, PasswordEntered, Rejected, Stale, Unanswered
from idp.login.progress import UNKNOWN, Progress, out_of_turn, stepped
from idp.login.session import Session
from idp.login.states import AwaitingPassword, CheckingPassword, State
from idp.login.throttle import Exhausted, Limit, Purse, Scope, Taken

FLOWS_PER_ADDRESS = 300  # unfinished at once: a whole office at eight o'clock, not a flood


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request to go on with a sign-in."""

    flow: FlowId | None
    caller: Caller
    limits: Limits
    drawn: Drawn
    now: datetime
    fresh: Fresh
    previous: HandleHash | None = None
    """The session the browser has, if any: the same person keeps its name, another one ends it."""


def begin(book: Book, flow: Flow, client: str, origin: Origin, now: datetime) -> bool:
    """Keep a new flow; False when the address has too many unfinished ones."""
    if book.flows_from(flow.address, now) >= FLOWS_PER_ADDRESS:
        return False
    book.keep_flow(flow)
    book.record(events.SignInStarted(at=now, origin=origin, client=client))
    return True


def current(book: Book, name: FlowId | None, caller: Caller, now: datetime) -> Flow | None:
    """The flow, if it lives and was begun in this browser."""
    found = book.flow(name) if name is not None else None
    if found is None or now >= found.expires_at or caller.browser is None or found.browser != caller.browser:
        return None
    return found


def take_step(book: Book, visit: Visit, happened: Callable[[State], Input | None]) -> Progress:
    """One step of the flow, and the session if it comes to that. `happened` makes the event of the flow's state."""
    found = current(book, visit.flow, visit.caller, visit.now)
    if found is None:
        return UNKNOWN
    event = happened(found.state)
    if event is None:
        return out_of_turn(found)
    return opened(book, stepped(book, found, found.state, event, visit.now), found, visit)


def answer_step(book: Book, visit: Visit, before: type[State], checking: State, event: Input) -> Progress:
    """The second half of a step that asked the directory; nothing when another tab has won meanwhile."""
    found = current(book, visit.flow, visit.caller, visit.now)
    if found is None or not isinstance(found.state, before):
        return out_of_turn(found)
    return opened(book, stepped(book, found, checking, event, visit.now), found, visit)


def opened(book: Book, progress: Progress, flow: Flow, visit: Visit) -> Progress:
    """With the session, where all is shown."""
    opening = progress.opening
    if opening is None:
        return progress
    key = _purse_of_subject(book, opening.person.subject, visit.caller, visit.limits).key
    throttle.reset(book, key, visit.now)
    session, over = sign_in(
        book, opening, flow, visit.caller, visit.limits, visit.fresh, visit.now, visit.previous
    )
    return replace(progress, session=session, ended=over)


def session_of(book: Book, visit: Visit) -> Session | None:
    """The live session this browser has now."""
    return live(book, visit.previous, visit.limits, visit.now) if visit.previous is not None else None


def counted(book: Book, subject: SubjectId, visit: Visit) -> Taken | Exhausted:
    """One guess of a person who is known."""
    purses = (
        _purse_of_subject(book, subject, visit.caller, visit.limits),
        _purse_of_address(visit.caller, visit.limits),
    )
    return throttle.take(book, purses, visit.now)


def held_by(book: Book, subject: SubjectId) -> frozenset[Factor]:
    """Kinds of factor the person can show now."""
    kinds = {one.factor for one in book.authenticators(subject)}
    return frozenset(kinds | {Factor.RECOVERY_CODE} if book.recovery_codes_left(subject) else kinds)


def enter_password(book: Book, visit: Visit, login: str, password: str) -> Progress:
    """First half: count the guess. `ask` of the answer is for the directory, outside the transaction."""
    caller, limits = visit.caller, visit.limits

    def happened(state: State) -> Input | None:
        attempt: Taken | Exhausted | None = None
        if isinstance(state, AwaitingPassword) and fault(login, password) is None:
            purses = (_purse_of_login(book, login, caller, limits), _purse_of_address(caller, limits))
            attempt = throttle.take(book, purses, visit.now)
        return PasswordEntered(
            login=login, password=password, attempt=attempt, origin=caller.origin, drawn=visit.drawn
        )

    return take_step(book, visit, happened)


def answer_password(book: Book, visit: Visit, checking: CheckingPassword, answer: Answer) -> Progress:
    """Second half: what the directory said; it counts for nothing when another tab has won meanwhile."""
    found = current(book, visit.flow, visit.caller, visit.now)
    if found is None or not isinstance(found.state, AwaitingPassword):
        return out_of_turn(found)
    subject = _subject_of(answer)
    attempt: Taken | Exhausted = checking.taken
    if subject is not None:
        attempt = _moved_to_subject(
            book, checking.taken, checking.login, subject, visit.caller, visit.limits, visit.now
        )
    proven = subject if not isinstance(answer, Rejected) else None
    answered = DirectoryAnswered(
        answer=answer,
        attempt=attempt,
        held=held_by(book, proven) if proven is not None else frozenset(),
        exception=book.exception_of(proven, visit.now) if proven is not None else None,
        origin=visit.caller.origin,
        drawn=visit.drawn,
    )
    return answer_step(book, visit, AwaitingPassword, checking, answered)


def _subject_of(answer: Answer) -> SubjectId | None:
    if isinstance(answer, Unanswered):
        return None
    return answer.person.subject if isinstance(answer, Stale) else answer.subject


def _purse_of_login(book: Book, login: str, caller: Caller, limits: Limits) -> Purse:
    subject = book.subject_of(same_login(login))
    if subject is not None:
        return _purse_of_subject(book, subject, caller, limits)
    return Purse(throttle.login_key(login), Scope.ACCOUNT, _account_limit(limits))


def _purse_of_subject(book: Book, subject: SubjectId, caller: Caller, limits: Limits) -> Purse:
    known = caller.known is not None and book.knows_browser(caller.known, subject)
    key = throttle.subject_key(subject)
    if known and caller.known is not None:
        key = throttle.browser_key(subject, caller.known)
    return Purse(key, Scope.ACCOUNT, _account_limit(limits))


def _purse_of_address(caller: Caller, limits: Limits) -> Purse:
    limit = Limit(limits.attempts_per_address, limits.attempts_window)
    return Purse(throttle.address_key(caller.origin.address), Scope.ADDRESS, limit)


def _account_limit(limits: Limits) -> Limit:
    return Limit(limits.attempts, limits.attempts_window)


def _moved_to_subject(
    book: Book, taken: Taken, login: str, subject: SubjectId, caller: Caller, limits: Limits, now: datetime
) -> Taken | Exhausted:
    """Count the guess for the person instead of the spelling, so that no alias has guesses of its own."""
    book.keep_subject_of(same_login(login), subject, now)
    purse = _purse_of_subject(book, subject, caller, limits)
    if purse in taken.purses:
        return taken
    spelling = tuple(other for other in taken.purses if other.scope is Scope.ACCOUNT)
    counted = throttle.take(book, (purse,), taken.at)
    if isinstance(counted, Exhausted):
        return counted
    throttle.give_back(book, Taken(taken.at, spelling), now)
    kept = tuple(other for other in taken.purses if other.scope is not Scope.ACCOUNT)
    return Taken(taken.at, (purse, *kept))
