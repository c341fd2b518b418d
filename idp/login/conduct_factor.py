"""Conducts the second factor, and a passkey alone; each function is one transaction of the caller."""

from collections.abc import Callable
from dataclasses import replace

from config.vocabulary import SubjectId
from idp.directory.person import Person
from idp.login import charging, flow_passkey
from idp.login.book import Book
from idp.login.conduct import (
    Visit,
    answer_step,
    counted,
    ids_held_by,
    session_of,
    take_step,
)
from idp.login.inputs import CodeEntered, Input, KeyShown, PersonAnswered, RecoveryCodeEntered, Unanswered
from idp.login.key_site import Site, credential_of
from idp.login.needed_level import needed
from idp.login.progress import Progress
from idp.login.spoken_code import read_spoken_code
from idp.login.states import AwaitingEnrolment, AwaitingFactor, AwaitingPassword, CheckingPerson, State
from idp.login.trust import still

Happened = Callable[[State], Input | None]


def enter_code(book: Book, visit: Visit, code: str, name: str = "") -> Progress:
    """Count, compare, keep the counter and open the session, in one transaction: of two equal codes one wins.

    While an application is being enrolled, its first code and the name it gets.
    """

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingFactor | AwaitingEnrolment):
            return None
        subject, session = state.standing.person.subject, session_of(book, visit)
        return CodeEntered(
            code=code,
            name=name,
            attempt=counted(book, subject, visit),
            held=tuple(book.authenticators(subject)),
            session=session.sid if session is not None else None,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def enter_recovery_code(book: Book, visit: Visit, typed: str) -> Progress:
    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingFactor):
            return None
        subject, session, code = (
            state.standing.person.subject,
            session_of(book, visit),
            read_spoken_code(typed),
        )
        return RecoveryCodeEntered(
            code=code,
            unused=code is not None and book.has_recovery_code(subject, code),
            newly=still(book.newly_of_recovery_code(code), visit.now) if code is not None else None,
            attempt=counted(book, subject, visit),
            session=session.sid if session is not None else None,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    progress = take_step(book, visit, happened)
    if progress.session is None:
        return progress
    session = replace(progress.session, recovery_code_used_at=visit.now)
    book.keep_session(session)
    return replace(progress, session=session)


def show_key(book: Book, visit: Visit, response: str, site: Site) -> Progress:
    """A key after the password, or a passkey instead of it: then `ask` is for the directory."""

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingPassword | AwaitingFactor):
            return None
        session, credential = session_of(book, visit), credential_of(response)
        known = book.authenticator_of(credential) if credential is not None else None
        if isinstance(state, AwaitingFactor):
            subject: SubjectId | None = state.standing.person.subject
        else:
            subject = known.subject if known is not None else None
        return KeyShown(
            response=response,
            known=known,
            site=site,
            attempt=charging.of_key(book, subject, visit.caller, visit.limits, visit.now),
            session=session.sid if session is not None else None,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def answer_passkey(
    book: Book, visit: Visit, checking: CheckingPerson, answer: Person | Unanswered | None
) -> Progress:
    """Second half: what the directory says of the passkey's owner now."""
    held = ids_held_by(book, checking.subject)
    event = PersonAnswered(
        answer=answer,
        held=held,
        needed=needed(answer, visit.limits) if isinstance(answer, Person) else None,
        origin=visit.caller.origin,
        drawn=visit.drawn,
    )
    return answer_step(
        book, visit, checking, event, checking.subject, flow_passkey.late(checking, event, visit.now)
    )
