"""Pages for what went wrong, and the middlewares that show them."""

import logging
from math import ceil

from aiohttp import web
from aiohttp.typedefs import Handler

from config.vocabulary import REASON_HEADER
from idp.http.arrival import Malformed, from_own_page
from idp.http.provider import provider_of
from idp.http.words import CROWDS, NOTHING_KEPT, STATUS_REASONS, STATUS_WORDS, TELLINGS
from idp.login.crowd import Crowded
from idp.login.refusal import Told

log = logging.getLogger(__name__)

OWN_FORMS = ("/sign-in", "/logout/confirm", "/account", "/consent", "/recovery", "/device/")
"""Addresses whose POST must come from our own page."""


def page(request: web.Request, status: int, message: str, reason: str) -> web.Response:
    """`reason` is for the log; like the page it tells nobody whether an account exists."""
    provider = provider_of(request)
    response = provider.pages.respond(
        request,
        "error.html",
        status=status,
        message=message,
        start=provider.start,
        request_id=request.headers.get("x-request-id", "")[:64],
    )
    response.headers[REASON_HEADER] = reason
    return response


def page_of_status(request: web.Request, status: int) -> web.Response:
    known = status if status in STATUS_WORDS else 400
    return page(request, status, STATUS_WORDS[known], STATUS_REASONS[known])


def crowded(request: web.Request, crowd: Crowded) -> web.Response:
    """No sign-in is begun now."""
    telling, wait = CROWDS[crowd.reason], crowd.until - provider_of(request).clock()
    response = page(request, telling.status, telling.message, crowd.reason)
    response.headers["Retry-After"] = str(max(1, ceil(wait.total_seconds())))
    return response


def start_again(request: web.Request) -> web.Response:
    """Nothing went wrong: a sign-in was left open for longer than one may take, or went on elsewhere."""
    provider, telling = provider_of(request), TELLINGS[Told.START_AGAIN]
    response = provider.pages.respond(
        request,
        "start_again.html",
        status=telling.status,
        message=telling.message,
        minutes=max(1, round(provider.sign_in.flow_lifetime.total_seconds() / 60)),
        start=provider.start,
    )
    response.headers[REASON_HEADER] = Told.START_AGAIN
    return response


@web.middleware
async def failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every failure with a page that says what to do, and with nothing of what happened inside."""
    try:
        return await handler(request)
    except Malformed:
        return page_of_status(request, 400)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return page_of_status(request, error.status)
    except Exception as error:
        if isinstance(error, provider_of(request).store_errors):
            log.error("%s %s: %s", request.method, request.path, error)  # noqa: TRY400 - it says itself what it is
            return page(request, 503, NOTHING_KEPT, "gateway_unavailable")
        log.exception("%s %s failed", request.method, request.path)
        return page_of_status(request, 500)


@web.middleware
async def own_forms(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Forms of ours are taken from our pages alone: nobody is signed in or out by a stranger's page."""
    guarded = request.method not in {"GET", "HEAD"} and request.path.startswith(OWN_FORMS)
    if guarded and not from_own_page(request, provider_of(request).issuer):
        return page_of_status(request, 403)
    return await handler(request)
