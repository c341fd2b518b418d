"""Nobody signs in, or does anything at an account, in a browser whose device an officer has suspended.

Told before anything is asked: the page names no account. What is under way there goes no further (`conduct.current`).
"""

from aiohttp import web
from aiohttp.typedefs import Handler

from idp import events
from idp.http import arrival, failure
from idp.http.provider import provider_of
from idp.http.words import TELLINGS
from idp.login.refusal import Refusal, Told

SHUT = ("/authorize", "/sign-in", "/account", "/recovery", "/saml/sso", "/saml/go")
"""Signing out stays possible."""


@web.middleware
async def suspended_devices(request: web.Request, handler: Handler) -> web.StreamResponse:
    origin = arrival.origin_of(request)
    if not origin.device or not request.path.startswith(SHUT):
        return await handler(request)
    provider = provider_of(request)
    now = provider.clock()
    if not await provider.store.look(lambda book: book.device_suspended(origin.device, now)):
        return await handler(request)
    refused = events.SignInNotBegun(at=now, origin=origin, client="", reason=Refusal.DEVICE_SUSPENDED)
    await provider.store.transact(lambda book: book.record(refused))
    telling = TELLINGS[Told.DEVICE_SUSPENDED]
    return failure.page(request, telling.status, telling.message, Told.DEVICE_SUSPENDED)
