"""Conducts the choice of a new password; each function is one transaction of the caller."""

from idp.directory.person import Person
from idp.login.book import Book
from idp.login.conduct import Visit, answer_step, counted, take_step
from idp.login.flow_new_password import fault
from idp.login.inputs import Input, NewPasswordEntered, PasswordChanged, PasswordNotChanged, Unanswered
from idp.login.progress import Progress
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, ChangingPassword, State


def enter_new_password(book: Book, visit: Visit, old: str, new: str, again: str) -> Progress:
    """First half: the old password is a guess, and counted. `ask` of the answer is for the directory."""

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingNewPassword):
            return None
        usable = fault(old, new, again) is None
        return NewPasswordEntered(
            old=old,
            new=new,
            again=again,
            attempt=counted(book, state.standing.person.subject, visit) if usable else None,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def answer_new_password(
    book: Book, visit: Visit, checking: ChangingPassword, answer: Person | Unanswered | Refusal | None
) -> Progress:
    """Second half: why it was not changed, or what the directory says of the person after the change."""
    event: Input
    if isinstance(answer, Refusal):
        event = PasswordNotChanged(reason=answer, origin=visit.caller.origin, drawn=visit.drawn)
    else:
        event = PasswordChanged(answer=answer, origin=visit.caller.origin, drawn=visit.drawn)
    return answer_step(book, visit, AwaitingNewPassword, checking, event)
