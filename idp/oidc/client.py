"""Relying parties: who they are, where they may be answered, how they prove themselves."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, NewType
from urllib.parse import urlsplit

from joserfc.jwk import KeySet

from config.settings import OidcClient, Outside
from config.vocabulary import SessionId, SubjectId
from idp.oidc.assertion import KeysUnusable, keys_of
from idp.oidc.client_certificate import CertificateName, NameUnusable, subject_of

ClientId = NewType("ClientId", str)
Pseudonym = Callable[[bytes], bytes]
"""Of a name, by a key that nobody outside has; the same for ever."""
Algorithm = Literal["ES256", "RS256"]
Refresh = Literal["never", "asked", "always"]

GATEWAY = ClientId("brana-gateway")
SECRET_MIN = 32  # characters; a secret that is guessed at the token endpoint must not be guessable
HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")  # a name, or an address
LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})


class Scope(StrEnum):
    """What a relying party may ask to be told."""

    OPENID = "openid"
    PROFILE = "profile"
    EMAIL = "email"
    ROLES = "roles"
    MUNICIPALITY = "municipality"
    AGENDAS = "agendas"


USUAL = frozenset({Scope.OPENID, Scope.PROFILE, Scope.EMAIL, Scope.ROLES})
"""What a client may ask for whose configuration does not say it."""


class Method(StrEnum):
    """How a client proves itself (OpenID Connect Core 1.0 §9)."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    KEY = "private_key_jwt"
    TLS = "tls_client_auth"  # RFC 8705 §2.1
    NONE = "none"


class ClientUnusable(Exception):
    """A relying party of the configuration cannot be served safely."""

    def __init__(self, client: str, what: str, hint: str) -> None:
        super().__init__(f"oidc_clients {client!r}: {what}; {hint}")
        self.client = client


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """SHA-256 of a client's secret."""

    digest: bytes

    def __repr__(self) -> str:
        return "Secret(…)"

    @classmethod
    def of(cls, text: str) -> "Secret":
        return cls(hashlib.sha256(text.encode()).digest())

    def matches(self, text: str) -> bool:
        given = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(self.digest, given)


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """One that was made here, of which several are good while one takes another's place."""

    id: str
    """Its public name."""
    secret: Secret
    ends_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    id: ClientId
    redirect_uris: frozenset[str]
    post_logout_redirect_uris: frozenset[str] = frozenset()
    secret: Secret | None = None
    made: tuple[MadeSecret, ...] = ()
    """Its secrets where it has none of the configuration."""
    keys: KeySet | None = field(default=None, repr=False)
    """By which its assertions and requests are verified."""
    require_signed_request: bool = False
    require_pushed: bool = False
    method: Method | None = None
    """None: by its secret, in the header or in the form; without one it is public, proven by PKCE alone."""
    algorithm: Algorithm = "ES256"
    userinfo_algorithm: Algorithm | None = None
    """By which what `/userinfo` tells it is signed; None: it is plain JSON."""
    scopes: frozenset[Scope] = USUAL
    """Those it may ask for."""
    always: frozenset[Scope] = frozenset()
    """Scopes granted without being asked for."""
    refresh: Refresh = "never"
    """Whether it gets refresh tokens: where it asks by `offline_access`, or without asking."""
    refresh_idle: timedelta = timedelta(hours=1)
    """How long one is good that is not used."""
    device: bool = False
    """Whether it may wait for somebody who types its code in a browser (RFC 8628)."""
    dpop: bool = False
    """Whether its access tokens are always bound to a key that it shows to hold (RFC 9449)."""
    certificate: CertificateName | None = field(default=None, repr=False)
    """By which it proves itself over mutual TLS."""
    certificate_bound: bool = False
    """Whether its access tokens are bound to the certificate that it shows (RFC 8705 §3)."""
    form_post: bool = True
    """Whether it may ask for its answer by a form; the gateway takes it by redirect alone."""
    sector: str = ""
    """Clients of one sector know a person by one name, others by another (OpenID Connect Core 1.0 §8.1)."""
    pseudonym: Pseudonym | None = field(default=None, repr=False)
    """None: it knows people by the names that everybody knows."""
    application: str = ""
    """Its id, where policies decide who may sign in to it; else whoever may sign in at all."""
    outside: Outside | None = None
    """People are asked before it learns anything of them; None: it is the centre's own."""
    introspects: frozenset[str] = frozenset()
    """Clients about whose access tokens it may ask, besides its own."""
    backchannel_logout_uri: str | None = None
    """Where it is told of sessions that are over; None: nowhere."""
    frontchannel_logout_uri: str | None = None
    """What the browser loads from it when its person signs out; None: nothing."""

    @property
    def hears_of_sign_outs(self) -> bool:
        """Whether it is remembered to which sessions it signed people in."""
        return bool(self._told_at)

    @property
    def methods(self) -> frozenset[Method]:
        """The ways in which it proves itself; any other proves nothing."""
        if self.method is not None:
            return frozenset({self.method})
        return frozenset({Method.NONE} if self.secret is None else {Method.BASIC, Method.POST})

    def secret_shown(self, text: str, now: datetime) -> str | None:
        """Which of its secrets that is: its public name, empty for the configured one; None: none that is good."""
        own = () if self.secret is None else (("", self.secret),)
        good = (*own, *((one.id, one.secret) for one in self.made if one.good(now)))
        right = [name for name, secret in good if secret.matches(text)]
        return right[0] if right else None

    def subject_of(self, subject: SubjectId) -> str:
        """What it calls a person; `sub`."""
        return subject if self.pseudonym is None else self._called("sub", subject, self.pseudonym)

    def session_of(self, session: SessionId) -> str:
        """What it calls a sign-in; `sid`, which would else tell whom two clients have in common."""
        return session if self.pseudonym is None else self._called("sid", session, self.pseudonym)

    def _called(self, kind: str, name: str, pseudonym: Pseudonym) -> str:
        made = pseudonym(f"{kind}\0{self.sector}\0{name}".encode())
        return urlsafe_b64encode(made).rstrip(b"=").decode()

    @property
    def may_refresh(self) -> bool:
        return self.refresh != "never"

    @property
    def is_public(self) -> bool:
        return Method.NONE in self.methods

    def __post_init__(self) -> None:
        for uri in self.redirect_uris | self.post_logout_redirect_uris | self._told_at:
            fault = redirect_fault(uri)
            if fault is not None:
                raise ClientUnusable(self.id, f"redirect address {uri!r} {fault}", "write it out in full")

    @property
    def _told_at(self) -> frozenset[str]:
        both = self.backchannel_logout_uri, self.frontchannel_logout_uri
        return frozenset(uri for uri in both if uri is not None)


Clients = Mapping[ClientId, Client]


def redirect_fault(uri: str) -> str | None:
    """Why an address may not be registered (RFC 9700 §4.1); None when it may."""
    if not uri.isascii() or any(c <= " " or c in '\\"<>^`{|}*\x7f' for c in uri):
        return "has a space, a wildcard or another character that addresses do not have"
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "cannot be read"
    if not host or "@" in parts.netloc:
        return "has no host, or a user name before it"
    if not HOST.fullmatch(host):  # it becomes part of a page's policy, in which some signs mean something
        return "has a host with a character that names of hosts do not have"
    if "#" in uri:
        return "has a fragment"
    local = parts.scheme == "http" and (host in LOOPBACK or f"[{host}]" in LOOPBACK)
    return None if parts.scheme == "https" or local else "is neither https nor http on this machine"


def gateway_client(
    redirect_uris: Iterable[str], post_logout_redirect_uris: Iterable[str], secret: str | None = None
) -> Client:
    """The gateway itself, always told the profile and the roles; without a secret PKCE alone proves it."""
    return Client(
        id=GATEWAY,
        redirect_uris=frozenset(redirect_uris),
        post_logout_redirect_uris=frozenset(post_logout_redirect_uris),
        secret=None if secret is None else _secret(GATEWAY, secret),
        always=frozenset({Scope.OPENID, Scope.PROFILE, Scope.ROLES}),
        form_post=False,
    )


def clients_of(
    configured: Iterable[OidcClient], read_file: Callable[[Path], str], pseudonym: Pseudonym
) -> dict[ClientId, Client]:
    """Relying parties of the configuration. Raises ClientUnusable for what cannot be served safely."""
    clients: dict[ClientId, Client] = {}
    for entry in configured:
        name = ClientId(entry.id)
        if name in clients or name == GATEWAY:
            raise ClientUnusable(entry.id, "the id is taken", "give every relying party an id of its own")
        clients[name] = client_of(
            entry,
            pseudonym,
            secret=None if entry.secret_file is None else read_file(entry.secret_file),
            jwks=None if entry.jwks_file is None else read_file(entry.jwks_file),
        )
    return clients


def client_of(
    entry: OidcClient,
    pseudonym: Pseudonym,
    *,
    secret: str | None = None,
    jwks: str | None = None,
    made: tuple[MadeSecret, ...] = (),
) -> Client:
    """Whatever its files hold is given. Raises ClientUnusable for what cannot be served safely."""
    return Client(
        id=ClientId(entry.id),
        redirect_uris=frozenset(entry.redirect_uris),
        post_logout_redirect_uris=frozenset(entry.post_logout_redirect_uris),
        secret=None if secret is None else _secret(entry.id, secret),
        made=made,
        keys=None if jwks is None else _keys(entry.id, jwks),
        require_signed_request=entry.require_signed_request,
        require_pushed=entry.require_pushed,
        method=None if entry.authentication is None else Method(entry.authentication),
        algorithm=entry.id_token_algorithm,
        userinfo_algorithm=entry.userinfo_signed_response_alg,
        scopes=frozenset({Scope.OPENID, *map(Scope, entry.scopes)}),
        refresh=entry.refresh,
        refresh_idle=entry.refresh_idle,
        device=entry.device_authorization,
        dpop=entry.dpop_bound_access_tokens,
        certificate=_certificate(entry),
        certificate_bound=entry.tls_client_certificate_bound_access_tokens,
        sector=entry.sector or _host(next(iter(entry.redirect_uris), "")),
        pseudonym=pseudonym if entry.subject_type == "pairwise" else None,
        application=entry.application or "",
        outside=entry.outside,
        introspects=frozenset(entry.introspects),
        backchannel_logout_uri=entry.backchannel_logout_uri,
        frontchannel_logout_uri=entry.frontchannel_logout_uri,
    )


def _certificate(entry: OidcClient) -> CertificateName | None:
    said = entry.tls_client_auth_subject_dn
    try:
        subject = None if said is None else subject_of(said)
    except NameUnusable as error:
        what = f"tls_client_auth_subject_dn {said!r} cannot be read: {error}"
        raise ClientUnusable(entry.id, what, "write it as `CN=program,O=office,C=CZ`") from error
    dns, uri = entry.tls_client_auth_san_dns, entry.tls_client_auth_san_uri
    named = any(one is not None for one in (said, dns, uri))
    return CertificateName(subject=subject, dns=dns, uri=uri) if named else None


def _host(uri: str) -> str:
    """Empty for what `redirect_fault` refuses."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _secret(client: str, text: str) -> Secret:
    if len(text.strip()) < SECRET_MIN:
        raise ClientUnusable(
            client, "the secret is short", f"put {SECRET_MIN} random characters or more in it"
        )
    return Secret.of(text.strip())


def _keys(client: str, text: str) -> KeySet:
    try:
        return keys_of(text)
    except KeysUnusable as error:
        raise ClientUnusable(client, f"the file of its keys {error.what}", error.hint) from error
