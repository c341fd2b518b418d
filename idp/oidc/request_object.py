"""Signed authorization requests (RFC 9101): what a client's key signed is the request, and nothing beside it.

One is believed that the client's keys signed, that is for us and of now, and once alone.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.oidc import assertion
from idp.oidc.assertion import CLOCKS_DIFFER_BY, LONGEST
from idp.oidc.authorize import UNDERSTOOD
from idp.oidc.client import Client
from idp.oidc.errors import RequestFault

TYPES = frozenset({"", "jwt", "oauth-authz-req+jwt"})  # `typ`, RFC 9101 §10.8; other kinds are no requests
PARAMETERS = frozenset({*UNDERSTOOD, "registration"})  # the last to be refused by name
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which JSON can say and no address can
NESTED = frozenset({"request", "request_uri"})  # RFC 9101 §4


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that the client signed."""

    parameters: Mapping[str, str]
    mark: bytes
    """It is good once: what is remembered of it."""
    until: datetime
    """So long."""


def read(text: str, client: Client, issuer: str, now: datetime) -> Signed | RequestFault:
    """RFC 9101 §6. A `jti` is what makes two requests two; without one what was signed is."""
    token = assertion.signed(text, client.keys) if client.keys is not None else None
    if token is None or str(token.header.get("typ", "")).lower() not in TYPES:
        return RequestFault.OBJECT_WRONG
    said = token.claims
    if not _is_for_us(said, client, issuer):
        return RequestFault.OBJECT_FOR_ANOTHER
    expires, begins, name = said.get("exp"), said.get("nbf", 0), said.get("jti")
    if not assertion.is_time(expires) or not assertion.is_time(begins):
        return RequestFault.OBJECT_WRONG
    if not assertion.in_time(expires, now) or not begins <= (now + CLOCKS_DIFFER_BY).timestamp():
        return RequestFault.OBJECT_OUT_OF_TIME
    parameters = _parameters(said)
    if parameters is None:
        return RequestFault.OBJECT_WRONG
    # a signature may be written in more than one way, what it signs may not
    once = name if isinstance(name, str) and name else text.rpartition(".")[0]
    mark = hashlib.sha256(json.dumps(["request", client.id, once]).encode()).digest()
    return Signed(parameters, mark, now + LONGEST + 2 * CLOCKS_DIFFER_BY)


def _is_for_us(said: Mapping[str, Any], client: Client, issuer: str) -> bool:
    """And no assertion, which says by `sub` who proves itself (§10.8)."""
    by_it = said.get("iss") == client.id and said.get("client_id") == client.id
    return by_it and said.get("aud") in (issuer, [issuer]) and said.get("sub") != client.id


def _parameters(said: Mapping[str, Any]) -> dict[str, str] | None:
    """As in a query (§4); None for what has not the form of a parameter, or is a request within the request."""
    if NESTED & said.keys():
        return None
    texts = {name: _text(name, value) for name, value in said.items() if name in PARAMETERS}
    known = {name: text for name, text in texts.items() if text is not None}
    return known if len(known) == len(texts) else None


def _text(name: str, value: object) -> str | None:
    if name == "claims" and isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < 10**9 else None  # a number may be of any size
    return value if isinstance(value, str) and not SURROGATE.search(value) else None
