"""What is asked at `/authorize`, in whichever way it comes; a signed request and one that was left here are spent."""

from functools import partial
from typing import assert_never
from urllib.parse import parse_qsl

from aiohttp import web

from idp.http import arrival
from idp.http.arrival import Pairs
from idp.http.provider import Book, Provider, provider_of
from idp.oidc import presented, pushed, request_object
from idp.oidc.authorize import Refusable, Unanswerable
from idp.oidc.errors import RequestFault
from idp.oidc.presented import ByName, ByValue, Plain
from idp.oidc.request_object import Signed


async def counting(request: web.Request) -> tuple[Pairs, Refusable | Unanswerable | None]:
    """The parameters that count, and why they do not."""
    provider = provider_of(request)
    pairs = await arrival.parameters(request)
    found = await counted(provider, pairs)
    if isinstance(found, RequestFault):
        return pairs, presented.refusal(found, pairs, provider.clients)
    return found, None


async def counted(provider: Provider, pairs: Pairs) -> Pairs | RequestFault:
    """The same of what was read, from a form of ours too."""
    way, now = presented.way_of(pairs, provider.clients), provider.clock()
    match way:
        case RequestFault():
            return way
        case Plain():
            return pairs
        case ByValue(client=client, text=text):
            read = request_object.read(text, client, provider.issuer, now)
            if isinstance(read, RequestFault):
                return read
            return await provider.store.transact(partial(spent, read))
        case ByName(client=client, name=name):
            kept = await provider.store.transact(lambda book: pushed.take(book, name, client.id, now))
            return kept if isinstance(kept, RequestFault) else parse_qsl(kept, keep_blank_values=True)
        case _:
            assert_never(way)


def spent(signed: Signed, book: Book) -> Pairs | RequestFault:
    fresh = book.spend_assertion(signed.mark, signed.until)
    return list(signed.parameters.items()) if fresh else RequestFault.OBJECT_USED_TWICE
