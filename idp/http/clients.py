"""Relying parties that ask by themselves, past the browser: who proves to be one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from idp import events
from idp.events import Origin
from idp.http import arrival, holding
from idp.http.programs import TOKEN_PATH
from idp.http.provider import Book, Provider, provider_of
from idp.login import purses, throttle
from idp.login.throttle import Exhausted
from idp.oidc import client_authentication, parameters
from idp.oidc.client import Client, Method
from idp.oidc.client_authentication import UNPROVEN, Shown
from idp.oidc.discovery import PAR_PATH
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
    provider = provider_of(request)
    shown = client_authentication.read(values, authorization, provider.clients)
    if isinstance(shown, Refused):
        return values, shown
    return values, replace(shown, certificate=holding.certificate(request, provider))


RecordRefused = Callable[[str, str], events.TokenRefused | events.ClientRefused]
"""Client and reason to what is recorded."""


def proven(
    book: Book,
    provider: Provider,
    shown: Shown,
    origin: Origin,
    now: datetime,
    happened: RecordRefused | None = None,
) -> Client | Refused:
    """Within one transaction. A wrong proof is counted where it was looked at; what is refused is recorded: as a token
    that was refused, or as `happened` says.
    """
    reason, client = fault(book, provider, shown, origin, now), shown.client
    if reason is None and client is not None:
        return client
    name = client.id if client is not None else ""  # not what a stranger typed in the place of one
    if reason is not ClientFault.MUST_WAIT and client is not None and shown.is_guess:
        # in the transaction that looked: guessing at once gains nothing
        throttle.take(book, purses.of_client(client.id, origin.address, provider.sign_in), now)
    why = reason or ClientFault.UNPROVEN
    if happened is not None:
        book.record(happened(name, why))
    else:
        book.record(events.TokenRefused(at=now, origin=origin, client=name, reason=why))
    return TOO_MANY if reason is ClientFault.MUST_WAIT else UNPROVEN


def fault(book: Book, provider: Provider, shown: Shown, origin: Origin, now: datetime) -> ClientFault | None:
    """Why it is not that client; writes nothing but that an assertion is spent."""
    if shown.client is not None and shown.is_guess:
        mine = purses.of_client(shown.client.id, origin.address, provider.sign_in)
        if isinstance(throttle.left(book, mine, now), Exhausted):
            return ClientFault.MUST_WAIT
    # RFC 9126 §2 names the third; an assertion is good once, so none passes from one to another
    audiences = (provider.issuer, f"{provider.issuer}{TOKEN_PATH}", f"{provider.issuer}{PAR_PATH}")
    reason = client_authentication.fault(book, shown, audiences, now)
    if reason is None and shown.client is not None and shown.method in (Method.BASIC, Method.POST):
        provider.secret_used(shown.client.id, shown.secret(shown.client, now) or "", now)
    return reason
