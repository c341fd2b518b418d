"""Conducts the choice of a new password; each function is one transaction of the caller."""

from collections.abc import Callable
from dataclasses import replace

from config.vocabulary import SessionId
from idp.directory.person import Person
from idp.events import EndReason
from idp.login import charging, conduct_password_change, desk
from idp.login.book import Book
from idp.login.conduct import Visit, answer_step, current, take_step
from idp.login.flow_new_password import fault, late
from idp.login.handle import FlowId
from idp.login.inputs import Input, NewPasswordEntered, PasswordChanged, PasswordNotChanged, Unanswered
from idp.login.needed_level import needed
from idp.login.password_change import PasswordChange
from idp.login.progress import Progress
from idp.login.reach import reach_of
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, ChangingPassword, State, awaits
from idp.login.throttle import Exhausted, Taken


def enter_new_password(
    book: Book,
    visit: Visit,
    old: str,
    new: str,
    again: str,
    known_words: Callable[[Person], tuple[str, ...]],
) -> Progress:
    """First half: the old password is a guess, and counted. `ask` of the answer is for the directory.

    `known_words`: around that person, see NewPasswordEntered.
    """

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingNewPassword):
            return None
        known = known_words(state.standing.person)
        usable = fault(state.standing.person, old, new, again, known) is None
        return NewPasswordEntered(
            old=old,
            new=new,
            again=again,
            known_words=known,
            attempt=_counted(book, state, visit) if usable else None,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    progress = take_step(book, visit, happened)
    if isinstance(progress.checking, ChangingPassword):
        person = progress.checking.standing.person
        change = PasswordChange(progress.checking.change, person.subject, person.login, visit.now)
        conduct_password_change.begun(book, change, visit.caller.origin)
    return progress


def _counted(book: Book, state: AwaitingNewPassword, visit: Visit) -> Taken | Exhausted:
    subject = state.standing.person.subject
    return charging.of_old_password(book, subject, visit.caller, visit.rules, visit.now)


def answer_new_password(
    book: Book, visit: Visit, checking: ChangingPassword, answer: Person | Unanswered | Refusal | None
) -> Progress:
    """Second half: why it was not changed, or what the directory says of the person after the change.

    After a change, and after one that nobody knows the end of, every session and every other sign-in of the person
    ends, before the new session opens: whoever else knew the old password may have one. What the directory did is
    recorded though the sign-in is over by then.
    """
    book.drop_password_change(checking.change)
    event: PasswordNotChanged | PasswordChanged
    ends: EndReason | None = None
    person, origin = checking.standing.person, visit.caller.origin
    if isinstance(answer, Refusal):
        event = PasswordNotChanged(reason=answer, origin=origin, drawn=visit.drawn)
        ends = EndReason.PASSWORD_CHANGE_UNKNOWN if answer is Refusal.CHANGE_UNCERTAIN else None
    else:
        event = PasswordChanged(
            answer=answer,
            reach=reach_of(book, person.subject, visit.now),
            needed=needed(answer, visit.limits) if isinstance(answer, Person) else None,
            origin=origin,
            drawn=visit.drawn,
        )
        ends = EndReason.PASSWORD_CHANGED
    over: tuple[SessionId, ...] = ()
    if ends is EndReason.PASSWORD_CHANGE_UNKNOWN:
        change = PasswordChange(checking.change, person.subject, person.login, checking.asked_at)
        conduct_password_change.unknown(book, change, origin, visit.now)
    if ends is not None:
        over = desk.end_all(
            book, person.subject, ends, origin, visit.now, but=_waiting(book, visit, checking)
        )
    progress = answer_step(book, visit, checking, event, person.subject, late(checking, event, visit.now))
    session = progress.session
    if session is not None:  # which only a change opens here
        session = replace(session, password_changed_at=visit.now)
        book.keep_session(session)
    return replace(progress, session=session, ended=(*over, *progress.ended))


def _waiting(book: Book, visit: Visit, checking: ChangingPassword) -> FlowId | None:
    """The sign-in that waits for this answer, if it does: in one that went on the old password may be under way."""
    found = current(book, visit.flow, visit.caller, visit.now)
    return found.id if found is not None and awaits(found.state, checking) else None
