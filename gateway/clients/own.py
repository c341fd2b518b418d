"""A relying party that is kept in the database, with its secrets. Pure."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import asdict

from config.settings import OidcClient, Outside
from config.settings.sign_in import ScopeName
from config.vocabulary import ApplicationId, MunicipalityCode
from idp.oidc.client import Client, ClientId, MadeSecret, Pseudonym, Secret, client_of

PREFIX = "brana-client-"
"""Says what it is to whoever finds one."""
SECRET_BYTES = 32  # 256 bits, so that a plain digest is enough
OLD = timedelta(days=365)
"""A secret that is older warns."""
KEPT_IN_DATABASE = Path("-")
"""Stands where the configuration names a file; never opened."""
BY_SECRET = frozenset({"client_secret_basic", "client_secret_post"})


class Described(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What administrators say of it; kept as JSON, in which another version may know more. Empty: not said."""

    title: str
    """What people call it: one line."""
    municipality: MunicipalityCode
    """Whose it is."""
    redirect_uris: tuple[str, ...]
    authentication: Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
    jwks: str = ""
    """Public keys of one that signs, a JSON Web Key Set."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    frontchannel_logout_uri: str = ""
    application: str = ""
    operator: str = ""
    """Who runs it, where that is somebody outside the centre."""
    subject_type: Literal["public", "pairwise"] = "public"
    sector: str = ""
    id_token_algorithm: Literal["ES256", "RS256"] = "ES256"
    refresh: Literal["never", "asked", "always"] = "never"
    scopes: tuple[str, ...] = ("profile", "email", "roles")
    """Those it may ask for besides `openid`; one that this version does not know tells it nothing."""
    userinfo_signed_response_alg: Literal["", "ES256", "RS256"] = ""
    require_pushed: bool = False
    dpop_bound_access_tokens: bool = False

    @property
    def has_secrets(self) -> bool:
        return self.authentication in BY_SECRET


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecret:
    """What is kept of a secret. `id` is its public name."""

    id: str
    digest: bytes
    """SHA-256."""
    made_at: datetime
    made_by: str
    ends_at: datetime | None = None
    used_at: datetime | None = None
    """When it was last shown, to the minute."""

    def good(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at

    def old(self, now: datetime) -> bool:
        """Whether another one should have taken its place."""
        return self.good(now) and now >= self.made_at + OLD


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClient:
    id: ClientId
    described: Described
    made_at: datetime
    changed_at: datetime
    suspended_at: datetime | None = None
    secrets: tuple[KeptSecret, ...] = ()
    """The newest first."""

    def good_secrets(self, now: datetime) -> Sequence[KeptSecret]:
        return [one for one in self.secrets if one.good(now)]

    def has_old_secret(self, now: datetime) -> bool:
        return any(one.old(now) for one in self.secrets)


def new_secret(by: str, now: datetime) -> tuple[str, KeptSecret]:
    """The secret, which is kept nowhere, and what is kept of it."""
    text = f"{PREFIX}{secrets.token_urlsafe(SECRET_BYTES)}"
    return text, KeptSecret(id=secrets.token_hex(4), digest=Secret.of(text).digest, made_at=now, made_by=by)


def as_configured(name: str, described: Described) -> OidcClient:
    """As the configuration would have it, so that the same rules hold."""
    signs = bool(described.jwks)
    return OidcClient(
        id=name,
        redirect_uris=list(described.redirect_uris),
        authentication=described.authentication,
        secret_file=KEPT_IN_DATABASE if described.has_secrets else None,
        jwks_file=KEPT_IN_DATABASE if signs else None,
        post_logout_redirect_uris=list(described.post_logout_redirect_uris),
        id_token_algorithm=described.id_token_algorithm,
        refresh=described.refresh,
        scopes=[one for one in get_args(ScopeName) if one in described.scopes],
        userinfo_signed_response_alg=described.userinfo_signed_response_alg or None,
        require_pushed=described.require_pushed,
        dpop_bound_access_tokens=described.dpop_bound_access_tokens,
        subject_type=described.subject_type,
        sector=described.sector or None,
        application=ApplicationId(described.application) if described.application else None,
        backchannel_logout_uri=described.backchannel_logout_uri or None,
        frontchannel_logout_uri=described.frontchannel_logout_uri or None,
        outside=Outside(name=described.title, operator=described.operator) if described.operator else None,
    )


def as_client(one: OwnClient, pseudonym: Pseudonym) -> Client:
    """As the provider serves it. Raises ClientUnusable."""
    made = tuple(MadeSecret(each.id, Secret(each.digest), each.ends_at) for each in one.secrets)
    described = one.described
    configured = as_configured(one.id, described)
    return client_of(configured, pseudonym, jwks=described.jwks or None, made=made)


def changes(before: Described, after: Described) -> Iterator[str]:
    """What an entry says of a change: each field with its value before and after."""
    was, now = asdict(before), asdict(after)
    for name, value in was.items():
        if value != now[name]:
            yield f"{name}: {_said(value)} → {_said(now[name])}"


def in_other_hands(before: Described, after: Described) -> bool:
    """Whether what people agreed to, and what was given by it, was meant for somebody else: another one runs it, or
    whoever has found a token of it needs no proof any more.
    """
    proves_no_more = after.authentication == "none" != before.authentication
    return before.operator != after.operator or proves_no_more


def _said(value: object) -> str:
    match value:
        case bool():
            text = "yes" if value else ""
        case tuple():
            text = " ".join(value)
        case _:
            text = str(value)
    return text or "–"


def rotated(one: OwnClient, fresh: KeptSecret, overlap: timedelta, now: datetime) -> OwnClient:
    """With another secret, and those before good for `overlap` longer at most."""
    until = now + overlap
    ending = tuple(
        replace(each, ends_at=until if each.ends_at is None else min(each.ends_at, until))
        if each.good(now)
        else each
        for each in one.secrets
    )
    return replace(one, secrets=(fresh, *ending), changed_at=now)
