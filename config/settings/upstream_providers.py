"""Other identity providers by which people may show who they are, in place of the directory's password."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting, Title

UpstreamAlgorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]


class UpstreamLevel(Setting, frozen=True, kw_only=True):
    """What one `acr` of the provider counts for here."""

    acr: Annotated[str, Meta(min_length=1, max_length=200)]
    """Equal character by character."""
    level: Literal["two-factors", "phishing-resistant"]


class UpstreamProvider(Setting, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")]
    """Part of the address to which it sends people back."""
    title: Title
    """As people know it."""
    kind: Literal["generic", "caais"] = "generic"
    """`caais`: the identity space of public administration, which says for which office somebody acts."""
    issuer: Annotated[str, Meta(max_length=200)]
    """Its metadata are at `/.well-known/openid-configuration` below it."""
    hosts: list[str] = field(default_factory=list)
    """Besides the issuer's, on which its endpoints may be, as `keys.provider.example` or with `:port`."""
    authority: Path | None = None
    """PEM certificate of the authority that signed its certificates; left out: the system's."""
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    client_secret_file: Path | None = None
    """How the token endpoint knows us; left out: by a certificate, or as a public client."""
    certificate: Path | None = None
    """Client certificate for the token endpoint (RFC 8705)."""
    key: Path | None = None
    scopes: list[Annotated[str, Meta(pattern="^[!#-\\[\\]-~]{1,100}$")]] = field(default_factory=list)
    """Asked for besides `openid`."""
    algorithms: list[UpstreamAlgorithm] = field(default_factory=list)
    """By which its id tokens may be signed; empty: `RS256` and `ES256`."""
    realms: list[str] = field(default_factory=list)
    """What stands behind `@` in user names of people who sign in there."""
    levels: list[UpstreamLevel] = field(default_factory=list)
    """Which of its `acr` make our own second factor needless; empty: none."""
