"""What every request passes before a handler: same origin for what changes something, and no bare error."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.authorize.asker import from_our_page
from gateway.web.desk import Desk, NotIdentified, Refused, request_id_of
from gateway.web.refusal import (
    GATEWAY_UNAVAILABLE,
    NOT_FROM_OUR_PAGE,
    OUR_FAULT,
    PAGE_UNKNOWN,
    SIGN_IN_NEEDED,
    TOO_LARGE,
)
from idp.http.page import SECURITY_HEADERS

SAFE_METHODS = frozenset({"GET", "HEAD"})

REFUSALS_BY_STATUS = {404: PAGE_UNKNOWN, 405: PAGE_UNKNOWN, 421: PAGE_UNKNOWN, 413: TOO_LARGE}

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_guard(desk: Desk, log: structlog.typing.FilteringBoundLogger) -> Middleware:
    """Middleware that refuses foreign POSTs and turns every error into a page that says what to do."""

    @web.middleware
    async def guard(request: web.Request, handler: Next) -> web.StreamResponse:
        response = await _answer(request, handler)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    async def _answer(request: web.Request, handler: Next) -> web.StreamResponse:
        if request.method not in SAFE_METHODS and not from_our_page(request.headers, request.host):
            return desk.refuse(request, NOT_FROM_OUR_PAGE, 403)
        try:
            return await handler(request)
        except Refused as refused:
            return desk.refuse(request, refused.refusal, refused.status, again=refused.again)
        except NotIdentified as refused:
            log.warning("web.not_identified", cause=str(refused), request_id=request_id_of(request))
            return desk.refuse(request, SIGN_IN_NEEDED, 401, again="/")
        except web.HTTPException as error:
            if error.status not in REFUSALS_BY_STATUS:
                raise
            return desk.refuse(request, REFUSALS_BY_STATUS[error.status], error.status)
        except Exception as error:  # noqa: BLE001 - the person gets a page and a number, the log the rest
            return _failed(desk, log, request, error)

    return guard


def _failed(
    desk: Desk, log: structlog.typing.FilteringBoundLogger, request: web.Request, error: Exception
) -> web.StreamResponse:
    if isinstance(error, desk.state_errors):
        log.error("web.state_unavailable", cause=str(error), request_id=request_id_of(request))
        return desk.refuse(request, GATEWAY_UNAVAILABLE, 503, again="/")
    log.error("web.failed", path=request.path, request_id=request_id_of(request), exc_info=error)
    return desk.refuse(request, OUR_FAULT, 500, again="/")
