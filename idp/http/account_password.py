"""`/account/password`: a new password of somebody who is signed in, changed in the directory."""

from dataclasses import replace
from datetime import datetime

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http import arrival, cookies
from idp.http.account_words import OF_PASSWORD, told_at
from idp.http.acting import turned_away
from idp.http.authorize import send_on
from idp.http.destination import lead_through
from idp.http.new_password import known_words, refusal_of
from idp.http.provider import Book, provider_of
from idp.http.sign_in_page import minutes
from idp.http.visit import caller_of
from idp.http.words import TELLINGS, Telling
from idp.login import desk, own_password
from idp.login.book import Limits
from idp.login.charging import Rules
from idp.login.drawn import draw
from idp.login.effects import ChangePassword, Tell
from idp.login.handle import HandleHash, hashed, new_handle
from idp.login.own_page import PASSWORD
from idp.login.own_password import Visit
from idp.login.password import shortest_of
from idp.login.progress import Progress
from idp.login.refusal import TOLD, Refusal, Told
from idp.login.session import Session
from idp.login.states import ChangingPassword

CHANGE = f"{PASSWORD.path}/change"


async def show(request: web.Request) -> web.Response:
    """Whoever is not signed in is led through a sign-in and back."""
    if (answer := await turned_away(request)) is not None:
        return answer
    provider, now = provider_of(request), provider_of(request).clock()
    handle = cookies.read_hashed(request, cookies.SSO)
    session = await provider.store.transact(lambda book: _at_work(book, handle, provider.sign_in, now))
    return await lead_through(request, PASSWORD) if session is None else _page(request, session, None)


async def change(request: web.Request) -> web.Response:
    if (answer := await turned_away(request, back=PASSWORD.path)) is not None:
        return answer
    pairs, provider = await arrival.form(request), provider_of(request)
    old, new, again = (arrival.field(pairs, name) for name in ("old", "new", "again"))
    handle, given = cookies.read_hashed(request, cookies.SSO), new_handle()
    visit = Visit(caller_of(request), Rules(provider.sign_in, provider.lockout()), draw(), provider.clock())

    def first(book: Book) -> tuple[Session, Progress] | None:
        session = _at_work(book, handle, provider.sign_in, visit.now)
        if session is None:
            return None
        known = known_words(provider, session.person)
        return session, own_password.enter(book, session, visit, old, new, again, known)

    begun = await provider.store.transact(first)
    if begun is None:
        return send_on(PASSWORD.path)
    session, progress = begun
    ask, changing = progress.ask, progress.checking
    if isinstance(ask, ChangePassword) and isinstance(changing, ChangingPassword):
        refusal, fresh = await refusal_of(provider, ask), hashed(given)
        answered = replace(visit, now=provider.clock())
        progress = await provider.store.transact(
            lambda book: own_password.answer(book, session.sid, answered, changing, refusal, fresh)
        )
    if progress.ended:
        await provider.on_ended(progress.ended)
    told = progress.told
    response = send_on(told_at("password-changed")) if told is None else _page(request, session, told)
    if progress.session is not None:
        cookies.give(response, cookies.SSO, given)
    return response


def _at_work(book: Book, handle: HandleHash | None, limits: Limits, now: datetime) -> Session | None:
    session = desk.live(book, handle, limits, now) if handle is not None else None
    return None if session is None else desk.touch(book, session, limits, now)


def _page(request: web.Request, session: Session, told: Tell | None) -> web.Response:
    provider = provider_of(request)
    telling = _telling(told.reason) if told is not None else None
    until = told.until if told is not None else None
    wait = minutes(until, provider.clock()) if until is not None else 0
    response = provider.pages.respond(
        request,
        "account_password.html",
        status=telling.status if telling is not None else 200,
        who=session.person,
        start=provider.start,
        scripts=True,
        username=session.person.login,
        shortest=shortest_of(session.person),
        possible=own_password.is_possible(session)
        and (told is None or TOLD[told.reason] is not Told.CHANGE_NOT_POSSIBLE),
        address=CHANGE,
        message=telling.message if telling is not None else "",
        ask=telling is not None and telling.ask,
        wrong_field=telling.field if telling is not None else "",
        wait=wait,
    )
    if told is not None:
        response.headers[REASON_HEADER] = told.reason
    if until is not None:
        response.headers["Retry-After"] = str(wait * 60)
    return response


def _telling(reason: Refusal) -> Telling:
    return OF_PASSWORD.get(reason) or TELLINGS[TOLD[reason]]


PAGES = {PASSWORD.path: show}
FORMS = {CHANGE: change}
