"""Whom Envoy may call: our own sockets and the hosted applications."""

from functools import partial
from pathlib import Path

from config.fleet import ALIVE_HOST
from config.personnel import answered_by_us
from config.settings import Application, Settings
from gateway.envoy.elsewhere import ALIVE_PATH, clusters_elsewhere
from gateway.envoy.hosts import Authority, hosts_of
from gateway.envoy.identity import identity_filters, no_trailers
from gateway.envoy.messages import Json, Surroundings, pipe, typed
from gateway.envoy.plain import ACME
from gateway.envoy.responses import our_cookies_removed
from gateway.envoy.streams import many_at_once, watch_cluster
from gateway.envoy.upstream_tls import marked, transport
from gateway.envoy.upstreams import chosen, endpoints, upstreams_of, watching

OURS = ("idp", "web", "authorize")  # clusters behind sockets of the same names
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
IDLE = "4s"  # below the shortest keep-alive of common application servers (5 s), so that we close first
CONNECT = "2s"
ALIVE_EVERY, ALIVE_WITHIN = "1s", "4s"
AWAY_EVERY = "0.050s"  # one that is begun again is known at once
CODECS = {"http1": "http_protocol_options", "http2": "http2_protocol_options"}


def application_cluster(application: str) -> str:
    return f"application.{application}"


def cluster_of(application: Application) -> str:
    """Ours, where the gateway itself is behind it."""
    return "web" if answered_by_us(application) else application_cluster(application.id)


def clusters(settings: Settings, surroundings: Surroundings) -> list[Json]:
    """Every cluster but the discovery server's. Raises UpstreamUnusable."""
    if settings.fleet is not None:
        ours = clusters_elsewhere(settings.fleet, surroundings, surroundings.left)
    else:
        ours = [
            _cluster(name, "STATIC", [_endpoint(surroundings.socket(name))], []) | _asked_whether_alive()
            for name in OURS
        ]
    authority = Authority(settings)
    hosted = [
        one
        for application in settings.applications
        if not answered_by_us(application)
        for one in _application(application, authority, surroundings)
    ]
    if settings.public.acme is not None:
        ours.append(_cluster(ACME, "STATIC", [_endpoint(surroundings.socket(ACME))], []))
    return [*ours, watch_cluster(surroundings), *hosted]


def public_cluster(application: Application) -> str:
    """Cluster of routes that anybody may use: nobody borrows the account of an application that has but one."""
    usual = application_cluster(application.id)
    return f"{usual}.public" if application.identity.way == "basic" else usual


def _application(application: Application, authority: Authority, surroundings: Surroundings) -> list[Json]:
    (host, _), *_ = hosts_of(application, surroundings)
    clusters = {application_cluster(application.id): identity_filters(application)}
    if any(route.public for route in application.routes):
        clusters.setdefault(public_cluster(application), [])
    by_address = all(one.is_address for one in upstreams_of(application))
    further = watching(application, authority.of(host)) | transport(application)
    further |= {"circuit_breakers": many_at_once()}
    late = [no_trailers()] if application.protocol == "http2" else []  # HTTP/1.1 gets none from Envoy
    return [
        _cluster(
            name,
            "STATIC" if by_address else "STRICT_DNS",
            endpoints(application, partial(marked, application)),
            [*filters, *late, our_cookies_removed()],
            CODECS[application.protocol],
        )
        | further
        for name, filters in clusters.items()
    ]


def _asked_whether_alive() -> Json:
    """A control plane that hangs takes connections and answers nothing: after ten seconds nobody else waits for it.

    What is under way goes on, however long it takes. `elsewhere.py` is more impatient, as others can answer there.
    """
    asked: Json = {
        "interval": ALIVE_EVERY,
        "no_traffic_interval": ALIVE_EVERY,
        "unhealthy_interval": AWAY_EVERY,
        "timeout": ALIVE_WITHIN,
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
        "http_health_check": {"host": ALIVE_HOST, "path": ALIVE_PATH},
    }
    return {"health_checks": [asked], **chosen(0)}


def _endpoint(socket: Path) -> Json:
    return {"lb_endpoints": [{"endpoint": {"address": pipe(socket)}}]}


def _cluster(
    name: str, discovery: str, groups: list[Json], filters: list[Json], codec_options: str = CODECS["http1"]
) -> Json:
    options: Json = {
        "explicit_http_config": {codec_options: {}},
        "common_http_protocol_options": {"idle_timeout": IDLE},
    }
    if filters:
        codec = typed("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec")
        options["http_filters"] = [
            *filters,
            {"name": "envoy.filters.http.upstream_codec", "typed_config": codec},
        ]
    # Of a name with addresses of both kinds each is tried (RFC 8305).
    families = {"dns_lookup_family": "ALL"} if discovery == "STRICT_DNS" else {}
    return families | {
        "name": name,
        "type": discovery,
        "connect_timeout": CONNECT,
        "typed_extension_protocol_options": {HTTP_OPTIONS: typed(HTTP_OPTIONS, **options)},
        "load_assignment": {"cluster_name": name, "endpoints": groups},
    }
