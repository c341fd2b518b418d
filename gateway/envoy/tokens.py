"""The filter that verifies access tokens of technical accounts (RFC 9068) with Envoy's own means, where they may come.

Delivered by itself (ECDS), so that another key drains no connection. Off but for routes of applications that technical
accounts may use.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.identity import FACTS, PERSON_CLAIM, PERSON_HEADER
from config.settings import Application
from gateway.envoy.messages import Json, by_discovery, typed

TOKEN_FILTER = "brana.token"
JWT = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
JWT_OF_ROUTE = "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig"
CLOCK_SKEW_SECONDS = 1  # of one machine, or of nodes whose clocks are kept together
CACHED = 2_000  # per worker; an entry takes about two tokens' length
LONGEST = 8_192  # bytes


@dataclass(frozen=True, slots=True, order=True)
class TokenKind:
    """How the tokens of some routes are read."""

    application: str
    person: bool
    """Whether what is told in plain headers is read too."""

    @property
    def name(self) -> str:
        return f"{self.application}.person" if self.person else self.application


@dataclass(frozen=True, slots=True)
class Tokens:
    """By what they are verified."""

    issuer: str
    keys: Mapping[str, Any]
    """JWK set (RFC 7517 §5)."""


def tokens_off() -> Json:
    """The filter in its place; `read_tokens` turns it on."""
    return by_discovery(TOKEN_FILTER, JWT) | {"disabled": True}


def read_tokens(application: Application) -> Json:
    """What a route says of them, `typed_per_filter_config`; nothing for most, whose requests it would slow."""
    kind = _kind_of(application)
    if kind is None:
        return {}
    read = typed(JWT_OF_ROUTE, requirement_name=kind.name)
    return {TOKEN_FILTER: typed("envoy.config.route.v3.FilterConfig", config=read)}


def token_filter(applications: Iterable[Application], tokens: Tokens) -> Json:
    """`jwt_authn`: the token, verified (ES256, RFC 7519), and some of its claims as headers."""
    kinds = sorted({kind for one in applications if (kind := _kind_of(one)) is not None})
    made = typed(
        JWT,
        providers={kind.name: _provider(kind, tokens) for kind in kinds},
        requirement_map={kind.name: _required(kind) for kind in kinds},
    )
    return {"name": TOKEN_FILTER, "typed_config": made}


def _kind_of(application: Application) -> TokenKind | None:
    if not application.technical:
        return None
    return TokenKind(application.id, application.identity.way == "headers")


def _provider(kind: TokenKind, tokens: Tokens) -> Json:
    """RFC 9068 §4, for one application: another's token is none here, nor is anything signed for another purpose."""
    copied = {"gate": "x-brana-gate", "assertion": "x-brana-assertion"}
    if kind.person:
        copied |= {f"{PERSON_CLAIM}.{fact}": PERSON_HEADER + fact for fact in FACTS}
    return {
        "issuer": tokens.issuer,
        "audiences": [kind.application],
        "require_expiration": True,
        "clock_skew_seconds": CLOCK_SKEW_SECONDS,
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "forward": True,  # the gate takes it out
        "local_jwks": {"inline_string": json.dumps(dict(tokens.keys), sort_keys=True)},
        "jwt_cache_config": {"jwt_cache_size": CACHED, "jwt_max_token_size": LONGEST},
        "claim_to_headers": [
            {"claim_name": claim, "header_name": header} for claim, header in copied.items()
        ],
    }


def _required(kind: TokenKind) -> Json:
    """A missing or unusable token is no refusal here: it means that somebody has to decide."""
    either: Collection[Json] = ({"provider_name": kind.name}, {"allow_missing_or_failed": {}})
    return {"requires_any": {"requirements": list(either)}}
