"""Authorization requests that a client left here itself (RFC 9126): its browser brings their name, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from idp.login.handle import Handle, HandleHash, hashed, read_handle
from idp.oidc.authorize import Prompt
from idp.oidc.client import Client, ClientId
from idp.oidc.errors import RequestFault

LIFETIME = timedelta(seconds=60)  # RFC 9126 §2.2 allows ten minutes; a redirect takes a second
PREFIX = "urn:ietf:params:oauth:request_uri:"  # §2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    name: HandleHash
    client: ClientId
    asked: str
    """The request as a sign-in keeps one; empty once it was used."""
    expires_at: datetime
    used_at: datetime | None = None


class Book(Protocol):
    def keep_pushed(self, pushed: Pushed) -> None: ...

    def pushed(self, name: HandleHash) -> Pushed | None: ...


def uri(handle: Handle) -> str:
    return PREFIX + handle


def name_in(request_uri: str) -> HandleHash | None:
    """None for what is no name of ours: nobody looks at what it leads to."""
    handle = read_handle(request_uri.removeprefix(PREFIX)) if request_uri.startswith(PREFIX) else None
    return None if handle is None else hashed(handle)


def push(
    book: Book, asked: str, client: ClientId, name: HandleHash, now: datetime, lives: timedelta = LIFETIME
) -> None:
    book.keep_pushed(Pushed(name=name, client=client, asked=asked, expires_at=now + lives))


def satisfied(asked: str, within: timedelta, *, consent: bool = False) -> str:
    """What is left to be asked of a kept request after a sign-in has just been completed (Core §3.1.2.1).

    `within`: so long it is good. A sign-in of that time is still demanded where one was: in another browser nobody has
    signed in for it. `consent`: that is being asked for too; no sign-in satisfies it.
    """
    values = dict(parse_qsl(asked, keep_blank_values=True))
    prompts, age = set(values.pop("prompt", "").split()), values.pop("max_age", None)
    if age is not None or prompts & {Prompt.LOGIN, Prompt.SELECT_ACCOUNT}:
        values["max_age"] = str(max(int(age or 0), int(within.total_seconds())))
    if Prompt.CONSENT in prompts and not consent:
        values["prompt"] = Prompt.CONSENT.value
    return urlencode(values)


def held(book: Book, asked: str, client: Client, handle: Handle, now: datetime, lives: timedelta) -> str:
    """`asked` as a page of ours may hold it: a client that is not heard in plain gets a name for it, good once."""
    if not client.require_signed_request and not client.require_pushed:
        return asked
    push(book, asked, client.id, hashed(handle), now, lives)
    return urlencode({"client_id": client.id, "request_uri": uri(handle)})


def take(book: Book, name: HandleHash, client: ClientId, now: datetime) -> str | RequestFault:
    """The request, in the transaction that spends it. Whoever else shows its name spends nothing."""
    kept = book.pushed(name)
    if kept is None:
        return RequestFault.URI_UNKNOWN
    if kept.client != client:
        return RequestFault.URI_OF_ANOTHER
    if kept.used_at is not None:
        return RequestFault.URI_USED_TWICE
    if now >= kept.expires_at:
        return RequestFault.URI_EXPIRED
    book.keep_pushed(replace(kept, asked="", used_at=now))
    return kept.asked
