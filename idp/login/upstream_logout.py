"""Another provider tells that somebody's session there is over: what it opened here ends; in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from config.vocabulary import SessionId
from idp import events
from idp.events import Actor, EndReason, Origin
from idp.login import charging, desk, throttle
from idp.login.book import Book, Flow, Limits
from idp.login.desk import Caller
from idp.login.handle import HandleHash
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword
from idp.login.throttle import Exhausted, Taken
from idp.login.upstream import SignedOut


def admit(book: Book, caller: Caller, limits: Limits, now: datetime) -> Taken | Exhausted:
    """Whoever sends anything here has us verify it: paid for by where it comes from, as an answer of a key is."""
    return charging.of_key(book, None, caller, limits, now)


def refuse(book: Book, provider: str, reason: Refusal, origin: Origin, now: datetime) -> None:
    book.record(events.UpstreamSignOutRefused(at=now, origin=origin, provider=provider, reason=reason))


def signed_out(
    book: Book,
    said: SignedOut,
    mark: HandleHash,
    forget_at: datetime,
    paid: Taken,
    origin: Origin,
    now: datetime,
) -> tuple[SessionId, ...] | Refusal:
    """The names of the sessions that ended. `mark`: of the token, which counts once."""
    if not book.spend_logout_token(mark, forget_at):
        refuse(book, said.provider, Refusal.UPSTREAM_REPLAYED, origin, now)
        return Refusal.UPSTREAM_REPLAYED
    throttle.give_back(book, paid, now)
    mine = book.sessions_by_upstream(said)
    _drop_flows(book, said, book.flows_of_people(now))
    by = Actor(f"upstream:{said.provider}", "")
    over = desk.end(book, mine, EndReason.SIGNED_OUT_ELSEWHERE, origin, now, by)
    book.record(events.UpstreamSignedOut(at=now, origin=origin, provider=said.provider, sessions=len(over)))
    return over


def _drop_flows(book: Book, said: SignedOut, flows: Iterable[Flow]) -> None:
    """By it they came so far, or would be linked with it: whose the session there was, they know alone."""
    for flow in flows:
        if not isinstance(flow.state, AwaitingPassword):
            standing = flow.state.standing
            if said.ends(standing.via) or (standing.linking is not None and said.ends(standing.linking.via)):
                book.drop_flow(flow.id)
            continue
        asking, linking = flow.state.asking, flow.state.linking
        if linking is not None and said.ends(linking.via):
            book.drop_flow(flow.id)
        elif asking is not None and said.ends(asking.via):
            book.ask_nobody(flow)  # the directory is being asked about its person just now
