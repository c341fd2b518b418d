"""Whom Envoy may call: our own sockets and the hosted applications."""

import ipaddress
from urllib.parse import urlsplit

from config.settings import Application, Settings
from gateway.envoy.messages import Json, Surroundings, pipe, typed
from gateway.envoy.responses import our_cookies_removed
from gateway.envoy.streams import many_at_once, watch_cluster

OURS = ("idp", "web", "authorize")  # clusters behind sockets of the same names
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
IDLE = "4s"  # below the shortest keep-alive of common application servers (5 s), so that we close first
CONNECT = "2s"


class UpstreamUnusable(Exception):
    """The address of a hosted application cannot be used."""

    def __init__(self, application: str, upstream: str) -> None:
        super().__init__(
            f"applications.{application}.upstream: {upstream!r} is not `http://address:port`; "
            "write the address of the application without a path"
        )


def application_cluster(application: str) -> str:
    return f"application.{application}"


def clusters(settings: Settings, surroundings: Surroundings) -> list[Json]:
    """Every cluster but the discovery server's. Raises UpstreamUnusable."""
    ours = [_cluster(name, "STATIC", pipe(surroundings.socket(name)), []) for name in OURS]
    hosted = [_application(application) for application in settings.applications]
    return [*ours, watch_cluster(surroundings), *hosted]


def _application(application: Application) -> Json:
    parts = urlsplit(application.upstream)
    try:
        port = parts.port
    except ValueError:
        port = None
    extra = parts.path.rstrip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != "http" or not parts.hostname or port is None or extra:
        raise UpstreamUnusable(application.id, application.upstream)
    address = {"socket_address": {"address": parts.hostname, "port_value": port}}
    discovery = "STATIC" if _is_address(parts.hostname) else "STRICT_DNS"
    made = _cluster(application_cluster(application.id), discovery, address, [our_cookies_removed()])
    return made | {"circuit_breakers": many_at_once()}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _cluster(name: str, discovery: str, address: Json, filters: list[Json]) -> Json:
    options: Json = {
        "explicit_http_config": {"http_protocol_options": {}},
        "common_http_protocol_options": {"idle_timeout": IDLE},
    }
    if filters:
        codec = typed("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec")
        options["http_filters"] = [
            *filters,
            {"name": "envoy.filters.http.upstream_codec", "typed_config": codec},
        ]
    return {
        "name": name,
        "type": discovery,
        "connect_timeout": CONNECT,
        "typed_extension_protocol_options": {HTTP_OPTIONS: typed(HTTP_OPTIONS, **options)},
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
