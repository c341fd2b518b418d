"""Programs that come by themselves: without a person, a sign-in or a page."""

from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import MunicipalityCode, Role

Thumbprint = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class TechnicalRole(Setting, frozen=True, kw_only=True):
    municipality: MunicipalityCode
    role: Role


class TechnicalCertificate(Setting, frozen=True, kw_only=True):
    """Which client certificates are this account's; each must come from `technical.authority` in any case."""

    names: list[str] = field(default_factory=list)
    """Alternative names (DNS or URI), one of which the certificate bears."""
    thumbprints: list[Thumbprint] = field(default_factory=list)
    """SHA-256 of whole certificates (DER), in lower-case hexadecimal digits."""


class TechnicalAccount(Setting, frozen=True, kw_only=True):
    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    name: str
    owner: str
    """Who answers for it: a person or an office, with a telephone number."""
    roles: Annotated[list[TechnicalRole], Meta(min_length=1)]
    ends: date
    """The last day on which it may be used."""
    networks: list[str] = field(default_factory=list)
    """Where it may come from; required with a certificate."""
    certificate: TechnicalCertificate | None = None
    keys: Path | None = None
    """JWK set (RFC 7517 §5) of the public keys by which it proves itself at the token endpoint."""
    secret: bool = False
    """Whether it may prove itself there by a secret that `brana technical issue-secret` made."""


class Technical(Setting, frozen=True, kw_only=True):
    """What client certificates are checked by."""

    authority: Path
    """PEM certificates of the authorities whose clients are believed."""
    revocation_list: Path | None = None
    """Certificate revocation list (RFC 5280 §5) of that authority, PEM: Envoy reads it as it is."""
