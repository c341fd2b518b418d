"""What a person answers to the page that asks for consent."""

from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from idp.http import arrival, cookies, failure
from idp.http.asked import counted
from idp.http.authorize import answer, asked_of, at_work, refuse
from idp.http.provider import Book, provider_of
from idp.login import desk
from idp.login.handle import HandleHash
from idp.oidc import authorize as rules
from idp.oidc import consent
from idp.oidc.authorize import REFUSALS, Prompt, Refusable, Request, SignInWhy
from idp.oidc.errors import Refused, RequestFault

PATH = "/consent"
AGREED = "agree"


async def decide(request: web.Request) -> web.Response:
    """The request is read again, and nothing of it believed that was not registered. The page carries it without what
    was satisfied before it was shown: whoever sends another one here is asked as at `/authorize`.
    """
    provider, pairs = provider_of(request), await arrival.form(request)
    counting = await counted(provider, parse_qsl(arrival.field(pairs, "request"), keep_blank_values=True))
    kept = "" if isinstance(counting, RequestFault) else rules.kept(dict(counting))
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
    now, client = provider.clock(), provider.clients.get(asked.target.client)
    if (why := rules.must_ask(asked, session, now, now)) is not None:
        return await refuse(request, Refusable(asked.target, REFUSALS[why]))
    if arrival.field(pairs, "session") != session.sid:  # somebody else signed in meanwhile: they are asked
        return await answer(request, replace(asked, prompts=(Prompt.CONSENT,)), handle, kept=kept)
    if client is None or client.outside is None:  # nobody is asked about it
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
    return await answer(request, asked, handle, kept=kept)
