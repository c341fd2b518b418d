"""Plain HTTP: the way to HTTPS, and an authority's question whether the host is ours (ACME, HTTP-01)."""

from config.settings import Public, Settings
from gateway.envoy.access_log import access_log
from gateway.envoy.hardening import BUFFER_BYTES, limits, reading
from gateway.envoy.hosts import Authority
from gateway.envoy.limits import address_limit
from gateway.envoy.load_balancers import behind
from gateway.envoy.messages import Json, Surroundings, typed

PLAIN = "plain"
ACME = "acme"  # cluster and socket
CHALLENGES = "/.well-known/acme-challenge/"  # RFC 8555 §8.3
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def plain_listener(settings: Settings, surroundings: Surroundings) -> list[Json]:
    """Nothing where `http_port` is not set. No cookie, body or identity goes anywhere from here."""
    public = settings.public
    if public.http_port is None:
        return []
    manager = typed(
        HCM,
        stat_prefix=PLAIN,
        http_filters=[
            address_limit(settings.limits),
            {
                "name": "envoy.filters.http.router",
                "typed_config": typed("envoy.extensions.filters.http.router.v3.Router"),
            },
        ],
        route_config={
            "name": PLAIN,
            "validate_clusters": False,
            "virtual_hosts": [
                {"name": PLAIN, "domains": ["*"], "routes": _routes(public, Authority(settings).port)}
            ],
        },
        access_log=access_log(surroundings.spool),
        **reading(),
        **limits(),
    )
    made: Json = {
        "name": PLAIN,
        "address": {"socket_address": {"address": public.address, "port_value": public.http_port}},
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    return [made | behind(public.proxies, made)]


def _routes(public: Public, port: int) -> list[Json]:
    elsewhere = {"https_redirect": True, "port_redirect": port, "response_code": "PERMANENT_REDIRECT"}
    to_https = [{"match": {"prefix": "/"}, "redirect": elsewhere}]
    if public.acme is None:
        return to_https
    asked = {
        "match": {"prefix": CHALLENGES, "headers": [{"name": ":method", "string_match": {"exact": "GET"}}]},
        "route": {"cluster": ACME, "timeout": "5s"},
        "request_headers_to_remove": ["cookie", "authorization"],
    }
    return [asked, *to_https]
