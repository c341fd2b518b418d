"""Whoever does something at "my account" does it by facts that are young enough, or not at all."""

from datetime import timedelta

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http import cookies, failure
from idp.http.authorize import at_work, send_on
from idp.http.provider import provider_of
from idp.login.own_page import ACCOUNT
from idp.login.session import end_due
from idp.oidc.errors import Refused

JUST_READ = timedelta(seconds=5)  # a session that was opened by this very click


async def turned_away(
    request: web.Request, *, back: str = ACCOUNT.path, only_ends: bool = False, just_read: bool = False
) -> web.Response | None:
    """The answer where nothing may be done, with its reason; None where the session goes on, or none ever was.

    `only_ends`: what takes away from the person alone needs no directory. A page without a session (GET) leads through
    a sign-in and is not answered here; a form is, by `back`, which does. `just_read`: what may stay in somebody's hands
    for good is done by what the directory says now.
    """
    provider, handle = provider_of(request), cookies.read_hashed(request, cookies.SSO)
    session = await at_work(provider, handle, JUST_READ if just_read else None)
    if isinstance(session, Refused):
        return None if only_ends else failure.page_of_status(request, 503)
    if session is not None or handle is None or request.method == "GET":
        return None
    ended = await provider.store.look(lambda book: book.session_of(handle))
    over = end_due(ended, provider.clock(), provider.sign_in) if ended is not None else None
    if over is None:
        return None
    response = send_on(back)
    response.headers[REASON_HEADER] = over
    return response
