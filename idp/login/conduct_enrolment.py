"""Conducts the enrolment of a first factor; each function is one transaction of the caller."""

from idp.login import charging
from idp.login.book import Book
from idp.login.conduct import Visit, counted, ids_held_by, take_step
from idp.login.inputs import CodesAskedAgain, CodesSaved, EnrolmentCodeEntered, Input, KeyMade
from idp.login.key_site import Site, credential_of
from idp.login.progress import Progress
from idp.login.spoken_code import read_spoken_code
from idp.login.states import AwaitingEnrolment, AwaitingOfficersCode, AwaitingSaved, State


def enter_enrolment_code(book: Book, visit: Visit, typed: str) -> Progress:
    """Of two sign-ins with one code the first gets it: looked up and spent in one transaction."""

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingOfficersCode):
            return None
        code = read_spoken_code(typed)
        return EnrolmentCodeEntered(
            code=code,
            issued=book.enrolment_code(code) if code is not None else None,
            attempt=counted(book, state.standing.person.subject, visit),
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def make_key(book: Book, visit: Visit, response: str, name: str, site: Site) -> Progress:
    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingEnrolment):
            return None
        credential, subject = credential_of(response), state.standing.person.subject
        return KeyMade(
            response=response,
            attempt=charging.of_key(book, subject, visit.caller, visit.limits, visit.now),
            held=tuple(book.authenticators(subject)),
            known=credential is not None and book.authenticator_of(credential) is not None,
            name=name,
            site=site,
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def renew_recovery_codes(book: Book, visit: Visit) -> Progress:
    """For who lost the page with the codes before putting them away."""

    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingSaved):
            return None
        held = ids_held_by(book, state.standing.person.subject)
        return CodesAskedAgain(held=held, origin=visit.caller.origin, drawn=visit.drawn)

    return take_step(book, visit, happened)


def confirm_saved(book: Book, visit: Visit) -> Progress:
    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingSaved):
            return None
        held = ids_held_by(book, state.standing.person.subject)
        return CodesSaved(held=held, origin=visit.caller.origin, drawn=visit.drawn)

    return take_step(book, visit, happened)
