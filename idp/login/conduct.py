"""Conducts one sign-in: gives the machine what it asks for and carries out its effects on the book.

Each function is one transaction of the caller. Randomness and time are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from config.vocabulary import SessionId, SubjectId
from idp import events
from idp.directory.person import Person
from idp.events import Origin
from idp.login import flow as machine
from idp.login import throttle
from idp.login.authenticator import Authenticator, Proof, new_authenticator_id
from idp.login.book import Book, Flow, Limits, at
from idp.login.desk import Caller, Fresh, sign_in
from idp.login.effects import AskDirectory, Effect, GiveBack, KeepFactor, OpenSession, Record, Tell
from idp.login.entered import fault, same_login
from idp.login.handle import FlowId, HandleHash
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.throttle import Exhausted, Limit, Purse, Scope, Taken
from idp.login.totp import Enrolled, Secret

FLOWS_PER_ADDRESS = 300  # unfinished at once: a whole office at eight o'clock, not a flood


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a sign-in stands after a step."""

    flow: Flow | None
    """None: over, or never there."""
    told: Tell | None = None
    ask: AskDirectory | None = None
    checking: machine.CheckingPassword | None = None
    session: Session | None = None
    ended: tuple[SessionId, ...] = field(default=())
    """Sessions that ended through this step."""


UNKNOWN = Progress(flow=None, told=Tell(Refusal.FLOW_UNKNOWN))


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


def enter_password(
    book: Book, name: FlowId | None, login: str, password: str, caller: Caller, limits: Limits, now: datetime
) -> Progress:
    """First half: count the guess. `ask` of the answer is for the directory, outside the transaction."""
    found = current(book, name, caller, now)
    if found is None:
        return UNKNOWN
    attempt: Taken | Exhausted | None = None
    if isinstance(found.state, machine.AwaitingPassword) and fault(login, password) is None:
        purses = (_purse_of_login(book, login, caller, limits), _purse_of_address(caller, limits))
        attempt = throttle.take(book, purses, now)
    entered = machine.PasswordEntered(login, password, attempt, caller.origin)
    state, effects = machine.step(found.state, entered, now)
    return _carry_out(book, found, state, effects, now)


def answer_password(
    book: Book,
    name: FlowId | None,
    checking: machine.CheckingPassword,
    answer: Person | machine.Rejected | machine.Unanswered,
    caller: Caller,
    limits: Limits,
    fresh: Secret,
    now: datetime,
) -> Progress:
    """Second half: what the directory said; it counts for nothing when another tab has won meanwhile."""
    found = current(book, name, caller, now)
    if found is None or not isinstance(found.state, machine.AwaitingPassword):
        return Progress(flow=found, told=Tell(Refusal.OUT_OF_TURN))
    subject = None if isinstance(answer, machine.Unanswered) else answer.subject
    attempt: Taken | Exhausted = checking.taken
    if subject is not None:
        attempt = _moved_to_subject(book, checking.taken, checking.login, subject, caller, limits, now)
    enrolled = isinstance(answer, Person) and _one_time_code(book, answer.subject) is not None
    answered = machine.DirectoryAnswered(answer, attempt, enrolled, fresh, caller.origin)
    state, effects = machine.step(checking, answered, now)
    return _carry_out(book, found, state, effects, now)


def enter_code(
    book: Book,
    name: FlowId | None,
    code: str,
    caller: Caller,
    limits: Limits,
    fresh: Fresh,
    now: datetime,
    previous: HandleHash | None = None,
) -> Progress:
    """Count, compare, keep the counter and open the session, in one transaction: of two equal codes one wins.

    `previous` is the session the browser has, if any: the same person keeps its name, another one ends it.
    """
    found = current(book, name, caller, now)
    if found is None:
        return UNKNOWN
    if not isinstance(found.state, machine.AwaitingCode | machine.AwaitingEnrolment):
        return Progress(flow=found, told=Tell(Refusal.OUT_OF_TURN))
    subject = found.state.person.subject
    purses = (_purse_of_subject(book, subject, caller, limits), _purse_of_address(caller, limits))
    attempt = throttle.take(book, purses, now)
    held = _one_time_code(book, subject)
    factor = held.means if held is not None and isinstance(held.means, Enrolled) else None
    entered = machine.CodeEntered(code, attempt, factor, caller.origin)
    state, effects = machine.step(found.state, entered, now)
    progress = _carry_out(book, found, state, effects, now)
    opening = next((effect for effect in effects if isinstance(effect, OpenSession)), None)
    if opening is None:
        return progress
    throttle.reset(book, purses[0].key, now)
    session, over = sign_in(book, opening, found, caller, limits, fresh, now, previous)
    return replace(progress, session=session, ended=over)


def _carry_out(
    book: Book, flow: Flow, state: machine.State, effects: Sequence[Effect], now: datetime
) -> Progress:
    """Write what a step changed; what is for the caller comes back in the progress."""
    following = at(flow, state)
    if isinstance(state, machine.SignedIn | machine.Failed):
        book.drop_flow(flow.id)
    elif following is not None and following != flow:
        book.keep_flow(following)
    checking = state if isinstance(state, machine.CheckingPassword) else None
    progress = Progress(flow=flow if checking else following, checking=checking)
    for effect in effects:
        match effect:
            case Record(event):
                book.record(event)
            case GiveBack(taken):
                throttle.give_back(book, taken, now)
            case KeepFactor(subject, factor):
                held = _one_time_code(book, subject) or Authenticator(
                    id=new_authenticator_id(),
                    subject=subject,
                    name="Telefon",
                    means=factor,
                    enrolled_at=now,
                    proven_by=Proof.PASSWORD_ONLY,
                )
                book.keep_authenticator(replace(held, means=factor, last_used_at=now))
            case AskDirectory():
                progress = replace(progress, ask=effect)
            case Tell():
                progress = replace(progress, told=effect)
            case OpenSession():
                pass  # needs the request's fresh values: done by `enter_code`
            case _:
                assert_never(effect)
    return progress


def _one_time_code(book: Book, subject: SubjectId) -> Authenticator | None:
    held = book.authenticators(subject)
    return next((one for one in held if isinstance(one.means, Enrolled)), None)


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
