"""The one listener that people reach."""

from config.settings import Public, Settings
from gateway.envoy.access_log import access_log
from gateway.envoy.authorization import authorization_filter
from gateway.envoy.gate import GATE_FILTER, GRANT_FILTER, JWT, LUA, by_discovery
from gateway.envoy.grpc_web import grpc_web_filter
from gateway.envoy.hardening import BUFFER_BYTES, HANDSHAKE, forms_whole, limits, reading
from gateway.envoy.hosts import Authority
from gateway.envoy.limits import address_limit
from gateway.envoy.local_replies import local_replies
from gateway.envoy.messages import ROUTES, Json, Surroundings, discovered, seconds, typed
from gateway.envoy.streams import stream_filter
from gateway.envoy.tls import tls_context
from gateway.envoy.webdav import webdav_filter

LISTENER = "people"
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def listener(settings: Settings, surroundings: Surroundings) -> Json:
    """Where people come in: TLS, one way of reading a request, grant, gate, decision, router."""
    manager = typed(
        HCM,
        stat_prefix=LISTENER,
        codec_type="AUTO",
        rds={"route_config_name": ROUTES, "config_source": discovered()},
        http_filters=http_filters(settings),
        access_log=access_log(surroundings.spool),
        local_reply_config=local_replies(
            f"https://{Authority(settings).of(f'portal.{settings.public.domain}')}/"
        ),
        **reading(),
        **limits(),
    )
    return listening(settings.public, settings.public.port, manager)


def listening(public: Public, port: int, manager: Json) -> Json:
    """A TLS listener around an HTTP connection manager (the benchmark puts a bare one in)."""
    return {
        "name": LISTENER,
        "address": {"socket_address": {"address": public.address, "port_value": port}},
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "listener_filters_timeout": seconds(HANDSHAKE),
        "filter_chains": [
            {
                "transport_socket": {
                    "name": "envoy.transport_sockets.tls",
                    "typed_config": tls_context(public.tls),
                },
                "transport_socket_connect_timeout": seconds(HANDSHAKE),
                "filters": [
                    {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
                ],
            }
        ],
    }


def http_filters(settings: Settings) -> list[Json]:
    """gRPC-web → grant → gate → limit of an address → decision → WebDAV → watch of streams → form → router; the order
    is the product's promise.
    """
    router = typed("envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return [
        grpc_web_filter(),  # first, so that refusals are answered in its words
        by_discovery(GRANT_FILTER, JWT),
        by_discovery(GATE_FILTER, LUA),
        address_limit(settings.limits),
        authorization_filter(),
        webdav_filter(),
        stream_filter(),
        forms_whole(),
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]
