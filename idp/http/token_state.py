"""`/revoke` and `/introspect`: a client gives a token back, or asks what one is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from idp import events
from idp.events import ClientRefused, Origin
from idp.http import answers, arrival, clients
from idp.http.provider import Book, Provider, provider_of
from idp.oidc import introspection, revocation
from idp.oidc.client import Method
from idp.oidc.client_authentication import Shown
from idp.oidc.errors import OAuthError, Refused

MISSING = Refused(OAuthError.INVALID_REQUEST, "token is missing")
PUBLIC = Refused(OAuthError.UNAUTHORIZED_CLIENT, "only a client that proves itself may ask")


@dataclass(frozen=True, slots=True)
class Asking:
    provider: Provider
    shown: Shown
    token: str
    origin: Origin
    now: datetime
    endpoint: str

    def refused(self, client: str, reason: str) -> ClientRefused:
        return events.ClientRefused(
            at=self.now, origin=self.origin, client=client, reason=reason, endpoint=self.endpoint
        )


async def revoke(request: web.Request) -> web.Response:
    """RFC 7009 §2."""
    asking = await _asking(request, "revoke")
    if isinstance(asking, Refused):
        return answers.refused(asking, request)
    refused = await asking.provider.store.transact(partial(_revoked, asking))
    if refused is not None:
        return answers.refused(refused, request)
    return web.Response(headers=answers.NOT_KEPT)


def _revoked(asking: Asking, book: Book) -> Refused | None:
    client = clients.proven(book, asking.provider, asking.shown, asking.origin, asking.now, asking.refused)
    if isinstance(client, Refused):
        return client
    return revocation.revoke(book, asking.token, client, asking.origin, asking.now)


async def introspect(request: web.Request) -> web.Response:
    """RFC 7662 §2. Where nothing is spent and nothing is wrong, nothing is written."""
    asking = await _asking(request, "introspect")
    if isinstance(asking, Refused):
        return answers.refused(asking, request)
    store, at_once = asking.provider.store, None
    if asking.shown.method is not Method.KEY:
        at_once = await store.look(partial(_told_at_once, asking))
    if at_once is not None:
        return answers.json(at_once)
    told = await store.transact(partial(_told, asking))
    return answers.refused(told, request) if isinstance(told, Refused) else answers.json(told)


def _told_at_once(asking: Asking, book: Book) -> Mapping[str, Any] | None:
    client = asking.shown.client
    fault = clients.fault(book, asking.provider, asking.shown, asking.origin, asking.now)
    if client is None or client.is_public or fault is not None:
        return None
    return _state(asking, book)


def _told(asking: Asking, book: Book) -> Mapping[str, Any] | Refused:
    client = clients.proven(book, asking.provider, asking.shown, asking.origin, asking.now, asking.refused)
    if isinstance(client, Refused):
        return client
    if client.is_public:
        book.record(asking.refused(client.id, PUBLIC.error))
        return PUBLIC
    return _state(asking, book)


def _state(asking: Asking, book: Book) -> Mapping[str, Any]:
    provider = asking.provider
    assert asking.shown.client is not None
    return introspection.introspected(
        book,
        asking.token,
        asking.shown.client,
        provider.clients,
        provider.sign_in,
        provider.issuer,
        asking.now,
        provider.district,
    )


async def _asking(request: web.Request, endpoint: str) -> Asking | Refused:
    provider = provider_of(request)
    origin, now = arrival.origin_of(request), provider.clock()
    pairs = await clients.form(request)
    if isinstance(pairs, Refused):
        return pairs
    values, shown = clients.shown(request, pairs)
    if not isinstance(shown, Refused):
        token = values.get("token", "")
        return Asking(provider, shown, token, origin, now, endpoint) if token else MISSING
    refused = events.ClientRefused(at=now, origin=origin, client="", reason=shown.error, endpoint=endpoint)
    await provider.store.transact(lambda book: book.record(refused))
    return shown
