"""Conducts a sign-in through another provider; each function is one transaction of the caller."""

from idp.directory.person import Person
from idp.login import charging, flow_upstream
from idp.login.book import Book
from idp.login.conduct import Visit, answer_step, take_step
from idp.login.handle import HandleHash
from idp.login.inputs import (
    CameBack,
    Input,
    LinkedAnswered,
    NotSent,
    SentUpstream,
    Unanswered,
    UpstreamAnswered,
)
from idp.login.needed_level import needed
from idp.login.progress import Progress
from idp.login.reach import reach_of
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword, CheckingLinked, CheckingUpstream, State
from idp.login.trust import newly_linked
from idp.login.upstream import Gone, Link, Proven


def send(book: Book, visit: Visit, gone: Gone | None) -> Progress:
    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingPassword):
            return None
        return SentUpstream(gone=gone, origin=visit.caller.origin, drawn=visit.drawn)

    return take_step(book, visit, happened)


def not_sent(book: Book, visit: Visit, provider: str, reason: Refusal) -> Progress:
    def happened(state: State) -> Input | None:
        if not isinstance(state, AwaitingPassword):
            return None
        origin, drawn = visit.caller.origin, visit.drawn
        return NotSent(provider=provider, reason=reason, origin=origin, drawn=drawn)

    return take_step(book, visit, happened)


def come_back(
    book: Book, visit: Visit, provider: str, state: HandleHash | None, fault: Refusal | None
) -> Progress:
    """First half: of two equal answers one is taken. `ask` of the answer is for the provider.

    Asking it takes time of ours and of the provider: one that comes to nothing is paid for as an answer of a key is.
    """

    def happened(at: State) -> Input | None:
        if not isinstance(at, AwaitingPassword):
            return None
        return CameBack(
            provider=provider,
            state=state,
            fault=fault,
            attempt=charging.of_key(book, None, visit.caller, visit.limits, visit.now),
            origin=visit.caller.origin,
            drawn=visit.drawn,
        )

    return take_step(book, visit, happened)


def answer_upstream(
    book: Book, visit: Visit, checking: CheckingUpstream, answer: Proven | Refusal
) -> Progress:
    """Second half: what the provider said. `ask` of the answer is for the directory, where it is known whose it is."""
    event = UpstreamAnswered(
        answer=answer,
        link=_link(book, answer),
        origin=visit.caller.origin,
        drawn=visit.drawn,
    )
    return answer_step(book, visit, checking, event, None, flow_upstream.late(checking, event, visit.now))


def answer_linked(
    book: Book, visit: Visit, checking: CheckingLinked, answer: Person | Unanswered | None
) -> Progress:
    """Third half: what the directory says of the person now."""
    link, person = _link(book, checking.proven), answer if isinstance(answer, Person) else None
    event = LinkedAnswered(
        answer=answer,
        link=link,
        reach=reach_of(book, checking.subject, visit.now),
        needed=needed(person, visit.limits) if person is not None else None,
        newly=newly_linked(link, person, visit.limits, visit.now) if link and person else None,
        origin=visit.caller.origin,
        drawn=visit.drawn,
    )
    late = flow_upstream.late(checking, event, visit.now)
    return answer_step(book, visit, checking, event, checking.subject, late)


def _link(book: Book, answer: Proven | Refusal) -> Link | None:
    return None if isinstance(answer, Refusal) else book.link(answer.via.identity)
