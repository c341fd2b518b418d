"""The host at which clients of the provider show a certificate (RFC 8705 §5): `mtls.`, beside `login.`.

Browsers come to `login.`, and would show their people a chooser; so nobody is asked there. Here programs come alone,
and whoever shows a certificate that no configured authority signed has no connection. What Envoy verified is told in a
header that is taken off every request first, at both hosts.
"""

from config.hosts import mutual_host
from config.settings import Settings
from gateway.envoy.asking import nothing
from gateway.envoy.elsewhere import tried_elsewhere
from gateway.envoy.hosts import Authority
from gateway.envoy.messages import Json, overwrite
from gateway.envoy.routes import PEER, odd_paths, ours, table_of
from idp.oidc.discovery import MUTUAL_ENDPOINTS

MUTUAL_ROUTES = "mutual"
MUTUAL_AUTHORITY = "brana.mutual-authority"


def mutual_routes(settings: Settings) -> list[Json]:
    """None where no client shows a certificate."""
    host = mutual_host(settings)
    if host is None:
        return []
    authority = Authority(settings)
    rows = [_told(ours(path, "idp", host, authority)) for path in MUTUAL_ENDPOINTS.values()]
    hosts = [{"name": host, "domains": [host], "routes": [odd_paths(), *rows, nothing()]}]
    table = table_of(MUTUAL_ROUTES, tried_elsewhere(hosts) if settings.fleet else hosts, settings.public.hsts)
    # Removed before it is written, by each route: what the table removes would go afterwards.
    kept = [name for name in table["request_headers_to_remove"] if name != PEER]
    return [table | {"request_headers_to_remove": kept}]


def _told(route: Json) -> Json:
    """Whose certificate the connection showed, as PEM (RFC 7468) in percent-encoding."""
    added = [*route["request_headers_to_add"], overwrite(PEER, "%DOWNSTREAM_PEER_CERT%")]
    return route | {"request_headers_to_remove": [PEER, "cookie"], "request_headers_to_add": added}


def mutual_authority(settings: Settings) -> list[Json]:
    """As a secret of its own, read again when its files are replaced by renaming."""
    technical = settings.technical
    if technical is None or mutual_host(settings) is None:
        return []
    context: Json = {"trusted_ca": {"filename": str(technical.authority)}}
    if technical.revocation_list is not None:
        context |= {"crl": {"filename": str(technical.revocation_list)}, "only_verify_leaf_cert_crl": True}
    return [{"name": MUTUAL_AUTHORITY, "validation_context": context}]
