"""What is wrong with relying parties of our sign-in, beyond types."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.settings import OidcClient, Settings

SHORTEST_IDLE = timedelta(minutes=1)
BY_CERTIFICATE = "tls_client_auth"
CERTIFICATE_NAMES = ("tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri")
BUILT_IN = frozenset({"brana-gateway"})


def client_findings(settings: Settings) -> Iterator[Finding]:
    seen = set(BUILT_IN)
    hosted = {one.id for one in settings.applications}
    known = {one.id for one in settings.oidc_clients}
    for number, client in enumerate(settings.oidc_clients):
        at = f"oidc_clients[{number}]"
        if client.id in seen or not client.id:
            yield f"{at}.id", f"{client.id!r} is taken", "give each client an id of its own"
        seen.add(client.id)
        yield from findings_of(at, client, known, hosted)
        shows = client.authentication == BY_CERTIFICATE or client.tls_client_certificate_bound_access_tokens
        if shows and settings.technical is None:
            yield (
                f"{at}.authentication",
                "no authority of client certificates is named",
                "add [technical] with `authority`",
            )


def findings_of(
    at: str, client: OidcClient, known: Collection[str], hosted: Collection[str]
) -> Iterator[Finding]:
    """Of one, wherever it is described. `known`: ids of clients, `hosted`: of applications."""
    yield from _proof(at, client)
    yield from _asks_about(at, client, known)
    if client.application is not None and client.application not in hosted:
        yield (
            f"{at}.application",
            f"there is no application {client.application!r}",
            "write the `id` of one of `applications`, or leave it out",
        )
    if client.outside is not None and client.device_authorization:
        yield (
            f"{at}.device_authorization",
            "goes with no application outside the centre: its people would not read what it learns of them",
            "leave one of the two out",
        )
    if not client.redirect_uris and not client.device_authorization:
        yield (
            f"{at}.redirect_uris",
            "is missing: no answer would go anywhere",
            "write the address of its callback; a program without a browser has `device_authorization = true`",
        )
    yield from _certificate(at, client)
    yield from _sector(at, client)
    if client.refresh_idle < SHORTEST_IDLE:
        yield (
            f"{at}.refresh_idle",
            "is shorter than a minute, and an access token lasts five",
            "choose a longer time; a refresh token ends with its sign-in in any case",
        )
    for name, uri in addresses_of(client):
        parts = split_address(uri)
        if parts is None or parts.scheme != "https" or not parts.hostname or "#" in uri:
            yield (
                f"{at}.{name}",
                f"{uri!r} is not an https address without fragment",  # RFC 6749 §3.1.2
                "write the whole address, as `https://application.example/callback`",
            )
    yield from _front_channel(f"{at}.frontchannel_logout_uri", client)
    if client.backchannel_logout_authority is not None and client.backchannel_logout_uri is None:
        yield (
            f"{at}.backchannel_logout_authority",
            "nothing is sent there",
            "add `backchannel_logout_uri`, or take the file out",
        )


def _front_channel(at: str, client: OidcClient) -> Iterator[Finding]:
    """Front-Channel Logout 1.0 §2; and the address becomes part of a page's policy, which such signs would end."""
    uri = client.frontchannel_logout_uri
    if uri is None:
        return
    if _origin(uri) not in {_origin(one) for one in client.redirect_uris}:
        yield at, f"{uri!r} is on no host of `redirect_uris`", "name an address of the application itself"
    if any(sign in uri.partition("?")[0] for sign in ";,'"):
        yield at, f"{uri!r} has a sign that a page's policy cannot name", "choose another path"


def _origin(uri: str) -> tuple[str, str] | None:
    parts = split_address(uri)
    return None if parts is None else (parts.scheme, parts.netloc.lower())


def addresses_of(client: OidcClient) -> Iterator[tuple[str, str]]:
    """Each address that it gave, with the setting that it stands in."""
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        yield from ((name, uri) for uri in getattr(client, name))
    for name in ("backchannel_logout_uri", "frontchannel_logout_uri"):
        if (uri := getattr(client, name)) is not None:
            yield name, uri


def _proof(at: str, client: OidcClient) -> Iterator[Finding]:
    """Exactly what its way of proving itself takes: anything else would look like a proof and be none."""
    way = client.authentication
    by_secret = way in {"client_secret_basic", "client_secret_post"}
    if by_secret and client.secret_file is None:
        yield f"{at}.authentication", f"{way} takes a secret, and there is none", "name it by `secret_file`"
    if client.secret_file is not None and not by_secret and way is not None:
        yield f"{at}.secret_file", f"{way} takes no secret", "take it out, or choose another `authentication`"
    by_key = way == "private_key_jwt"
    if by_key and client.jwks_file is None:
        yield f"{at}.authentication", f"{way} takes keys, and there are none", "name them by `jwks_file`"
    if client.jwks_file is not None and not by_key and not client.require_signed_request:
        yield (
            f"{at}.jwks_file",
            "no key is asked for",
            'write `authentication = "private_key_jwt"` or `require_signed_request = true`, or take the file out',
        )
    if client.require_signed_request and client.jwks_file is None:
        yield f"{at}.require_signed_request", "there are no keys to verify it by", "name them by `jwks_file`"
    if client.require_pushed and _is_public(client):
        yield f"{at}.require_pushed", "a public client may leave no requests", "give it a secret or keys"


def _certificate(at: str, client: OidcClient) -> Iterator[Finding]:
    """RFC 8705 §2.1.2: exactly one name says which certificate is its own."""
    names = [name for name in CERTIFICATE_NAMES if getattr(client, name) is not None]
    by_certificate = client.authentication == BY_CERTIFICATE
    if by_certificate and len(names) != 1:
        either = ", ".join(CERTIFICATE_NAMES)
        yield f"{at}.authentication", f"{BY_CERTIFICATE} takes one name", f"write one of {either}"
    for name in names if not by_certificate else ():
        yield f"{at}.{name}", "no certificate is asked for", f'write `authentication = "{BY_CERTIFICATE}"`'


def _sector(at: str, client: OidcClient) -> Iterator[Finding]:
    """OpenID Connect Core 1.0 §8.1: the host of all its addresses, or one that is said."""
    if client.sector is not None and (client.subject_type != "pairwise" or not client.sector.strip()):
        yield f"{at}.sector", "names nothing that is asked for", 'it goes with `subject_type = "pairwise"`'
    hosts = {parts.hostname for uri in client.redirect_uris if (parts := split_address(uri)) is not None}
    if client.subject_type == "pairwise" and client.sector is None and len(hosts) != 1:
        several = "its redirect addresses are of several hosts" if hosts else "it has no redirect address"
        yield f"{at}.sector", several, "name one of them" if hosts else "name it; it is the same for ever"


def _asks_about(at: str, client: OidcClient, known: Collection[str]) -> Iterator[Finding]:
    for number, name in enumerate(client.introspects):
        if name not in known:
            yield f"{at}.introspects[{number}]", f"there is no client {name!r}", "write its `id`"
    if client.introspects and _is_public(client):
        yield f"{at}.introspects", "a public client may ask about nothing", "give it a secret or keys"


def _is_public(client: OidcClient) -> bool:
    """Keys alone do not prove it: they may be for its requests."""
    return client.secret_file is None and client.authentication not in {"private_key_jwt", BY_CERTIFICATE}


def secrets_of_clients(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    return {
        f"oidc_clients[{number}].secret_file": client.secret_file
        for number, client in enumerate(settings.oidc_clients)
        if client.secret_file is not None
    }


def keys_of_clients(settings: Settings) -> dict[str, Path]:
    """Public files that must be there."""
    return {
        f"oidc_clients[{number}].{name}": file
        for number, client in enumerate(settings.oidc_clients)
        for name, file in (
            ("jwks_file", client.jwks_file),
            ("backchannel_logout_authority", client.backchannel_logout_authority),
        )
        if file is not None
    }
