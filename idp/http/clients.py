"""Relying parties that ask by themselves, past the browser: who proves to be one."""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from idp import events
from idp.events import Origin
from idp.http import arrival
from idp.http.programs import TOKEN_PATH
from idp.http.provider import Book, Provider, provider_of
from idp.login import purses, throttle
from idp.login.throttle import Exhausted
from idp.oidc import client_authentication, parameters
from idp.oidc.client import Client
from idp.oidc.client_authentication import UNPROVEN, Shown
from idp.oidc.errors import ClientFault, OAuthError, Refused
from idp.oidc.parameters import Unreadable

TOO_MANY = Refused(OAuthError.SLOW_DOWN, "too many attempts")


async def form(request: web.Request) -> arrival.Pairs | Refused:
    try:
        return await arrival.form(request)
    except arrival.Malformed:
        return Refused(OAuthError.INVALID_REQUEST, "send a form in UTF-8")


def shown(request: web.Request, pairs: arrival.Pairs) -> tuple[Mapping[str, str], Shown | Refused]:
    """The parameters, and who asks by them: not yet believed."""
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return {}, Refused(OAuthError.INVALID_REQUEST, f"parameter {values.name} is repeated or too long")
    authorization = request.headers.get("Authorization")
    return values, client_authentication.read(values, authorization, provider_of(request).clients)


def proven(book: Book, provider: Provider, shown: Shown, origin: Origin, now: datetime) -> Client | Refused:
    """Within one transaction. A wrong proof is counted where it was looked at; what is refused is recorded."""
    reason = _fault(book, provider, shown, origin, now)
    if reason is None and shown.client is not None:
        return shown.client
    name = (
        shown.client.id if shown.client is not None else ""
    )  # not what a stranger typed in the place of one
    book.record(
        events.TokenRefused(at=now, origin=origin, client=name, reason=reason or ClientFault.UNPROVEN)
    )
    return TOO_MANY if reason is ClientFault.MUST_WAIT else UNPROVEN


def _fault(book: Book, provider: Provider, shown: Shown, origin: Origin, now: datetime) -> ClientFault | None:
    audiences = (provider.issuer, f"{provider.issuer}{TOKEN_PATH}")
    if shown.client is None or not shown.is_guess:
        return client_authentication.fault(book, shown, audiences, now)
    mine = purses.of_client(shown.client.id, origin.address, provider.sign_in)
    if isinstance(throttle.left(book, mine, now), Exhausted):
        return ClientFault.MUST_WAIT
    reason = client_authentication.fault(book, shown, audiences, now)
    if reason is not None:
        throttle.take(
            book, mine, now
        )  # counted within the transaction that looked: guesses at once gain nothing
    return reason
