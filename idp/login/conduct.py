"""Conducts sign-ins: gives the machine what it asks for and carries out its effects on the book.

Each function is one transaction of the caller. Randomness and time are arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import SubjectId
from idp import events
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.realms import ONE_DIRECTORY, Realms
from idp.directory.spelling import strictly
from idp.login import charging, flow_password
from idp.login.authenticator import AuthenticatorId
from idp.login.book import Book, Flow, Limits
from idp.login.charging import NotTried, Rules
from idp.login.conduct_standing import Reading, known_anew
from idp.login.desk import Caller, Fresh, live, sign_in, suffices
from idp.login.drawn import Drawn
from idp.login.effects import Effect, Record, Tell
from idp.login.entered import fault
from idp.login.handle import FlowId, HandleHash
from idp.login.inputs import Answer, DirectoryAnswered, Input, PasswordEntered, Rejected, Stale
from idp.login.needed_level import needed
from idp.login.outcome import about
from idp.login.progress import UNKNOWN, Progress, carried_out, out_of_turn, stepped
from idp.login.reach import reach_of
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.states import AwaitingPassword, Checking, CheckingPassword, State, awaits, subject_of
from idp.login.throttle import Exhausted, Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request to go on with a sign-in."""

    flow: FlowId | None
    caller: Caller
    limits: Limits
    drawn: Drawn
    now: datetime
    fresh: Fresh
    lockout: Lockout = NO_LOCKOUT
    """Of the office's directories."""
    realms: Realms = ONE_DIRECTORY
    previous: HandleHash | None = None
    """The session the browser has, if any: the same person keeps its name, another one ends it."""
    reading: Reading | None = None
    """Of the person, where the sign-in stood at somebody when the request came."""

    @property
    def rules(self) -> Rules:
        return Rules(self.limits, self.lockout, self.realms)


def current(book: Book, name: FlowId | None, caller: Caller, now: datetime) -> Flow | None:
    """The flow, if it lives and was begun in this browser, whose device is not suspended."""
    found = book.flow(name) if name is not None else None
    if found is None or now >= found.expires_at or caller.browser is None or found.browser != caller.browser:
        return None
    device = caller.origin.device
    return None if device and book.device_suspended(device, now) else found


def take_step(book: Book, visit: Visit, happened: Callable[[State], Input | None]) -> Progress:
    """One step of the flow, and the session if it comes to that. `happened` makes the event of the flow's state.

    First comes what is known of the person by now.
    """
    there = current(book, visit.flow, visit.caller, visit.now)
    if there is None:
        return UNKNOWN
    found = known_anew(book, there, visit.reading, visit.limits, visit.caller.origin, visit.drawn, visit.now)
    if isinstance(found, Progress):
        return found
    event = happened(found.state)
    if event is None:
        return out_of_turn(found)
    return opened(book, stepped(book, found, found.state, event, visit.now), found, visit)


def answer_step(
    book: Book,
    visit: Visit,
    checking: Checking,
    event: Input,
    about: SubjectId | None,
    late: Sequence[Effect],
) -> Progress:
    """The second half of a step that asked the directory, for a sign-in that still waits for the answer.

    Where another tab asked or went on, or the sign-in is over (of itself, or as its person was put out), nothing
    is opened and it stays as it is; only what is to be done all the same (`late`) is. So it is with a yes `about`
    somebody else than was asked about.
    """
    found = current(book, visit.flow, visit.caller, visit.now)
    asked_last = found is not None and awaits(found.state, checking)
    if found is None or not asked_last or about not in {None, subject_of(found.state)}:
        there = found is not None and isinstance(found.state, type(checking.waiting))
        done = [one for one in late if there or not isinstance(one, Tell)]
        return carried_out(book, out_of_turn(found), done, visit.now)
    return opened(book, stepped(book, found, checking, event, visit.now), found, visit)


def opened(book: Book, progress: Progress, flow: Flow, visit: Visit) -> Progress:
    """With the session, where all is shown."""
    opening = progress.opening
    if opening is None:
        return progress
    if not suffices(book, opening, visit.previous, visit.limits, visit.now):
        reason, person = Refusal.FACTOR_TOO_WEAK, opening.person
        refused = events.SignInFailed(**about(person, visit.caller.origin, visit.now), reason=reason)
        return carried_out(
            book, replace(progress, flow=None, opening=None), (Record(refused), Tell(reason)), visit.now
        )
    charging.settled(book, opening.person.subject, visit.caller, visit.limits, visit.now)
    if visit.caller.known is not None:  # whoever noted it before may use it no more
        charging.renamed(book, visit.caller.known, visit.fresh.known, visit.limits, visit.now)
    session, over = sign_in(
        book, opening, flow, visit.caller, visit.limits, visit.fresh, visit.now, visit.previous
    )
    return replace(progress, session=session, ended=over)


def session_of(book: Book, visit: Visit) -> Session | None:
    """The live session this browser has now."""
    return live(book, visit.previous, visit.limits, visit.now) if visit.previous is not None else None


def counted(book: Book, subject: SubjectId, visit: Visit) -> Taken | Exhausted:
    """One guess of a code, of a person who is known."""
    return charging.of_code(book, subject, visit.caller, visit.limits, visit.now)


def ids_held_by(book: Book, subject: SubjectId) -> frozenset[AuthenticatorId]:
    return frozenset(one.id for one in book.authenticators(subject))


def enter_password(
    book: Book, visit: Visit, login: str, password: str, *, confirmed: bool = False
) -> Progress:
    """First half: count the guess. `ask` of the answer is for the directory, outside the transaction."""
    caller = visit.caller

    def happened(state: State) -> Input | None:
        attempt: Taken | Exhausted | None = None
        goes_on = isinstance(state, AwaitingPassword) and (confirmed or not state.unsure)
        if goes_on and fault(login, password) is None:
            attempt = charging.entered(book, login, caller, visit.rules, visit.now)
        return PasswordEntered(
            login=login,
            password=password,
            meant=book.subject_of(strictly(login)),
            attempt=attempt,
            confirmed=confirmed,
            origin=caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def admit(
    book: Book,
    flow: FlowId | None,
    caller: Caller,
    rules: Rules,
    checking: CheckingPassword,
    subject: SubjectId | None,
    now: datetime,
) -> CheckingPassword | Exhausted:
    """In between: the directory knows whom the login means (None: nobody) and is about to try the password.

    From here on the sign-in is that person's: what puts the person out lets the answer count for nothing.
    """
    said = charging.admit(book, checking.login, checking.taken, subject, caller, rules, now)
    if isinstance(said, Exhausted):
        return said
    found, waiting = current(book, flow, caller, now), checking.waiting.asking_about(subject)
    if found is not None and isinstance(found.state, AwaitingPassword) and awaits(found.state, checking):
        book.keep_flow(replace(found, state=found.state.asking_about(subject)))
    return replace(checking, taken=said, waiting=waiting)


def answer_password(
    book: Book, visit: Visit, checking: CheckingPassword, answer: Answer | NotTried
) -> Progress:
    """Second half: what the directory said; nothing opens when it comes too late.

    `checking` is what `admit` made of it in between, where the directory came to asking.
    """
    attempt, answer = _charged(book, visit, checking, answer)
    person = flow_password.proven(answer)
    proven = person.subject if person is not None else None
    answered = DirectoryAnswered(
        answer=answer,
        attempt=attempt,
        reach=reach_of(book, proven, visit.now) if proven is not None else frozenset(),
        exception=book.exception_of(proven, visit.now) if proven is not None else None,
        needed=needed(person, visit.limits) if person is not None else None,
        origin=visit.caller.origin,
        drawn=visit.drawn,
    )
    return answer_step(
        book, visit, checking, answered, proven, flow_password.late(checking, answered, visit.now)
    )


def _charged(
    book: Book, visit: Visit, checking: CheckingPassword, answer: Answer | NotTried
) -> tuple[Taken | Exhausted, Answer]:
    """The guess, charged to whom the answer is about."""
    if isinstance(answer, NotTried):
        return answer.exhausted, Rejected(subject=answer.subject)
    # of a password that must be changed the directory forgets nothing
    about = Rejected(subject=answer.person.subject) if isinstance(answer, Stale) else answer
    login, taken = checking.login, checking.taken
    return charging.answered(book, login, taken, about, visit.caller, visit.rules, visit.now), answer
