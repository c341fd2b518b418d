"""What a request brings: parameters, where it came from, whether our own page sent it."""

import re
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from idp.events import Origin
from idp.http import cookies
from idp.oidc.parameters import COUNT

BODY_MAX = 16 * 1024  # bytes; the longest honest form carries an id token of about 1.2 kB
FORM = "application/x-www-form-urlencoded"
SOURCE_PATH = re.compile(r"(/[A-Za-z0-9._~%-]*)*")
HEADER_MAX = 200  # characters kept of a header that goes into the log

Pairs = list[tuple[str, str]]


class Malformed(Exception):
    """The parameters cannot be read: wrong content type, not UTF-8, or too many."""


def origin_of(request: web.Request) -> Origin:
    """Headers the data plane sets after it has removed the client's own, and the browser's name."""
    return Origin(
        address=request.headers.get("x-brana-client-address", "")[:64],
        request_id=request.headers.get("x-request-id", "")[:64],
        user_agent=request.headers.get("User-Agent", "")[:HEADER_MAX],
        device=cookies.device(request),
    )


def query(request: web.Request) -> Pairs:
    return _pairs(request.rel_url.raw_query_string)


async def form(request: web.Request, most: int = COUNT) -> Pairs:
    """`most`: fields."""
    if request.content_type != FORM:
        raise Malformed
    try:
        text = (await request.read()).decode("ascii")
    except UnicodeDecodeError as error:
        raise Malformed from error
    return _pairs(text, most)


async def parameters(request: web.Request) -> Pairs:
    """Of a GET in the query, of a POST in the body (OpenID Connect Core 1.0 §3.1.2.1)."""
    return query(request) if request.method == "GET" else await form(request)


def _pairs(text: str, most: int = COUNT) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError as error:
        raise Malformed from error


def field(pairs: Pairs, name: str) -> str:
    """Value of a form's field; empty when it is missing or sent twice."""
    values = [value for other, value in pairs if other == name]
    return values[0] if len(values) == 1 else ""


def from_own_page(request: web.Request, issuer: str) -> bool:
    """Whether our own page sent this form (sign-in CSRF). A browser that says neither is refused."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == issuer


def led_here_by_us(request: web.Request) -> bool:
    """Whether a page of ours leads to this one, so that what its address says was done may be told.

    A link of somebody else's would else tell what nobody did. A browser that does not say (Fetch Metadata) is believed.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def site_of(address: str) -> str:
    """Origin of a verified redirect address, for the page's `form-action`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def form_address(address: str) -> str:
    """A verified redirect address for the page's `form-action`, where all of it may stand there (CSP Level 3 §2.3.1);
    else its origin. The query is no part of what browsers compare.
    """
    path = urlsplit(address).path
    return site_of(address) + (path if SOURCE_PATH.fullmatch(path) else "")
