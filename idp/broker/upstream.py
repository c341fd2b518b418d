"""Another OpenID Provider as the configuration has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.vocabulary import AuthenticationLevel, MunicipalityCode

METADATA = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0 §4


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    name: str
    issuer: str
    hosts: frozenset[str]
    """On which its endpoints may be, as `host` or `host:port`; the issuer's is one of them."""
    client_id: str
    secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    algorithms: tuple[str, ...]
    levels: Mapping[str, AuthenticationLevel] = field(default_factory=dict)
    municipality_of: Callable[[str], MunicipalityCode | None] | None = None
    """Of an organisation number, where the provider is CAAIS; None: it says nothing of offices."""

    @property
    def metadata(self) -> str:
        return self.issuer + METADATA

    def allows(self, address: str) -> bool:
        """Whether we, or a person's browser, may be sent there by what the provider says of itself."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        fine = (
            parts.scheme == "https" and "@" not in parts.netloc and not parts.fragment and address.isascii()
        )
        usual = parts.hostname or ""
        return (
            fine
            and address.isprintable()
            and (usual if port in (None, 443) else f"{usual}:{port}") in self.hosts
        )


def host_of(issuer: str) -> str:
    """As `Upstream.hosts` writes it."""
    parts = urlsplit(issuer)
    return parts.hostname or "" if parts.port in (None, 443) else f"{parts.hostname}:{parts.port}"
