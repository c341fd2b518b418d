"""`/account/recovery-codes`: new recovery codes in place of the earlier ones, after a question, and shown once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.events import Origin
from idp.http import arrival
from idp.http.account_factors import answered, carried_out
from idp.http.account_words import ASKING, UNCHANGED
from idp.http.authorize import send_on
from idp.http.provider import Book, provider_of
from idp.login import own_authenticators
from idp.login.authenticator import Newly
from idp.login.drawn import draw
from idp.login.own_authenticators import Refused, Unchanged
from idp.login.session import Session
from idp.login.spoken_code import written
from idp.login.trust import newly

CODES = "/account/recovery-codes"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What there is before new ones are made."""

    session: Session
    left: int
    mark: str
    """Goes with the form: it makes new codes in place of these, and of no others."""
    stopped: Refused | None
    """Why this session makes no new ones."""


async def ask(request: web.Request) -> web.Response:
    """The question before earlier codes end; and where a reload of the codes leads, or a switch of the language."""

    def work(book: Book, session: Session, _origin: Origin, now: datetime) -> _Kept:
        whose, stopped = session.person.subject, own_authenticators.unfit(session, now)
        left, mark = book.recovery_codes_left(whose), book.recovery_codes_mark(whose)
        return _Kept(session, left, mark, stopped)

    done = await carried_out(request, work)
    if not isinstance(done, _Kept):
        return answered(request, done, "")
    provider, stopped = provider_of(request), done.stopped
    return provider.pages.respond(
        request,
        "account_new_codes.html",
        who=done.session.person,
        start=provider.start,
        left=done.left,
        mark=done.mark,
        stale=stopped is not None and stopped.reason is Unchanged.PROOF_TOO_OLD,
        why_not=UNCHANGED[stopped.reason] if stopped is not None else "",
        ask=stopped is not None and stopped.reason in ASKING,
    )


async def renew(request: web.Request) -> web.Response:
    """They are on this answer and nowhere else ever again: the same form sent once more makes no others."""
    instead_of = arrival.field(await arrival.form(request), "instead_of")
    drawn, limits = draw(), provider_of(request).sign_in

    def work(
        book: Book, session: Session, origin: Origin, now: datetime
    ) -> Refused | tuple[Session, Newly | None]:
        refused = own_authenticators.renew_recovery_codes(
            book, session, instead_of, drawn, limits, origin, now
        )
        return refused or (session, newly(session, limits, now))

    done = await carried_out(request, work)
    if isinstance(done, Refused) and done.reason is Unchanged.CODES_MADE_ALREADY:
        response = send_on(CODES)
        response.headers[REASON_HEADER] = done.reason
        return response
    if done is None or isinstance(done, Refused | web.Response):
        return answered(request, done, "")
    provider, (session, new) = provider_of(request), done
    return provider.pages.respond(
        request,
        "account_codes.html",
        scripts=True,
        who=session.person,
        start=provider.start,
        codes=[written(code) for code in drawn.codes],
        made_at=provider.clock(),
        new=new,
    )


PAGES: Mapping[str, Callable[[web.Request], Any]] = {CODES: ask}
FORMS: Mapping[str, Callable[[web.Request], Any]] = {CODES: renew}
