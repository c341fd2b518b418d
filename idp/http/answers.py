"""Answers to programs: JSON that nobody keeps, and errors as OAuth has them."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http.security_headers import TRANSPORT_HEADERS
from idp.oidc import token
from idp.oidc.errors import Refused

NOT_KEPT = {**TRANSPORT_HEADERS, "Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1


def json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response(dict(body), status=status, headers={**NOT_KEPT, **(headers or {})})


def refused(why: Refused, request: web.Request) -> web.Response:
    """RFC 6749 §5.2."""
    status = why.status or token.STATUS.get(why.error, 400)
    asked_by_header = status == 401 and "Authorization" in request.headers
    challenge = {"WWW-Authenticate": 'Basic realm="brana"'} if asked_by_header else {}
    body = {"error": why.error, "error_description": why.description}
    return json(body, status, {REASON_HEADER: why.error, **challenge})
