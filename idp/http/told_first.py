"""What a person is told on a page of its own after a sign-in, before the way goes on: a new password was chosen, or a
recovery code spent.

What asked for the sign-in may be any application, and no other page would say it. The page leads to the request as
it was written, without what a sign-in that has just been completed satisfies.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from config.vocabulary import SubjectId
from idp.http import cookies
from idp.http.account_words import told_at
from idp.http.authorize import send_on, signed_in
from idp.http.provider import provider_of
from idp.login.facts import recent
from idp.login.handle import new_handle
from idp.login.own_page import PASSWORD, own_page
from idp.login.session import Session
from idp.oidc import pushed
from idp.oidc.authorize import Prompt
from idp.oidc.client import Client
from idp.saml.asked import BEGINS as SAML_BEGINS
from idp.saml.asked import GO as SAML

PASSWORD_CHANGED, CODE_USED = "/sign-in/password-changed", "/sign-in/recovery-code-used"
TOLD_WITHIN = timedelta(minutes=5)  # afterwards a link to the page would tell what nobody did
SATISFIED = frozenset({"prompt", "max_age"})  # OpenID Connect Core 1.0 §3.1.2.1
OURS = frozenset({"lang"})


def to_follow(book: pushed.Book, kept: str, client: Client, now: datetime) -> str:
    """`kept` for such a page, which leads on by a link; a name stands for it without what the sign-in satisfied."""
    left = pushed.satisfied(kept, TOLD_WITHIN)
    held = pushed.held(book, left, client, new_handle(), now, TOLD_WITHIN)
    return kept if held == left else held


def of_the_password(kept: str) -> str:
    """Where the browser goes after such a sign-in. `kept`: where it leads, as of `Flow.asked`."""
    if own_page(kept) is not None:  # my account says so by itself
        return told_at("password-changed")
    return f"{PASSWORD_CHANGED}?{kept}"


def of_the_code(kept: str) -> str:
    """The same of a recovery code; empty: at once to where the sign-in leads."""
    if kept == PASSWORD.kept:  # whoever is about to change the password is not led away
        return ""
    return told_at("recovery-code-used") if own_page(kept) is not None else f"{CODE_USED}?{kept}"


async def password_changed(request: web.Request) -> web.Response:
    return await _page(request, "password_changed.html", lambda session: session.password_changed_at)


async def code_used(request: web.Request) -> web.Response:
    return await _page(request, "recovery_code_used.html", lambda session: session.recovery_code_used_at)


async def _page(
    request: web.Request, template: str, happened: Callable[[Session], datetime | None]
) -> web.Response:
    """Only in a session that was opened by what the page tells, and just now: anybody can give out a link to it.

    Elsewhere the way goes on with the request as written.
    """
    provider = provider_of(request)
    session = await signed_in(provider, cookies.read_hashed(request, cookies.SSO))
    at = happened(session) if session is not None else None
    if session is None or at is None or not recent(at, provider.clock(), TOLD_WITHIN):
        return send_on(_onward(request, without=OURS))
    onward = _onward(request, without=SATISFIED | OURS)
    subject: SubjectId = session.person.subject
    left = await provider.store.look(lambda book: book.recovery_codes_left(subject))
    return provider.pages.respond(request, template, onward=onward, codes_left=left)


def to_be_decided(kept: str) -> str:
    """Back to the request, which the sign-in satisfies: policies decide there whether its person may go on."""
    return _request(kept, SATISFIED)


def _onward(request: web.Request, without: Collection[str]) -> str:
    return _request(request.query_string, without)


def _request(query: str, without: Collection[str]) -> str:
    asked = parse_qsl(query, keep_blank_values=True)
    left = [pair for pair in asked if pair[0] not in without]
    consent = any(name == "prompt" and Prompt.CONSENT in words.split() for name, words in asked)
    if consent and "prompt" in without:  # that no sign-in satisfies
        left.append(("prompt", Prompt.CONSENT))
    back = SAML if query.startswith(SAML_BEGINS) else "/authorize"
    return f"{back}?{urlencode(left)}"


PAGES = {PASSWORD_CHANGED: password_changed, CODE_USED: code_used}
