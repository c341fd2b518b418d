"""How a relying party proves itself (RFC 6749 §2.3, OpenID Connect Core 1.0 §9): in its configured way, in no other."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from urllib.parse import unquote_plus

from idp.oidc import assertion as assertions
from idp.oidc.client import Client, ClientId, Clients, Method
from idp.oidc.client_certificate import ClientCertificate
from idp.oidc.errors import ClientFault, OAuthError, Refused

UNPROVEN = Refused(OAuthError.INVALID_CLIENT, "the client is unknown or did not prove itself")
"""One answer for all: it does not tell what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a request shows of who asks, not yet believed."""

    client: Client | None
    """Whose it says it is; None: nobody's."""
    method: Method
    proof: str = field(default="", repr=False)
    """The secret or the assertion."""
    certificate: ClientCertificate | None = None
    """Of the connection, verified."""
    as_sent: str = field(default="", repr=False)
    """The secret of a header as it stands there, of clients that do not encode it (RFC 6749 §2.3.1)."""

    def secret(self, client: Client, now: datetime) -> str | None:
        """Which of the client's secrets it shows, by the public name; None: none that is good."""
        read = (client.secret_shown(text, now) for text in (self.proof, self.as_sent))
        return next((name for name in read if name is not None), None)

    @property
    def is_guess(self) -> bool:
        """Whether something is shown that may be right."""
        known = self.client is not None and self.method in self.client.methods
        return known and self.method not in {Method.NONE, Method.TLS}


def read(values: Mapping[str, str], authorization: str | None, clients: Clients) -> Shown | Refused:
    """`authorization` is the header's value, if there is one. Exactly one way is taken (RFC 6749 §2.3)."""
    secret, assertion, named = (
        values.get(name) for name in ("client_secret", "client_assertion", "client_id")
    )
    if sum(one is not None for one in (authorization, secret, assertion)) > 1:
        return Refused(OAuthError.INVALID_REQUEST, "the client proves itself in one way only")
    if authorization is not None:
        return _by_header(authorization, named, clients)
    if assertion is not None:
        return _by_assertion(assertion, values.get("client_assertion_type"), named, clients)
    client = _of(named or "", clients)
    if secret is not None:
        return Shown(client=client, method=Method.POST, proof=secret)
    by_certificate = client is not None and client.method is Method.TLS
    return Shown(client=client, method=Method.TLS if by_certificate else Method.NONE)


def _by_header(authorization: str, named: str | None, clients: Clients) -> Shown | Refused:
    basic = read_basic(authorization)
    if basic is None:
        return Shown(client=None, method=Method.BASIC)
    if named is not None and named != basic[0]:
        return Refused(OAuthError.INVALID_REQUEST, "client_id is another than in the header")
    _, _, as_sent = _basic(authorization).partition(":")
    return Shown(client=_of(basic[0], clients), method=Method.BASIC, proof=basic[1], as_sent=as_sent)


def _by_assertion(text: str, kind: str | None, named: str | None, clients: Clients) -> Shown | Refused:
    if kind != assertions.TYPE:
        return Refused(OAuthError.INVALID_REQUEST, f"client_assertion_type must be {assertions.TYPE}")
    owner = assertions.subject(text)
    if named is not None and named != owner:
        return Refused(OAuthError.INVALID_REQUEST, "client_id is another than in the assertion")
    return Shown(client=_of(owner, clients), method=Method.KEY, proof=text)


def fault(
    book: assertions.Spent, shown: Shown, audiences: Sequence[str], now: datetime
) -> ClientFault | None:
    """Why it is not believed, for the log; None: it is that client. The client is told `UNPROVEN` in every case."""
    client = shown.client
    if client is None:
        return ClientFault.UNPROVEN
    if shown.method not in client.methods:
        return ClientFault.OTHER_WAY
    match shown.method:
        case Method.NONE:
            return None
        case Method.BASIC | Method.POST:
            return ClientFault.SECRET_WRONG if shown.secret(client, now) is None else None
        case Method.KEY:
            wrong = assertions.fault(book, shown.proof, client.id, client.keys, audiences, now)
            return None if wrong is None else ClientFault(f"client_{wrong}")
        case Method.TLS:
            mine, brought = client.certificate, shown.certificate
            right = mine is not None and brought is not None and mine.fits(brought, now)
            return None if right else ClientFault.CERTIFICATE_WRONG
        case _:
            assert_never(shown.method)


def read_basic(header: str) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, each form-encoded (RFC 6749 §2.3.1); None when unreadable."""
    name, colon, secret = _basic(header).partition(":")
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


def _basic(header: str) -> str:
    """What HTTP Basic says, still encoded; empty when unreadable."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _of(name: str, clients: Clients) -> Client | None:
    return clients.get(ClientId(name))
