"""In which way a request comes to `/authorize`: in plain, signed (RFC 9101), or left here before (RFC 9126).

Of a signed request, and of one that was left here, nothing counts that stands beside it (RFC 9101 §6.3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from idp.login.handle import HandleHash
from idp.oidc import parameters, pushed
from idp.oidc.authorize import Refusable, Target, Unanswerable, target_of
from idp.oidc.client import Client, ClientId, Clients
from idp.oidc.errors import OAuthError, Refused, RequestFault, Unsafe
from idp.oidc.parameters import Unreadable

_OBJECT, _URI = OAuthError.INVALID_REQUEST_OBJECT, OAuthError.INVALID_REQUEST_URI
_NOT_GOOD = "the request_uri is not good; push the request again"
"""One answer for all: it does not tell what became of another client's."""

TOLD: Mapping[RequestFault, tuple[OAuthError, str]] = {
    RequestFault.OBJECT_WRONG: (_OBJECT, "no key of the client signed it, or it is no request"),
    RequestFault.OBJECT_FOR_ANOTHER: (
        _OBJECT,
        "iss and client_id must be the client, aud this issuer, and sub left out",
    ),
    RequestFault.OBJECT_OUT_OF_TIME: (_OBJECT, "exp must be within the next five minutes"),
    RequestFault.OBJECT_USED_TWICE: (_OBJECT, "each request object is good once"),
    RequestFault.NOT_SIGNED: (OAuthError.INVALID_REQUEST, "the client must sign its requests"),
    RequestFault.NOT_PUSHED: (OAuthError.INVALID_REQUEST, "the client must push its requests"),
    RequestFault.KEYS_MISSING: (
        OAuthError.REQUEST_NOT_SUPPORTED,
        "the client has no keys here; send plain parameters",
    ),
    RequestFault.TWO_WAYS: (OAuthError.INVALID_REQUEST, "send request or request_uri, not both"),
    RequestFault.URI_ELSEWHERE: (
        OAuthError.REQUEST_URI_NOT_SUPPORTED,
        "only what was pushed is taken; see pushed_authorization_request_endpoint",
    ),
    RequestFault.URI_UNKNOWN: (_URI, _NOT_GOOD),
    RequestFault.URI_OF_ANOTHER: (_URI, _NOT_GOOD),
    RequestFault.URI_USED_TWICE: (_URI, _NOT_GOOD),
    RequestFault.URI_EXPIRED: (_URI, _NOT_GOOD),
}


@dataclass(frozen=True, slots=True)
class Plain:
    """As it stands."""


@dataclass(frozen=True, slots=True)
class ByValue:
    client: Client
    text: str


@dataclass(frozen=True, slots=True)
class ByName:
    client: Client
    name: HandleHash


Way = Plain | ByValue | ByName


def way_of(pairs: Iterable[tuple[str, str]], clients: Clients) -> Way | RequestFault:
    """What is wrong with a plain request says whoever reads it."""
    values = parameters.read(pairs)
    client = None if isinstance(values, Unreadable) else clients.get(ClientId(values.get("client_id", "")))
    if isinstance(values, Unreadable) or client is None:
        return Plain()
    if "request" in values and "request_uri" in values:
        return RequestFault.TWO_WAYS
    if "request_uri" in values:
        name = pushed.name_in(values["request_uri"])
        return RequestFault.URI_ELSEWHERE if name is None else ByName(client, name)
    if client.require_pushed:
        return RequestFault.NOT_PUSHED
    if "request" in values:
        return RequestFault.KEYS_MISSING if client.keys is None else ByValue(client, values["request"])
    return RequestFault.NOT_SIGNED if client.require_signed_request else Plain()


def refused(fault: RequestFault) -> Refused:
    error, text = TOLD[fault]
    return Refused(error, text, fault)


def refusal(
    fault: RequestFault, pairs: Iterable[tuple[str, str]], clients: Clients
) -> Refusable | Unanswerable:
    """To the client, where what stands beside names a registered address of its own; else by a page."""
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return Unanswerable(Unsafe.PARAMETER_REPEATED)
    target = target_of(values, clients)
    if isinstance(target, Target):
        return Refusable(target, refused(fault))
    return Unanswerable(fault, target.client)
