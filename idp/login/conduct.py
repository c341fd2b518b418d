"""Conducts one sign-in: gives the machine what it asks for and carries out its effects on the book.

Each function is one transaction of the caller. Randomness and time are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from config.vocabulary import SessionId, SubjectId
from idp import events
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.person import Person
from idp.events import Origin
from idp.login import charging, purses, throttle
from idp.login import flow as machine
from idp.login.authenticator import Authenticator, Proof, new_authenticator_id
from idp.login.book import Book, Flow, Limits, at
from idp.login.charging import NotTried, Rules
from idp.login.desk import Caller, Fresh, sign_in
from idp.login.effects import AskDirectory, Effect, GiveBack, KeepFactor, OpenSession, Record, Tell
from idp.login.entered import fault
from idp.login.handle import FlowId, HandleHash
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.throttle import Exhausted, Taken
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


def begin(
    book: Book, flow: Flow, client: str, origin: Origin, now: datetime, known: HandleHash | None = None
) -> bool:
    """Keep a new flow; False when too many unfinished ones were begun there.

    A browser in which somebody signed in before counts by itself: nobody around it can use up what it may begin.
    """
    if known is not None and book.has_known(known):
        flow = replace(flow, address=purses.browser_key(known))
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
    book: Book,
    name: FlowId | None,
    login: str,
    password: str,
    caller: Caller,
    limits: Limits,
    now: datetime,
    lockout: Lockout = NO_LOCKOUT,
) -> Progress:
    """First half: count the guess. `ask` of the answer is for the directory, outside the transaction."""
    found = current(book, name, caller, now)
    if found is None:
        return UNKNOWN
    attempt: Taken | Exhausted | None = None
    if isinstance(found.state, machine.AwaitingPassword) and fault(login, password) is None:
        attempt = charging.entered(book, login, caller, Rules(limits, lockout), now)
    entered = machine.PasswordEntered(login, password, attempt, caller.origin)
    state, effects = machine.step(found.state, entered, now)
    return _carry_out(book, found, state, effects, now)


def answer_password(
    book: Book,
    name: FlowId | None,
    checking: machine.CheckingPassword,
    answer: Person | machine.Rejected | machine.Unanswered | NotTried,
    caller: Caller,
    limits: Limits,
    fresh: Secret,
    now: datetime,
    lockout: Lockout = NO_LOCKOUT,
) -> Progress:
    """Second half: what the directory said; it counts for nothing when another tab has won meanwhile.

    `checking.taken` is what `charging.admit` made of it in between, where the directory came to asking.
    """
    found = current(book, name, caller, now)
    attempt: Taken | Exhausted
    if isinstance(answer, NotTried):
        attempt, answer = answer.exhausted, machine.Rejected(subject=answer.subject)
    else:
        rules = Rules(limits, lockout)
        attempt = charging.answered(book, checking.login, checking.taken, answer, caller, rules, now)
    if found is None or not isinstance(found.state, machine.AwaitingPassword):
        return Progress(flow=found, told=Tell(Refusal.OUT_OF_TURN))
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
    attempt = charging.of_code(book, subject, caller, limits, now)
    held = _one_time_code(book, subject)
    factor = held.means if held is not None and isinstance(held.means, Enrolled) else None
    entered = machine.CodeEntered(code, attempt, factor, caller.origin)
    state, effects = machine.step(found.state, entered, now)
    progress = _carry_out(book, found, state, effects, now)
    opening = next((effect for effect in effects if isinstance(effect, OpenSession)), None)
    if opening is None:
        return progress
    charging.settled(book, subject, caller, limits, now)
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
