"""Where a sign-in leads: back to who asked for it, or to a page of ours that needs somebody signed in.

A relying party's request is kept with the flow as it was written, a page of ours by its address. No written
request begins with `/` (`urlencode`), so the two are never taken for each other.
"""

from datetime import datetime
from typing import assert_never

from aiohttp import web

from config.vocabulary import AuthenticationLevel
from idp.events import Origin
from idp.http import arrival, failure
from idp.http.authorize import (
    answer,
    asked_of,
    at_work,
    begin,
    in_a_page_of_its_own,
    refuse,
    send_on,
    to_client,
)
from idp.http.provider import Book, Provider, provider_of
from idp.login.book import Flow
from idp.login.drawn import new_challenge
from idp.login.handle import Handle, HandleHash
from idp.login.level import reaches
from idp.login.own_page import OwnPage, own_page
from idp.login.session import Session
from idp.login.states import AwaitingPassword
from idp.oidc import authorize as rules
from idp.oidc import grant
from idp.oidc.authorize import Refusable, Request, SignInWhy
from idp.oidc.errors import Refused
from idp.saml import asked as saml
from idp.saml.asked import BEGINS as SAML_BEGINS
from idp.saml.asked import Asked
from idp.saml.errors import Denial

Destination = Request | OwnPage | Asked

WHY = {Denial.NO_PASSIVE: SignInWhy.ASKED_ANEW, Denial.LEVEL_UNMET: SignInWhy.LEVEL_TOO_LOW}
"""What a request of SAML lacks, as one of OpenID Connect would."""


def destination_of(provider: Provider, kept: str) -> Destination | None:
    """A kept destination, read again; None for one that was taken out of the configuration meanwhile."""
    if kept.startswith(SAML_BEGINS):
        return provider.saml.read(kept, provider.clock()) if provider.saml is not None else None
    return own_page(kept) or asked_of(provider, kept)


def must_ask(
    destination: Destination, session: Session | None, asked_at: datetime, now: datetime
) -> SignInWhy | None:
    """Why `session` does not lead there; None when it does. `asked_at`: when the sign-in was begun."""
    match destination:
        case Request():
            return rules.must_ask(destination, session, asked_at, now)
        case Asked():
            why = saml.must_ask(destination, session, now)
            return None if why is None else WHY[why]
        case OwnPage(anew=anew, demanded=demanded):
            if session is None:
                return SignInWhy.NO_SESSION
            if anew and not asked_at <= session.auth_time <= now:
                return SignInWhy.ASKED_ANEW
            return None if reaches(session.level, demanded) else SignInWhy.LEVEL_TOO_LOW
        case _:
            assert_never(destination)


def asks_anew(destination: Destination) -> bool:
    """Whether what was shown before the sign-in was begun does not lead there."""
    match destination:
        case Request():
            prompted = {rules.Prompt.LOGIN, rules.Prompt.SELECT_ACCOUNT} & set(destination.prompts)
            return bool(prompted) or destination.max_age is not None
        case OwnPage(anew=anew):
            return anew
        case Asked(force=force):
            return force
        case _:
            assert_never(destination)


def login_hint(destination: Destination) -> str:
    return destination.login_hint if isinstance(destination, Request) else ""


def decided_about(provider: Provider, destination: Destination) -> bool:
    """Whether policies say who may go on there, or the person is asked first, or the answer takes more than a
    transaction.
    """
    if isinstance(destination, Asked):
        return True
    if not isinstance(destination, Request):
        return False
    client = provider.clients.get(destination.target.client)
    # one that is gone meanwhile is refused there, and people are asked for consent
    return client is None or bool(client.application) or client.outside is not None


def form_targets(destination: Destination) -> tuple[str, ...]:
    """Origins that a form of the sign-in may lead to."""
    return (arrival.site_of(destination.target.redirect_uri),) if isinstance(destination, Request) else ()


def reach(
    book: Book, destination: Destination, session: Session, code: HandleHash, origin: Origin, now: datetime
) -> None:
    """In the transaction of the sign-in: what the way on needs."""
    if isinstance(destination, Request):
        grant.issue_code(book, destination, session, code, origin, now)


def way_on(request: web.Request, destination: Destination, code: Handle) -> web.Response:
    """Where the browser goes after the sign-in; `code` was given to `reach`."""
    if isinstance(destination, Request):
        return to_client(request, destination.target, {"code": code})
    assert isinstance(destination, OwnPage), "decided about elsewhere"
    return send_on(destination.path)


async def lead_through(
    request: web.Request, page: OwnPage, demanded: AuthenticationLevel | None = None
) -> web.Response:
    """Begin the sign-in that leads to a page of ours; for a page alone, as `in_a_page_of_its_own` says why."""
    if not in_a_page_of_its_own(request):
        return failure.page_of_status(request, 400)
    return await begin(request, page.kept, AwaitingPassword(new_challenge(), demanded or page.demanded))


async def go_on(
    request: web.Request, destination: Destination, handle: HandleHash, flow: Flow
) -> web.Response | None:
    """For a browser that was signed in meanwhile in another tab: the flow is not needed any more.

    The page may have waited for long: a relying party gets its answer from facts as young as `/authorize` wants them.
    None: the session ended by them, and the sign-in goes on. A page of ours looks at them itself.
    """
    provider = provider_of(request)
    if isinstance(destination, Request):
        fresh = await at_work(provider, handle)
        if isinstance(fresh, Refused):
            return await refuse(request, Refusable(destination.target, fresh))
        return (
            await answer(request, destination, handle, flow, kept=flow.asked) if fresh is not None else None
        )
    await provider.store.transact(lambda book: book.drop_flow(flow.id))
    return send_on(f"{saml.GO}?{flow.asked}" if isinstance(destination, Asked) else destination.path)
