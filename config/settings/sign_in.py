"""How people sign in, how long that lasts, and which programs use it."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import ADMINISTRATORS, ApplicationId, Role


class OfficeNetwork(Setting, frozen=True, kw_only=True):
    """Networks of the office, where many people share an address."""

    networks: Annotated[list[str], Meta(min_length=1)]
    """IPv4 and IPv6, as `10.1.0.0/16`. Of several that hold an address the narrowest counts."""
    attempts_per_address: Annotated[int, Meta(ge=5)]
    attempts_per_network: Annotated[int, Meta(ge=5)]
    sign_ins_per_network: Annotated[int, Meta(ge=300, le=10_000)] = 5_000


class RoleLimits(Setting, frozen=True, kw_only=True):
    """Stricter limits of whoever holds one of the roles anywhere."""

    roles: Annotated[list[Role], Meta(min_length=1)]
    idle: timedelta | None = None
    absolute: timedelta | None = None


class SignIn(Setting, frozen=True, kw_only=True):
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=10)
    absolute_administrators: timedelta = timedelta(hours=4)
    limits: list[RoleLimits] = field(default_factory=list)
    """The strictest of all that concern a person counts."""
    attempts: Annotated[int, Meta(ge=3)] = 5
    """Wrong passwords or codes of one account within `attempts_window` before it must wait."""
    attempts_window: timedelta = timedelta(minutes=15)
    attempts_per_address: Annotated[int, Meta(ge=5)] = 50
    attempts_per_network: Annotated[int, Meta(ge=5)] = 200
    network_prefix_ipv4: Annotated[int, Meta(ge=8, le=32)] = 24
    network_prefix_ipv6: Annotated[int, Meta(ge=16, le=64)] = 48
    """Bits of an address that make a network where `networks` names none."""
    sign_ins_per_network: Annotated[int, Meta(ge=300, le=10_000)] = 1_000
    """Begun and not finished, in browsers in which nobody has signed in before."""
    networks: list[OfficeNetwork] = field(default_factory=list)
    administrators_separate: bool = True
    """An account with an administrator's role and any other one is refused."""
    administrators_level: Literal["two-factors", "phishing-resistant"] = "two-factors"
    """How surely administrators and security officers must be recognised; there are no exceptions for them."""
    trust_new_keys_after: timedelta = timedelta(hours=24)
    """When a factor counts in full that was added on the strength of a weaker one."""
    longest_exception: timedelta = timedelta(days=90)
    """How far ahead the end of an exception from two factors may be."""
    flow_lifetime: timedelta = timedelta(minutes=10)
    """How long a sign-in that was begun may take."""

    def idle_of(self, roles: Collection[Role]) -> timedelta:
        """How long a session of somebody with these roles lasts without a request."""
        return min([self.idle, *(one.idle for one in self._of(roles) if one.idle is not None)])

    def absolute_of(self, roles: Collection[Role]) -> timedelta:
        """How long it lasts after the factors were shown."""
        usual = self.absolute_administrators if ADMINISTRATORS & set(roles) else self.absolute
        own = (one.absolute for one in self._of(roles) if one.absolute is not None)
        return min([self.absolute, usual, *own])

    def _of(self, roles: Collection[Role]) -> list[RoleLimits]:
        return [one for one in self.limits if not set(roles).isdisjoint(one.roles)]


ScopeName = Literal["profile", "email", "roles", "municipality", "agendas"]


class Outside(Setting, frozen=True, kw_only=True):
    """A relying party that is nobody's of the centre: people are asked before it learns anything of them."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    """What people call it."""
    operator: Annotated[str, Meta(min_length=1, max_length=120)]
    """Who runs it, and answers for what it learns."""


class OidcClient(Setting, frozen=True, kw_only=True):
    """A relying party of the built-in OpenID Provider, besides the gateway itself."""

    id: str
    redirect_uris: list[str] = field(default_factory=list)
    """None for a program without a browser alone (`device_authorization`)."""
    authentication: (
        Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "none"]
        | None
    ) = None
    """How it proves itself; None: with its secret, in the header or in the form, or without one not at all."""
    secret_file: Path | None = None
    """Left out for a public client, and for one that has keys."""
    jwks_file: Path | None = None
    """Public keys of one that signs: to prove itself, or its requests."""
    require_signed_request: bool = False
    """Whether it is heard by requests alone that its keys signed."""
    require_pushed: bool = False
    """Whether by those alone that it left here itself, past the browser."""
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    id_token_algorithm: Literal["ES256", "RS256"] = "ES256"
    scopes: list[ScopeName] = field(default_factory=lambda: ["profile", "email", "roles"])
    """What it may ask to be told, by scopes or claim by claim."""
    userinfo_signed_response_alg: Literal["ES256", "RS256"] | None = None
    """What is told of people at /userinfo is signed by it; None: it is plain JSON."""
    refresh: Literal["never", "asked", "always"] = "never"
    """Whether it gets refresh tokens: where it asks by the scope `offline_access`, or always."""
    refresh_idle: timedelta = timedelta(hours=1)
    """How long a refresh token is good that is not used; the sign-in may end sooner."""
    device_authorization: bool = False
    """Whether it may wait for somebody who types its code in a browser (RFC 8628)."""
    tls_client_auth_subject_dn: str | None = None
    """Of its certificate, as RFC 4514 writes it; this or one of the two below, for `tls_client_auth`."""
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_certificate_bound_access_tokens: bool = False
    """Whether it gets tokens only with a certificate, which they are bound to (RFC 8705)."""
    dpop_bound_access_tokens: bool = False
    """Whether it gets tokens only with a proof of a key, which they are bound to (RFC 9449)."""
    subject_type: Literal["public", "pairwise"] = "public"
    """Whether it knows people by names of its own, which tell nobody else whom it means."""
    sector: str | None = None
    """Of whom it shares these names with; None: the host of its redirect addresses."""
    application: ApplicationId | None = None
    """What policies say of it decides who may sign in to the client; None: everybody who may sign in at all."""
    outside: Outside | None = None
    """None: it is the centre's own, and nobody is asked."""
    introspects: list[str] = field(default_factory=list)
    """Clients about whose access tokens it may ask, besides its own."""
    backchannel_logout_uri: str | None = None
    """Where it is told of sign-ins that are over."""
    backchannel_logout_authority: Path | None = None
    """Of the certificate there; None: the authorities that this machine trusts."""
    frontchannel_logout_uri: str | None = None
    """What the browser loads from it when its person signs out."""
