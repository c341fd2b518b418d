"""What is in files that settings name, and are read when they are named and not when they change."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from config.saml import certificates_of_service_providers
from config.settings import Application, Settings
from config.sources import Sources
from config.upstream_providers import certificates_of_upstream_providers, secrets_of_upstream_providers
from gateway.commands.file_stamp import stamp

MARK = 16  # hexadecimal digits of a digest


def contents_of(settings: Settings, sources: Sources) -> dict[str, str]:
    """Digests, by the path of the setting. Raises OSError, UnicodeDecodeError."""
    files = {
        f"oidc_clients[{number}].secret_file": client.secret_file
        for number, client in enumerate(settings.oidc_clients)
        if client.secret_file is not None
    }
    files |= certificates_of_service_providers(settings)
    files |= secrets_of_upstream_providers(settings) | certificates_of_upstream_providers(settings)
    files |= {
        f"oidc_clients[{number}].jwks_file": client.jwks_file
        for number, client in enumerate(settings.oidc_clients)
        if client.jwks_file is not None
    }
    files |= {
        f"technical_accounts[{number}].keys": one.keys
        for number, one in enumerate(settings.technical_accounts)
        if one.keys is not None
    }
    return contents_at_edge(settings, sources) | _digests(files) | _stamps(settings.countries.database)


def contents_at_edge(settings: Settings, sources: Sources) -> dict[str, str]:
    """Where nothing is decided, and nobody signs in. Raises as above."""
    return of_district(settings, sources) | _digests(_passwords(settings.applications))


def of_district(settings: Settings, sources: Sources) -> dict[str, str]:
    """The one of them that is kept with what was accepted."""
    return {"office.district": _digest(sources.text(settings.office.district).encode())}


def digest_of(settings: Settings, contents: Mapping[str, str], policies: str = "") -> str:
    """Of all that is in force; `policies`: their version."""
    made = msgspec.json.encode([settings, dict(contents), policies], enc_hook=str)
    return hashlib.sha256(made).hexdigest()[:MARK]


def _stamps(database: Path | None) -> dict[str, str]:
    """Not what is in it, which may be a hundred megabytes: a new one is another file, or was written since."""
    return {} if database is None else {"countries.database": str(stamp(database))}


def _passwords(applications: Iterable[Application]) -> dict[str, Path]:
    return {
        f"applications.{one.id}": one.identity.password_file
        for one in applications
        if one.identity.password_file is not None
    }


def _digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: _digest(file.read_bytes()) for name, file in files.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
