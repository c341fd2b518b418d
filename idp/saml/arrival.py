"""A message as a browser brings it: by which binding, and whether it is what its service provider signed."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import unquote_plus

from idp.saml import reading, request
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.names import ds
from idp.saml.provider import ServiceProvider
from idp.saml.reading import Element
from idp.saml.request import AuthnRequest
from idp.saml.signature import signed_by, verifies

MESSAGE, RELAY_STATE, ALGORITHM, SIGNATURE = "SAMLRequest", "RelayState", "SigAlg", "Signature"
SIGNED = (MESSAGE, RELAY_STATE, ALGORITHM)  # in this order (SAML bindings §3.4.4.1)
RELAY_MOST = 1024  # characters; §3.4.3 allows 80 bytes, which nobody keeps to
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a browser's form brings some of them back as others
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"


Request = TypeVar("Request")
Read = Callable[[Element], Request]


@dataclass(frozen=True, slots=True)
class Arrived(Generic[Request]):
    request: Request
    provider: ServiceProvider
    relay_state: str | None
    signed: bool
    """By the provider's own key."""


Providers = Mapping[str, ServiceProvider]


def by_redirect(query: str, providers: Providers, read: Read[Request]) -> Arrived[Request]:
    """`query`: as it came, still encoded: that is what was signed. Raises RequestRefused."""
    raw = _once([pair.partition("=")[::2] for pair in query.split("&") if pair])
    values = {name: _plain(value) for name, value in raw.items()}
    if values.get("SAMLEncoding", DEFLATE) != DEFLATE:
        raise RequestRefused(Unsafe.UNREADABLE)
    root = reading.tree(reading.redirected(values.get(MESSAGE, "")))
    if next(root.iter(ds("Signature")), None) is not None:  # §3.4.4.1: the query is signed, not the message
        raise RequestRefused(Unsafe.UNREADABLE)
    provider = _provider(root, providers)
    signed = SIGNATURE in values or ALGORITHM in values
    if signed and provider.keys:
        octets = "&".join(f"{name}={raw[name]}" for name in SIGNED if name in raw).encode()
        if not verifies(_octets(values.get(SIGNATURE, "")), octets, values.get(ALGORITHM, ""), provider.keys):
            raise RequestRefused(Unsafe.SIGNATURE_WRONG, provider.entity_id)
    return _arrived(root, provider, values, read, signed=signed and bool(provider.keys))


def by_post(pairs: list[tuple[str, str]], providers: Providers, read: Read[Request]) -> Arrived[Request]:
    """Raises RequestRefused."""
    values = _once(pairs)
    root = reading.tree(reading.posted(values.get(MESSAGE, "")))
    provider = _provider(root, providers)
    signed = next(root.iter(ds("Signature")), None) is not None
    if signed and provider.keys:
        try:
            root = signed_by(root, provider.keys)
        except RequestRefused as refused:
            raise RequestRefused(refused.reason, provider.entity_id) from refused
        if request.issuer_of(root) != provider.entity_id:
            raise RequestRefused(Unsafe.SIGNATURE_WRONG, provider.entity_id)
    return _arrived(root, provider, values, read, signed=signed and bool(provider.keys))


def address_of(arrived: Arrived[AuthnRequest]) -> str:
    """Where the answer goes: one of the configured addresses, equal character by character. Raises RequestRefused."""
    asked, known = arrived.request, arrived.provider.addresses
    if asked.address in known:
        return asked.address
    index = 0 if asked.index is None else asked.index
    if asked.address or index >= len(known):
        raise RequestRefused(Unsafe.ADDRESS_UNKNOWN, arrived.provider.entity_id)
    return known[index]


def _arrived(
    root: Element,
    provider: ServiceProvider,
    values: Mapping[str, str],
    read: Read[Request],
    *,
    signed: bool,
) -> Arrived[Request]:
    if provider.signs and not signed:
        raise RequestRefused(Unsafe.SIGNATURE_MISSING, provider.entity_id)
    relay_state = values.get(RELAY_STATE)
    if relay_state is not None and (len(relay_state) > RELAY_MOST or CONTROL.search(relay_state)):
        raise RequestRefused(Unsafe.UNREADABLE, provider.entity_id)
    try:
        return Arrived(read(root), provider, relay_state, signed)
    except RequestRefused as refused:
        raise RequestRefused(refused.reason, provider.entity_id) from refused


def _provider(root: Element, providers: Providers) -> ServiceProvider:
    provider = providers.get(request.issuer_of(root))
    if provider is None:
        raise RequestRefused(Unsafe.PROVIDER_UNKNOWN)
    return provider


def _once(pairs: list[tuple[str, str]] | list[tuple[str, ...]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise RequestRefused(Unsafe.UNREADABLE)
        values[name] = value
    return values


def _plain(value: str) -> str:
    """Decoded, as it was written or not at all: what is changed on the way back is not what was signed."""
    try:
        return unquote_plus(value.encode("ascii").decode(), errors="strict")
    except UnicodeError as error:
        raise RequestRefused(Unsafe.UNREADABLE) from error


def _octets(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
