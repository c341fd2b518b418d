"""What types cannot say of a Keycloak server that is set up from here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.settings import Keycloak, Settings, UpstreamProvider

BUILT_IN = frozenset(
    {
        *("account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"),
    }
)
"""Clients that each realm has for itself."""
ISSUER = re.compile(r"(https://[^?#]+)/realms/([A-Za-z0-9._-]{1,100})\Z")


@dataclass(frozen=True, slots=True)
class Realm:
    server: str
    """Address without a final slash."""
    name: str


def realm_of(issuer: str) -> Realm | None:
    """None where it is no realm of a Keycloak server."""
    found = ISSUER.match(issuer)
    return Realm(found[1], found[2]) if found else None


def secrets_of_keycloak(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    keycloak = settings.keycloak
    return (
        {} if keycloak is None else {"keycloak.administrator_secret_file": keycloak.administrator_secret_file}
    )


def provider_of(settings: Settings, keycloak: Keycloak) -> UpstreamProvider | None:
    return next((one for one in settings.upstream_providers if one.name == keycloak.provider), None)


def keycloak_findings(settings: Settings) -> Iterator[Finding]:
    keycloak = settings.keycloak
    if keycloak is None:
        return
    provider = provider_of(settings, keycloak)
    if provider is None:
        known = ", ".join(one.name for one in settings.upstream_providers) or "none"
        yield "keycloak.provider", f"no provider {keycloak.provider!r}", f"`upstream_providers` has: {known}"
    else:
        yield from _provider(provider)
    if keycloak.server is not None:
        parts = split_address(keycloak.server)
        plain = parts is not None and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
        if not plain or keycloak.server.endswith("/") or any(sign in keycloak.server for sign in "?#"):
            remedy = "write it as `https://sso-admin.office.example`"
            yield (
                "keycloak.server",
                f"{keycloak.server!r} is not an https address without final slash",
                remedy,
            )


def _provider(provider: UpstreamProvider) -> Iterator[Finding]:
    at = "keycloak.provider"
    if provider.kind != "generic":
        yield (
            at,
            f"{provider.name!r} is of the kind {provider.kind!r}",
            "name the provider that is your Keycloak",
        )
    realm = realm_of(provider.issuer)
    if realm is None:
        remedy = "a Keycloak's issuer ends in `/realms/NAME`"
        yield at, f"the issuer of {provider.name!r} is no realm of a Keycloak", remedy
    elif realm.name == "master":
        remedy = "choose a realm of its own, as `/realms/office`"
        yield at, f"{provider.name!r} is Keycloak's own realm, of its administrators", remedy
    if provider.client_id in BUILT_IN:
        remedy = "choose another `client_id`, as `brana`: what others put there would be taken away"
        yield at, f"{provider.client_id!r} is a client of Keycloak itself", remedy
    if provider.client_secret_file is None:
        remedy = "give it a `client_secret_file`: the secret in it is set at the Keycloak"
        yield at, f"{provider.name!r} has no secret by which the Keycloak would know us", remedy
    if provider.scopes:
        remedy = "take out its `scopes`: what we are told there needs none, and others are refused"
        yield at, f"{provider.name!r} asks for {', '.join(provider.scopes)}", remedy
    counted = [level.level for level in provider.levels]
    if len(counted) != len(set(counted)):
        remedy = "leave one `acr` for each level: it is what the realm calls it"
        yield at, f"the levels of {provider.name!r} give two names to one", remedy
