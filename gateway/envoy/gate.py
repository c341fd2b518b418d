"""The two filters that let a fresh grant pass without a question: verify the grant, then compare it.

Both are delivered by themselves (ECDS), so that a revocation, a new epoch or a new key drains no connection.
"""

import json
import os
import re
import string
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.identity import FACTS, PERSON_CLAIM, PERSON_HEADER
from config.settings import Application
from gateway.envoy.lua import script
from gateway.envoy.messages import GRANT_COOKIE, Json, discovered, typed

GRANT_FILTER = "brana.grant"
GATE_FILTER = "brana.gate"
JWT = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
JWT_OF_ROUTE = "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig"
LUA = "envoy.extensions.filters.http.lua.v3.Lua"
EXTENSION = "envoy.config.core.v3.TypedExtensionConfig"
ISSUER, AUDIENCE = "brana-grant", "brana-gate"
CLOCK_SKEW_SECONDS = 1  # of one machine, or of nodes whose clocks are kept together
CACHED_GRANTS = 2_000  # per worker; an entry takes about two cookies' length
LONGEST_GRANT = 8_192  # bytes; browsers keep 4,096 of a cookie
_PLAIN = frozenset(string.ascii_letters + string.digits + "/._-")
_WORD = re.compile(r"[A-Za-z0-9._~-]+")


class GateWordUnusable(Exception):
    """A revocation id or epoch that the gate's table cannot hold."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"gate: {word!r} is not letters, digits, `.`, `_`, `~`, `-`; make identifiers base64url"
        )


@dataclass(frozen=True, slots=True, order=True)
class GrantKind:
    """How the grants of some routes are read."""

    suffix: str = ""
    """What the cookie's name ends with, of applications that share a host."""
    person: bool = False
    """Whether what is told in plain headers is read too."""
    token: str = ""
    """The application whose access tokens are read as well; empty: none."""

    @property
    def name(self) -> str:
        usual = f"grant{self.suffix}.person" if self.person else f"grant{self.suffix}"
        return f"{usual}.token.{self.token}" if self.token else usual


USUAL = GrantKind()


@dataclass(frozen=True, slots=True)
class Tokens:
    """By what access tokens of technical accounts are verified."""

    issuer: str
    keys: Mapping[str, Any]
    """JWK set (RFC 7517 §5)."""


def kind_of(application: Application) -> GrantKind:
    return GrantKind(
        application.grant_suffix,
        application.identity.way == "headers",
        application.id if application.technical else "",
    )


def read_as(kind: GrantKind) -> Json:
    """What a route says of its grants, `typed_per_filter_config`; nothing for most, whose requests it would slow."""
    return {} if kind == USUAL else {GRANT_FILTER: typed(JWT_OF_ROUTE, requirement_name=kind.name)}


def grant_filter(
    keys: Mapping[str, Any], kinds: Iterable[GrantKind] = (), tokens: Tokens | None = None
) -> Json:
    """`jwt_authn`: the grant's cookie, verified (ES256, RFC 7519), and some of its claims as headers."""
    others = sorted(set(kinds) - {USUAL})
    made = typed(
        JWT,
        providers={kind.name: _provider(kind, keys) for kind in (USUAL, *others)}
        | {f"token.{kind.name}": _of_token(kind, tokens) for kind in others if kind.token and tokens},
        rules=[{"match": {"prefix": "/"}, "requires": _required(USUAL)}],
        **({"requirement_map": {kind.name: _required(kind) for kind in others}} if others else {}),
    )
    return _extension(GRANT_FILTER, made)


def _provider(kind: GrantKind, keys: Mapping[str, Any]) -> Json:
    copied = {"gate": "x-brana-gate", "assertion": "x-brana-assertion"}
    if kind.person:
        copied |= {f"{PERSON_CLAIM}.{fact}": PERSON_HEADER + fact for fact in FACTS}
    return {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "require_expiration": True,
        "clock_skew_seconds": CLOCK_SKEW_SECONDS,
        "from_cookies": [GRANT_COOKIE + kind.suffix],
        "forward": True,  # the gate takes all our cookies out at once
        "local_jwks": {"inline_string": json.dumps(dict(keys), sort_keys=True)},
        "jwt_cache_config": {"jwt_cache_size": CACHED_GRANTS, "jwt_max_token_size": LONGEST_GRANT},
        "claim_to_headers": [
            {"claim_name": claim, "header_name": header} for claim, header in copied.items()
        ],
    }


def _required(kind: GrantKind) -> Json:
    """A missing or unusable grant is no refusal here: it means that somebody has to decide."""
    names = [f"token.{kind.name}", kind.name] if kind.token else [kind.name]
    each: list[Json] = [{"provider_name": name} for name in names]
    return {"requires_any": {"requirements": [*each, {"allow_missing_or_failed": {}}]}}


def _of_token(kind: GrantKind, tokens: Tokens) -> Json:
    """RFC 9068 §4, for one application: another's token is none here, nor is anything signed for another purpose."""
    read = _provider(kind, tokens.keys) | {
        "issuer": tokens.issuer,
        "audiences": [kind.token],
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
    }
    del read["from_cookies"]
    return read


def gate_filter(
    revoked: Collection[str],
    epoch: str,
    begun: Path,
    per_session: int,
    technical: Collection[str] = (),
    *,
    succeeds: bool = False,
) -> Json:
    """The Lua gate with its table of revoked ids; whom it lets in, it writes into `begun`. `per_session`: requests a
    second of a session, in each of Envoy's threads. `technical`: applications that technical accounts may use.
    `succeeds`: it takes the place of another one, whose count of requests ends with it.

    Raises GateWordUnusable.
    """
    code = (
        f"local EPOCH = {_quoted([epoch])}\nlocal REVOKED = {_quoted(sorted(revoked))}\n"
        f"local BEGUN = {_escaped(begun)}\nlocal A_SECOND = {per_session}\n"
        f"local TECHNICAL = {_quoted(sorted(technical))}\nlocal SUCCEEDS = {str(succeeds).lower()}\n"
        f"{script('gate.lua')}"
    )
    return _extension(
        GATE_FILTER, typed(LUA, default_source_code={"inline_string": code}, clear_route_cache=False)
    )


def _quoted(words: Collection[str]) -> str:
    for word in words:
        if not _WORD.fullmatch(word):
            raise GateWordUnusable(word)
    return f'"{" ".join(words)}"'


def _escaped(path: Path) -> str:
    """A Lua string (reference manual 5.1, §2.1) of any file's name: plain where it can be, else by byte."""
    plain = "".join(chr(byte) if chr(byte) in _PLAIN else f"\\{byte:03d}" for byte in os.fsencode(path))
    return f'"{plain}"'


def _extension(name: str, config: Json) -> Json:
    return {"name": name, "typed_config": config}


def by_discovery(name: str, *type_names: str) -> Json:
    """An HTTP filter whose configuration comes from the discovery server."""
    urls = [f"type.googleapis.com/{type_name}" for type_name in type_names]
    return {"name": name, "config_discovery": {"config_source": discovered(), "type_urls": urls}}
