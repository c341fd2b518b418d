"""`/par`: a client leaves a request here itself, past the browser (RFC 9126)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp import web

from idp import events
from idp.events import ClientRefused, Origin
from idp.http import answers, arrival, clients, holding
from idp.http.asked import spent
from idp.http.authorize import hint_reader
from idp.http.provider import Book, Provider, provider_of
from idp.login.handle import Handle, hashed, new_handle
from idp.oidc import authorize as rules
from idp.oidc import presented, pushed, request_object
from idp.oidc.authorize import Refusable, Unanswerable
from idp.oidc.client import Client
from idp.oidc.client_authentication import Shown
from idp.oidc.dpop import Proof
from idp.oidc.errors import DpopFault, OAuthError, Refused, RequestFault

PUBLIC = Refused(OAuthError.UNAUTHORIZED_CLIENT, "only a client that proves itself may push")
BY_REFERENCE = Refused(OAuthError.INVALID_REQUEST, "request_uri is not taken here")  # RFC 9126 §2.1


@dataclass(frozen=True, slots=True)
class Asking:
    provider: Provider
    values: Mapping[str, str]
    shown: Shown
    handle: Handle
    held: holding.Shown
    origin: Origin
    now: datetime

    def refused(self, client: str, reason: str) -> ClientRefused:
        return events.ClientRefused(
            at=self.now, origin=self.origin, client=client, reason=reason, endpoint="par"
        )


async def push(request: web.Request) -> web.Response:
    """RFC 9126 §2."""
    provider = provider_of(request)
    origin, now = arrival.origin_of(request), provider.clock()
    pairs = await clients.form(request)
    if isinstance(pairs, Refused):
        return answers.refused(pairs, request)
    values, shown = clients.shown(request, pairs)
    if isinstance(shown, Refused):
        event = events.ClientRefused(at=now, origin=origin, client="", reason=shown.error, endpoint="par")
        await provider.store.transact(lambda book: book.record(event))
        return answers.refused(shown, request)
    held = holding.shown(request, provider)
    asking = Asking(provider, values, shown, new_handle(), held, origin, now)
    refused = await provider.store.transact(partial(_pushed, asking))
    if refused is not None:
        return answers.refused(refused, request)
    lives = int(pushed.LIFETIME.total_seconds())
    return answers.json({"request_uri": pushed.uri(asking.handle), "expires_in": lives}, 201)


def _pushed(asking: Asking, book: Book) -> Refused | None:
    client = clients.proven(book, asking.provider, asking.shown, asking.origin, asking.now, asking.refused)
    if isinstance(client, Refused):
        return client
    refused = _kept(asking, client, book)
    if refused is not None:
        book.record(asking.refused(client.id, refused.reason))
    return refused


def _kept(asking: Asking, client: Client, book: Book) -> Refused | None:
    """What would be refused at `/authorize` is refused at once (§2.1)."""
    if client.is_public:
        return PUBLIC
    if "request_uri" in asking.values:
        return BY_REFERENCE
    said = _parameters(asking, client, book)
    if isinstance(said, RequestFault):
        return presented.refused(said)
    bound = _bound(asking, said, book)
    if isinstance(bound, DpopFault):
        return holding.refused(bound)
    return _left(asking, client, bound, book)


def _left(asking: Asking, client: Client, said: Mapping[str, str], book: Book) -> Refused | None:
    provider = asking.provider
    read = rules.read(said.items(), provider.clients, hint_reader(provider))
    if isinstance(read, Unanswerable):
        return Refused(
            OAuthError.INVALID_REQUEST, "redirect_uri is missing, or not registered for the client"
        )
    if isinstance(read, Refusable):
        return read.refused
    pushed.push(book, rules.kept(said), client.id, hashed(asking.handle), asking.now)
    return None


def _bound(asking: Asking, said: Mapping[str, str], book: Book) -> Mapping[str, str] | DpopFault:
    """A proof that comes along binds the code as `dpop_jkt` does, and both say the same key (RFC 9449 §10.1)."""
    if not isinstance(asking.held, Proof):
        return said if asking.held is None else asking.held
    if said.get("dpop_jkt", asking.held.jkt) != asking.held.jkt:
        return DpopFault.KEY_DIFFERS
    return asking.held.spend(book) or {**said, "dpop_jkt": asking.held.jkt}


def _parameters(asking: Asking, client: Client, book: Book) -> Mapping[str, str] | RequestFault:
    """Of the signed request alone, where there is one (§3)."""
    values = asking.values
    if "request" not in values:
        plain = {**values, "client_id": client.id}  # of which no proof is kept: `rules.kept`
        return RequestFault.NOT_SIGNED if client.require_signed_request else plain
    if client.keys is None:
        return RequestFault.KEYS_MISSING
    read = request_object.read(values["request"], client, asking.provider.issuer, asking.now)
    if isinstance(read, RequestFault):
        return read
    pairs = spent(read, book)
    return pairs if isinstance(pairs, RequestFault) else dict(pairs)
