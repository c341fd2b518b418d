"""`/account/authenticators`: adding, renaming and removing what the person proves the sign-in with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from config.vocabulary import REASON_HEADER, AuthenticationLevel
from idp.events import Factor, Origin
from idp.http import arrival, cookies, failure
from idp.http.account_words import SIGN_INS, WORDS, told_at
from idp.http.acting import turned_away
from idp.http.authorize import send_on
from idp.http.destination import lead_through
from idp.http.provider import Book, provider_of
from idp.http.sign_in_page import WAYS, application
from idp.http.visit import caller_of
from idp.login import desk, keys, own_authenticators
from idp.login.authenticator import Authenticator, AuthenticatorId, Credential
from idp.login.drawn import draw
from idp.login.own_authenticators import Refused, Unchanged
from idp.login.own_page import ACCOUNT, ACCOUNT_PROVEN, ACCOUNT_SIGN_INS
from idp.login.pending import Pending
from idp.login.session import Session

T = TypeVar("T")
FACTORS_BY_WAY = {WAYS[factor]: factor for factor in (Factor.ONE_TIME_CODE, Factor.KEY)}
ADD, REMOVE, PROVE = "/account/authenticators/new", "/account/authenticators/remove", "/account/prove"

Work = Callable[[Book, Session, Origin, datetime], T]


async def prove(request: web.Request) -> web.Response:
    """Through a whole sign-in and back: after it the factors are fresh. `for`: the section it is for.

    To sign out elsewhere takes no more than to sign in, which somebody with an exception does by password alone.
    """
    if request.query.get("for") == SIGN_INS:
        return await lead_through(request, ACCOUNT_SIGN_INS)
    return await lead_through(request, ACCOUNT_PROVEN, AuthenticationLevel.TWO_FACTORS)


async def add(request: web.Request) -> web.Response:
    """The page on which an authenticator is set up: `by` says of which kind."""
    return await _adding(request, request.query.get("by", ""))


async def add_application(request: web.Request) -> web.Response:
    pairs, drawn, limits = await arrival.form(request), draw(), provider_of(request).sign_in
    code, name = arrival.field(pairs, "code"), arrival.field(pairs, "name")
    done = await carried_out(
        request,
        lambda book, session, origin, now: own_authenticators.add_application(
            book, session, code, name, drawn, limits, origin, now
        ),
    )
    if isinstance(done, Refused) and done.reason in WORDS:
        return await _adding(request, WAYS[Factor.ONE_TIME_CODE], done, name)
    return answered(request, done, "added")


async def add_key(request: web.Request) -> web.Response:
    pairs, drawn, provider = await arrival.form(request), draw(), provider_of(request)
    site, limits, caller = provider.site, provider.sign_in, caller_of(request)
    response, name = arrival.field(pairs, "key"), arrival.field(pairs, "name")
    done = await carried_out(
        request,
        lambda book, session, _origin, now: own_authenticators.add_key(
            book, session, response, name, site, drawn, caller, limits, now
        ),
    )
    if isinstance(done, Refused) and done.reason in WORDS:
        return await _adding(request, WAYS[Factor.KEY], done, name)
    return answered(request, done, "added")


async def rename(request: web.Request) -> web.Response:
    pairs = await arrival.form(request)
    which, name = AuthenticatorId(arrival.field(pairs, "which")), arrival.field(pairs, "name")
    done = await carried_out(
        request,
        lambda book, session, origin, now: own_authenticators.rename(book, session, which, name, origin, now),
    )
    return answered(request, done, "renamed")


async def ask_to_remove(request: web.Request) -> web.Response:
    """The question before it is done."""
    which = AuthenticatorId(request.query.get("which", ""))

    def work(
        book: Book, session: Session, _origin: Origin, now: datetime
    ) -> Refused | tuple[Session, Authenticator]:
        found = own_authenticators.removable(book, session, which, now)
        return found if isinstance(found, Refused) else (session, found)

    done = await carried_out(request, work)
    if done is None or isinstance(done, Refused | web.Response):
        return answered(request, done, "")
    provider, (session, found) = provider_of(request), done
    return provider.pages.respond(
        request, "account_remove.html", who=session.person, start=provider.start, one=found
    )


async def remove(request: web.Request) -> web.Response:
    which = AuthenticatorId(arrival.field(await arrival.form(request), "which"))
    done = await carried_out(
        request,
        lambda book, session, origin, now: own_authenticators.remove(book, session, which, origin, now),
    )
    return answered(request, done, "removed")


async def _adding(
    request: web.Request, way: str, refused: Refused | None = None, name: str = ""
) -> web.Response:
    """`name`: as it was typed for the authenticator, so that nobody types it again."""
    factor, drawn, provider = FACTORS_BY_WAY.get(way), draw(), provider_of(request)
    if factor is None:
        return failure.page_of_status(request, 404)

    def work(
        book: Book, session: Session, _origin: Origin, now: datetime
    ) -> Refused | tuple[Session, Pending, list[Credential]]:
        pending = own_authenticators.prepare(book, session, factor, drawn, now)
        if isinstance(pending, Refused):
            return pending
        held = [one.means for one in book.authenticators(session.person.subject)]
        return session, pending, [means for means in held if isinstance(means, Credential)]

    done = await carried_out(request, work)
    if done is None or isinstance(done, Refused | web.Response):
        return answered(request, done, "")
    session, pending, held = done
    person, more = session.person, dict[str, Any]()
    if factor is Factor.KEY:
        more["options"] = keys.creation_options(
            provider.site, pending.challenge, person.subject, person.login, person.name, held
        )
    else:
        more = application(provider.office, person.login, pending.secret)
    response = provider.pages.respond(
        request,
        "account_add_key.html" if factor is Factor.KEY else "account_add.html",
        status=200 if refused is None else 422,
        scripts=factor is Factor.KEY,
        message=WORDS[refused.reason] if refused is not None else "",
        action="",
        name=name,
        who=person,
        start=provider.start,
        **more,
    )
    if refused is not None:
        response.headers[REASON_HEADER] = refused.reason
    return response


async def carried_out(request: web.Request, work: Work[T]) -> T | web.Response | None:
    """One transaction with the live session, by facts that were just read; None where there is no session."""
    if (answer := await turned_away(request, just_read=True)) is not None:
        return answer
    provider, origin = provider_of(request), arrival.origin_of(request)
    handle, now = cookies.read_hashed(request, cookies.SSO), provider.clock()

    def transaction(book: Book) -> T | None:
        session = desk.live(book, handle, provider.sign_in, now) if handle is not None else None
        if session is None:
            return None
        return work(book, desk.touch(book, session, provider.sign_in, now), origin, now)

    return await provider.store.transact(transaction)


def answered(request: web.Request, done: object, success: str) -> web.Response:
    """Back to the page, which says what was done or why not; through the sign-in where a proof is missing."""
    if done is None:
        return send_on(ACCOUNT.path)
    if isinstance(done, web.Response):
        return done
    if not isinstance(done, Refused):
        return send_on(told_at(success))
    stale = done.reason is Unchanged.PROOF_TOO_OLD and request.method == "GET"
    response = send_on(PROVE if stale else told_at(done.reason))
    response.headers[REASON_HEADER] = done.reason
    return response


PAGES = {ADD: add, REMOVE: ask_to_remove, PROVE: prove}
FORMS: Mapping[str, Callable[[web.Request], Any]] = {
    "/account/authenticators/application": add_application,
    "/account/authenticators/key": add_key,
    "/account/authenticators/rename": rename,
    "/account/authenticators/remove/now": remove,
}
