"""Signing out with another provider: what it tells us of sessions that ended there, and the way to sign out there."""

import logging

from aiohttp import web

from idp.broker.refused import UpstreamRefused
from idp.http import arrival, failure
from idp.http.authorize import send_on
from idp.http.page import language_of
from idp.http.provider import Provider, UpstreamDoor, provider_of
from idp.http.visit import caller_of
from idp.login import upstream_logout
from idp.login.handle import HandleHash
from idp.login.refusal import Refusal
from idp.login.throttle import Exhausted
from idp.login.upstream import Via

log = logging.getLogger(__name__)

BACKCHANNEL = "/upstream/{name}/backchannel"
WAY_OUT, SIGNED_OUT = "/upstream/{name}/sign-out", "/upstream/{name}/signed-out"
NOT_KEPT = {"Cache-Control": "no-store"}  # Back-Channel Logout 1.0 §2.8


async def hear(request: web.Request) -> web.Response:
    """Back-Channel Logout 1.0 §2.5: from the provider itself, without a browser."""
    provider, name = provider_of(request), request.match_info["name"]
    door = provider.upstreams.get(name)
    if door is None:
        return failure.page_of_status(request, 404)
    token = arrival.field(await arrival.form(request), "logout_token")
    caller, now, limits = caller_of(request), provider.clock(), provider.sign_in
    paid = await provider.store.transact(lambda book: upstream_logout.admit(book, caller, limits, now))
    if isinstance(paid, Exhausted):
        return web.json_response({"error": "temporarily_unavailable"}, status=429, headers=NOT_KEPT)
    try:
        told = await door.told(token, provider.clock)
    except UpstreamRefused as refused:
        reason = refused.reason
        log.warning("sign-out told by %s: %s", name, refused)
        await provider.store.transact(
            lambda book: upstream_logout.refuse(book, name, reason, caller.origin, now)
        )
        return _refused()
    mark, now = HandleHash(told.mark), provider.clock()
    over = await provider.store.transact(
        lambda book: upstream_logout.signed_out(
            book, told.said, mark, told.forget_at, paid, caller.origin, now
        )
    )
    if isinstance(over, Refusal):
        return _refused()
    if over:
        await provider.on_ended(over)
    return web.Response(status=200, headers=NOT_KEPT)


async def leave(request: web.Request) -> web.Response:
    """The person, who is signed out here, signs out there too; the provider asks whether that is meant."""
    provider, name = provider_of(request), request.match_info["name"]
    door = provider.upstreams.get(name)
    if door is None:
        return failure.page_of_status(request, 404)
    address = await _way_out(request, provider, door)
    return send_on(address) if address is not None else await left(request)


async def left(request: web.Request) -> web.Response:
    """Back from there."""
    provider = provider_of(request)
    return provider.pages.respond(
        request, "signed_out.html", start=provider.start, everywhere=False, elsewhere=None, onward=None
    )


async def elsewhere(request: web.Request, via: Via | None) -> tuple[str, str] | None:
    """Title of the provider by which a session was opened that is over, and the address that leads out of it."""
    provider = provider_of(request)
    door = provider.upstreams.get(via.provider) if via is not None else None
    if door is None or await _way_out(request, provider, door) is None:
        return None
    title = door.title.in_language(language_of(request, provider.pages.default_language))
    return title, WAY_OUT.format(name=door.upstream.name)


async def _way_out(request: web.Request, provider: Provider, door: UpstreamDoor) -> str | None:
    back = provider.issuer + SIGNED_OUT.format(name=door.upstream.name)
    language = language_of(request, provider.pages.default_language)
    try:
        return await door.way_out(back, language.value)
    except UpstreamRefused as refused:
        log.warning("sign-out at %s: %s", door.upstream.name, refused)
        return None


def _refused() -> web.Response:
    return web.json_response({"error": "invalid_request"}, status=400, headers=NOT_KEPT)
