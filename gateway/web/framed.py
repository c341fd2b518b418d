"""A page within a page whose sign-in has ended: it says so there, and leads to a window of its own."""

from aiohttp import web

from config.vocabulary import REASON_HEADER
from gateway.authorize.problem import SIGN_IN_NEEDED
from gateway.web.desk import Desk
from idp.http.page import language_of, page_headers


def frame_page(desk: Desk, request: web.Request, to: str) -> web.Response:
    """401 that pages of the domain may frame: it holds one link and no form, so nothing can be clicked unawares.

    `to`: what the frame should show, a path of this host.
    """
    html = desk.pages.render("framed.html", language_of(request, desk.pages.default_language), here=to, to=to)
    headers = page_headers() | {REASON_HEADER: SIGN_IN_NEEDED}
    headers["X-Frame-Options"] = "SAMEORIGIN"  # for browsers without frame-ancestors; it knows no domain
    domain = desk.portal.replace("https://portal.", "https://*.", 1)
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", f"frame-ancestors 'self' {domain}"
    )
    return web.Response(text=html, status=401, content_type="text/html", headers=headers)
