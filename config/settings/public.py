"""What people reach: hosts, listener, TLS, and what one of them may take of it."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Port, Setting

Curve = Literal["X25519MLKEM768", "X25519", "P-256", "P-384"]
Protocol = Literal["h2", "http/1.1"]


class Tls(Setting, frozen=True, kw_only=True):
    minimum: Literal["1.2", "1.3"] = "1.3"
    """1.2 only with the ciphers of `gateway/envoy/tls.py`, for old programs."""
    curves: Annotated[list[Curve], Meta(min_length=1)] = field(
        default_factory=lambda: list[Curve](["X25519MLKEM768", "X25519", "P-256"])
    )
    """Key agreements that are offered, the most wanted first."""
    protocols: Annotated[list[Protocol], Meta(min_length=1)] = field(
        default_factory=lambda: list[Protocol](["h2", "http/1.1"])
    )
    """By ALPN (RFC 7301), the most wanted first."""
    warn_before: timedelta = timedelta(days=21)
    """How long before the certificate's end operators and officers are told."""


class Hsts(Setting, frozen=True, kw_only=True):
    """Strict-Transport-Security (RFC 6797) on every host."""

    max_age: timedelta = timedelta(days=365)
    include_subdomains: bool = False
    preload: bool = False


class Public(Setting, frozen=True, kw_only=True):
    domain: str
    """Pages live at login., portal. and admin. below this domain; applications name their own hosts."""
    address: str = "127.0.0.1"
    port: Port = 8443
    certificate: Path
    """PEM chain for all hosts of the domain."""
    key: Path
    advertised_port: Port | None = None
    """Port in addresses that people see, where it differs from `port` (behind a port forward)."""
    proxies: list[str] = field(default_factory=list)
    """Networks of load balancers, as `10.1.0.0/28`, which say by the PROXY protocol whom they pass on."""
    http_port: Port | None = None
    """Where plain HTTP is answered: with the way to HTTPS, and with what an authority asks for (`acme`)."""
    acme: Path | None = None
    """Folder into which an ACME client writes its answers (HTTP-01, RFC 8555 §8.3)."""
    tls: Tls = field(default_factory=Tls)
    hsts: Hsts = field(default_factory=Hsts)


class Limits(Setting, frozen=True, kw_only=True):
    """What one client, and all of them, may take, and Brána's own processes. A burst may be ten seconds' worth."""

    requests_per_address: Annotated[int, Meta(ge=5, le=100_000)] = 100
    """A second, of an IPv4 address or an IPv6 /64, of requests that no fresh grant lets in."""
    requests_per_session: Annotated[int, Meta(ge=5, le=100_000)] = 100
    """A second, of a session in one municipality, in each of Envoy's threads."""
    connections: Annotated[int, Meta(ge=100, le=1_000_000)] = 20_000
    """Of all people together."""
    memory_mib: Annotated[int, Meta(ge=128, le=1_048_576)] = 1024
    """That Envoy may use; near it, connections close and new requests are refused."""
    silence: timedelta = timedelta(seconds=30)
    """How long a process of ours may give no sign of life before it is ended and started again."""
