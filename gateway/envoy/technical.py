"""Hosts for technical accounts alone: the only ones whose clients are asked for a certificate.

They have a filter chain of their own, chosen by the name in the TLS handshake (RFC 6066 §3), and a table of routes of
their own, so that neither a person's connection leads to them nor theirs to what people use. The certificate is
read from the connection itself; no header of a request says whose it is.
"""

from msgspec.structs import replace

from config.marks import mark_on_routes
from config.settings import Application, Settings
from gateway.envoy.asking import Place, nothing
from gateway.envoy.clusters import cluster_of
from gateway.envoy.gate import LUA
from gateway.envoy.hosted import hosted
from gateway.envoy.hosts import Authority, hosts_of
from gateway.envoy.lua import script
from gateway.envoy.messages import Json, Surroundings, typed
from gateway.envoy.routes import odd_paths, table_of

TECHNICAL_ROUTES = "technical"
CLIENT_AUTHORITY = "brana.client-authority"
TECHNICAL_FILTER = "brana.technical"
VERIFIED = "x-brana-certificate-verified"  # for the decision alone
TLS_INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"


def issuer_of(settings: Settings) -> str:
    """The provider's address, as it stands in its tokens."""
    return f"https://{Authority(settings).of(f'login.{settings.public.domain}')}"


def technical_hosts(settings: Settings, surroundings: Surroundings) -> list[tuple[Application, str, str]]:
    """Application, host, and whose it is, as in `hosts_of`."""
    return [
        (application, host, municipality)
        for application in settings.applications
        if application.technical_host is not None
        for host, municipality in hosts_of(application, surroundings, application.technical_host)
    ]


def technical_routes(settings: Settings, surroundings: Surroundings) -> list[Json]:
    """None where no application has such a host."""
    authority = Authority(settings)
    hosts = []
    for application, host, municipality in technical_hosts(settings, surroundings):
        own = replace(application, routes=[route for route in application.routes if not route.public])
        place = Place(
            application.id,
            municipality,
            authority.of(host),
            cluster_of(application),
            mark_on_routes(settings, application),
        )
        rows = hosted(own, place)
        # There is no sign-in here, so none of our own paths either.
        hosts.append({"name": host, "domains": [host], "routes": [odd_paths(), nothing("/.brana"), *rows]})
    if not hosts:
        return []
    table = table_of(TECHNICAL_ROUTES, hosts, settings.public.hsts)
    return [table | {"request_headers_to_remove": [*table["request_headers_to_remove"], VERIFIED]}]


def client_authority(settings: Settings) -> list[Json]:
    """As a secret of its own, read again when its files are replaced by renaming."""
    technical = settings.technical
    if technical is None:
        return []
    context: Json = {
        "trusted_ca": {"filename": str(technical.authority)},
        # Whoever fails is let through to be told the reason: the decision believes nobody without Envoy's word.
        "trust_chain_verification": "ACCEPT_UNTRUSTED",
    }
    if technical.revocation_list is not None:
        context |= {"crl": {"filename": str(technical.revocation_list)}, "only_verify_leaf_cert_crl": True}
    return [{"name": CLIENT_AUTHORITY, "validation_context": context}]


def certificate_filter() -> Json:
    """Between token and gate: says whether the certificate was verified, and knows what was decided of it a moment ago.

    Not before the token, whose filter takes away what stands in the headers that it writes.
    """
    return {
        "name": TECHNICAL_FILTER,
        "typed_config": typed(
            LUA, default_source_code={"inline_string": script("technical.lua")}, clear_route_cache=False
        ),
    }


def by_name_of_server() -> list[Json]:
    """Listener filters that read the name a client asks for."""
    return [{"name": "envoy.filters.listener.tls_inspector", "typed_config": typed(TLS_INSPECTOR)}]
