"""The one listener that people reach, and its certificate."""

from ipaddress import ip_network

from config.settings import Settings
from gateway.envoy.access_log import access_log
from gateway.envoy.authorization import authorization_filter
from gateway.envoy.elsewhere import another_control_plane
from gateway.envoy.gate import GATE_FILTER, GRANT_FILTER, JWT, LUA, by_discovery
from gateway.envoy.grpc_web import grpc_web_filter
from gateway.envoy.hardening import BUFFER_BYTES, HANDSHAKE, forms_whole, limits, reading
from gateway.envoy.hosts import Authority
from gateway.envoy.local_replies import local_replies
from gateway.envoy.messages import ROUTES, Json, Surroundings, discovered, seconds, typed
from gateway.envoy.streams import stream_filter
from gateway.envoy.technical import (
    TECHNICAL_ROUTES,
    asking_for_certificates,
    by_name_of_server,
    certificate_filter,
    technical_hosts,
)
from gateway.envoy.webdav import webdav_filter

LISTENER = "people"
CERTIFICATE = "brana.certificate"
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
TLS = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"


def listener(settings: Settings, surroundings: Surroundings) -> Json:
    """Where people come in: TLS, one way of reading a request, grant, gate, decision, router."""
    public, again = settings.public, another_control_plane() if settings.fleet else None
    people = _manager(settings, surroundings, ROUTES, http_filters(again))
    made = listening(public.address, public.port, people)
    if hosts := sorted(host for _, host, _ in technical_hosts(settings, surroundings)):
        words, grant, *further = http_filters(again)
        filters = [words, grant, certificate_filter(), *further]
        technical = _manager(settings, surroundings, TECHNICAL_ROUTES, filters)
        chain = _chain(asking_for_certificates(_tls()), technical)
        made |= {
            "listener_filters": by_name_of_server(),
            "filter_chains": [
                chain | {"filter_chain_match": {"server_names": hosts}},
                *made["filter_chains"],
            ],
        }
    return made | behind(public.proxies, made)


def behind(proxies: list[str], made: Json) -> Json:
    """Fields of the listener `made` that load balancers alone may connect to, each connection with its client's
    address.

    Whoever else connects finds no filter chain and is closed: so nobody says of himself where he comes from.
    """
    if not proxies:
        return {}
    networks = [ip_network(one) for one in proxies]
    ranges = [{"address_prefix": str(one.network_address), "prefix_len": one.prefixlen} for one in networks]
    theirs = {"direct_source_prefix_ranges": ranges}
    read = typed("envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol")
    first = {"name": "envoy.filters.listener.proxy_protocol", "typed_config": read}
    return {
        "listener_filters": [first, *made.get("listener_filters", ())],
        "filter_chains": [
            chain | {"filter_chain_match": chain.get("filter_chain_match", {}) | theirs}
            for chain in made["filter_chains"]
        ],
    }


def _manager(settings: Settings, surroundings: Surroundings, table: str, filters: list[Json]) -> Json:
    return typed(
        HCM,
        stat_prefix=LISTENER,
        codec_type="AUTO",
        rds={"route_config_name": table, "config_source": discovered()},
        http_filters=filters,
        access_log=access_log(surroundings.spool),
        local_reply_config=local_replies(
            f"https://{Authority(settings).of(f'portal.{settings.public.domain}')}/"
        ),
        **reading(),
        **limits(),
    )


def listening(address: str, port: int, manager: Json) -> Json:
    """A TLS listener around an HTTP connection manager (the benchmark puts a bare one in)."""
    return {
        "name": LISTENER,
        "address": {"socket_address": {"address": address, "port_value": port}},
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "listener_filters_timeout": seconds(HANDSHAKE),
        "filter_chains": [_chain(_tls(), manager)],
    }


def _chain(tls: Json, manager: Json) -> Json:
    return {
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
        "transport_socket_connect_timeout": seconds(HANDSHAKE),
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
    }


def http_filters(again: Json | None = None) -> list[Json]:
    """gRPC-web → grant → gate → decision → WebDAV → watch of streams → form → router; the order is the product's
    promise.

    `again`: when a question that no control plane has seen goes on to another one.
    """
    router = typed("envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return [
        grpc_web_filter(),  # first, so that refusals are answered in its words
        by_discovery(GRANT_FILTER, JWT),
        by_discovery(GATE_FILTER, LUA),
        authorization_filter(again),
        webdav_filter(),
        stream_filter(),
        forms_whole(),
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]


def certificate(settings: Settings) -> Json:
    """The certificate as a secret of its own; read again when its files are replaced by renaming."""
    return {
        "name": CERTIFICATE,
        "tls_certificate": {
            "certificate_chain": {"filename": str(settings.public.certificate)},
            "private_key": {"filename": str(settings.public.key)},
        },
    }


def _tls() -> Json:
    return typed(
        TLS,
        common_tls_context={
            "tls_params": {
                "tls_minimum_protocol_version": "TLSv1_3",
                "tls_maximum_protocol_version": "TLSv1_3",
            },
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_certificate_sds_secret_configs": [{"name": CERTIFICATE, "sds_config": discovered()}],
        },
    )
