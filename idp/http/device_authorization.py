"""`/device_authorization` (RFC 8628 §3.1): a program without a browser asks for a code that its person types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from idp import events
from idp.events import ClientRefused, Origin
from idp.http import answers, arrival, clients
from idp.http.provider import Book, Provider, provider_of
from idp.login.handle import new_handle
from idp.login.own_page import DEVICE
from idp.login.user_code import new_user_code
from idp.oidc import authorize as rules
from idp.oidc import device_grant
from idp.oidc.client import Client, Scope
from idp.oidc.client_authentication import Shown
from idp.oidc.device_grant import ENDPOINT, Wanted
from idp.oidc.errors import OAuthError, Refused

NO_SCOPE = Refused(OAuthError.INVALID_SCOPE, "scope must contain openid")


@dataclass(frozen=True, slots=True)
class _Asking:
    provider: Provider
    values: Mapping[str, str]
    shown: Shown
    origin: Origin
    now: datetime

    def refused(self, client: str, reason: str) -> ClientRefused:
        return _refused(client, reason, self.origin, self.now)


async def ask(request: web.Request) -> web.Response:
    provider = provider_of(request)
    origin, now = arrival.origin_of(request), provider.clock()
    pairs = await clients.form(request)
    if isinstance(pairs, Refused):
        return answers.refused(pairs, request)
    values, shown = clients.shown(request, pairs)
    if isinstance(shown, Refused):
        event = _refused("", shown.error, origin, now)
        await provider.store.transact(lambda book: book.record(event))
        return answers.refused(shown, request)
    asking = _Asking(provider, values, shown, origin, now)
    wanted = await provider.store.transact(lambda book: _begun(book, asking))
    if isinstance(wanted, Refused):
        return answers.refused(wanted, request)
    return answers.json(device_grant.answer(wanted, provider.issuer + DEVICE.path))


def _begun(book: Book, asking: _Asking) -> Wanted | Refused:
    """Who asks, and for what, within one transaction."""
    origin, now = asking.origin, asking.now
    client = clients.proven(book, asking.provider, asking.shown, origin, now, asking.refused)
    if isinstance(client, Refused):
        return client
    wanted = _wanted(client, asking.values)
    if isinstance(wanted, Refused):
        book.record(asking.refused(client.id, wanted.error))
        return wanted
    return device_grant.begin(book, wanted, origin, asking.provider.sign_in, now) or wanted


def _wanted(client: Client, values: Mapping[str, str]) -> Wanted | Refused:
    asked = values.get("scope", "")
    if not client.device:
        return device_grant.NOT_CONFIGURED
    if Scope.OPENID not in asked.split():
        return NO_SCOPE
    return Wanted(
        client=client,
        scopes=rules.scopes_of(asked, client),
        refresh=rules.refreshes(asked, client),
        code=new_handle(),
        user_code=new_user_code(),
    )


def _refused(client: str, reason: str, origin: Origin, now: datetime) -> ClientRefused:
    return events.ClientRefused(at=now, origin=origin, client=client, reason=reason, endpoint=ENDPOINT[1:])
