"""Relying parties that ask by themselves, past the browser: who proves to be one."""

from datetime import datetime

from idp import events
from idp.events import Origin
from idp.http.programs import TOKEN_PATH
from idp.http.provider import Book, Provider
from idp.login import purses, throttle
from idp.login.throttle import Exhausted
from idp.oidc import client_authentication
from idp.oidc.client import Client
from idp.oidc.client_authentication import UNPROVEN, Shown
from idp.oidc.errors import ClientFault, OAuthError, Refused

TOO_MANY = Refused(OAuthError.SLOW_DOWN, "too many attempts")


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
