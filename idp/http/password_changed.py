"""A new password was chosen at the sign-in: the person is told so on a page of its own, before the way goes on.

What asked for the sign-in may be any application, and no other page would say it. The page leads to the request as
it was written, without what a sign-in that has just been completed satisfies.
"""

from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from idp.http import cookies
from idp.http.account_words import told_at
from idp.http.authorize import send_on, signed_in
from idp.http.provider import provider_of
from idp.login.own_page import OWN_PAGES

ADDRESS = "/sign-in/password-changed"
SATISFIED = frozenset({"prompt", "max_age"})  # OpenID Connect Core 1.0 §3.1.2.1
OURS = frozenset({"lang"})


def told_first(kept: str) -> str:
    """Where the browser goes after such a sign-in. `kept`: where it leads, as of `Flow.asked`."""
    if kept in OWN_PAGES:  # my account says so by itself
        return told_at("password-changed")
    return f"{ADDRESS}?{kept}"


async def show(request: web.Request) -> web.Response:
    provider = provider_of(request)
    asked = parse_qsl(request.query_string, keep_blank_values=True)
    onward = "/authorize?" + urlencode([pair for pair in asked if pair[0] not in SATISFIED | OURS])
    if await signed_in(provider, cookies.read_hashed(request, cookies.SSO)) is None:
        return send_on(onward)
    return provider.pages.respond(request, "password_changed.html", onward=onward)
