"""What a person answers to the page that asks for consent."""

from dataclasses import replace

from aiohttp import web

from idp.http import arrival, cookies, failure
from idp.http.authorize import answer, asked_of, at_work, refuse
from idp.http.provider import Book, provider_of
from idp.login import desk
from idp.login.handle import HandleHash
from idp.oidc import consent
from idp.oidc.authorize import REFUSALS, Refusable, Request, SignInWhy
from idp.oidc.errors import Refused

PATH = "/consent"
AGREED = "agree"


async def decide(request: web.Request) -> web.Response:
    """The request is read again, and nothing of it believed that was not registered."""
    provider, pairs = provider_of(request), await arrival.form(request)
    kept = arrival.field(pairs, "request")
    asked = asked_of(provider, kept)
    if asked is None:
        return failure.start_again(request)
    handle = cookies.read_hashed(request, cookies.SSO)
    session = await at_work(provider, handle)
    if session is None or handle is None:
        session = REFUSALS[SignInWhy.NO_SESSION]
    if isinstance(session, Refused) or handle is None:
        assert isinstance(session, Refused)
        return await refuse(request, Refusable(asked.target, session))
    if arrival.field(pairs, "session") != session.sid:  # somebody else signed in meanwhile: they are asked
        return await answer(request, asked, handle, kept=kept)
    agrees = arrival.field(pairs, "decision") == AGREED
    return await _decided(request, asked, handle, kept, agrees=agrees)


async def _decided(
    request: web.Request, asked: Request, handle: HandleHash, kept: str, *, agrees: bool
) -> web.Response:
    provider = provider_of(request)
    now, origin = provider.clock(), arrival.origin_of(request)

    def work(book: Book) -> None:
        session = desk.live(book, handle, provider.sign_in, now)
        if session is not None:
            (consent.give if agrees else consent.refuse)(book, asked, session, origin, now)

    await provider.store.transact(work)
    if not agrees:
        return await refuse(request, Refusable(asked.target, consent.NOT_GIVEN))
    # what asked anew was satisfied before the page was shown
    return await answer(request, replace(asked, prompts=(), max_age=None), handle, kept=kept)
