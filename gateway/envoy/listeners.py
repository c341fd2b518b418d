"""The one listener that people reach."""

from config.hosts import mutual_host
from config.settings import Public, Settings
from gateway.envoy.access_log import access_log
from gateway.envoy.authorization import authorization_filter
from gateway.envoy.devices import DEVICE_AUTHORITY, asking_for
from gateway.envoy.elsewhere import another_control_plane
from gateway.envoy.gate import GATE_FILTER, LUA
from gateway.envoy.grpc_web import grpc_web_filter
from gateway.envoy.hardening import BUFFER_BYTES, HANDSHAKE, forms_whole, limits, reading
from gateway.envoy.hosts import Authority
from gateway.envoy.limits import DEVICE_BITS, IPV6_BITS, address_limit
from gateway.envoy.load_balancers import behind
from gateway.envoy.local_replies import local_replies
from gateway.envoy.messages import ROUTES, Json, Surroundings, by_discovery, discovered, seconds, typed
from gateway.envoy.mutual import MUTUAL_AUTHORITY, MUTUAL_ROUTES
from gateway.envoy.streams import stream_filter
from gateway.envoy.technical import (
    CLIENT_AUTHORITY,
    TECHNICAL_ROUTES,
    by_name_of_server,
    certificate_filter,
    technical_hosts,
)
from gateway.envoy.through_tunnel import through_tunnel
from gateway.envoy.tls import tls_context
from gateway.envoy.tokens import tokens_off
from gateway.envoy.webdav import webdav_filter

LISTENER = "people"
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def listeners(settings: Settings, surroundings: Surroundings) -> list[Json]:
    """Where people come in; devices with a tunnel there as well."""
    made = _people(settings, surroundings)
    proxied = made | behind(settings.public.proxies, made)
    return [proxied, *through_tunnel(settings.tunnels, _people(settings, surroundings, DEVICE_BITS))]


def listener(settings: Settings, surroundings: Surroundings) -> Json:
    return listeners(settings, surroundings)[0]


def _people(settings: Settings, surroundings: Surroundings, ipv6_bits: int = IPV6_BITS) -> Json:
    """TLS, one way of reading a request, grant, gate, decision, router."""
    public = settings.public
    people = _manager(settings, surroundings, ROUTES, http_filters(settings, ipv6_bits))
    # The name is read also where nobody needs it: what is not a chain cannot change while people are connected.
    named = {"listener_filters": by_name_of_server()}
    made = listening(public, public.port, people, _of_people(public, surroundings)) | named
    if hosts := sorted(host for _, host, _ in technical_hosts(settings, surroundings)):
        words, token, *further = http_filters(settings, ipv6_bits)
        filters = [words, token, certificate_filter(), *further]
        technical = _manager(settings, surroundings, TECHNICAL_ROUTES, filters)
        chain = _chain(asking_for(CLIENT_AUTHORITY, tls_context(public.tls)), technical)
        chains = [chain | {"filter_chain_match": {"server_names": hosts}}, *made["filter_chains"]]
        made |= {"filter_chains": chains}
    if (mutual := mutual_host(settings)) is not None:
        clients = _manager(settings, surroundings, MUTUAL_ROUTES, http_filters(settings, ipv6_bits))
        chain = _chain(asking_for(MUTUAL_AUTHORITY, tls_context(public.tls)), clients)
        chains = [chain | {"filter_chain_match": {"server_names": [mutual]}}, *made["filter_chains"]]
        made |= {"filter_chains": chains}
    return made


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
        **limits(settings.sign_in.absolute),  # no session lives longer
    )


def _of_people(public: Public, surroundings: Surroundings) -> Json:
    tls = tls_context(public.tls)
    return asking_for(DEVICE_AUTHORITY, tls) if surroundings.device_authorities else tls


def listening(public: Public, port: int, manager: Json, tls: Json | None = None) -> Json:
    """A TLS listener around an HTTP connection manager (the benchmark puts a bare one in)."""
    return {
        "name": LISTENER,
        "address": {"socket_address": {"address": public.address, "port_value": port}},
        "per_connection_buffer_limit_bytes": BUFFER_BYTES,
        "listener_filters_timeout": seconds(HANDSHAKE),
        "filter_chains": [_chain(tls or tls_context(public.tls), manager)],
    }


def _chain(tls: Json, manager: Json) -> Json:
    return {
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
        "transport_socket_connect_timeout": seconds(HANDSHAKE),
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
    }


def http_filters(settings: Settings, ipv6_bits: int = IPV6_BITS) -> list[Json]:
    """gRPC-web → token → gate → limit of an address → decision → WebDAV → watch of streams → form → router; the order
    is the product's promise. In a fleet a question that no control plane has seen goes on to another one.

    The limit stands twice, with buckets of their own: before the decision, made where somebody is asked; and by itself,
    on where a route says that nobody is (`asking.without_decision`).
    """
    limit = address_limit(settings.limits, ipv6_bits)
    router = typed("envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return [
        grpc_web_filter(),  # first, so that refusals are answered in its words
        tokens_off(),
        by_discovery(GATE_FILTER, LUA),
        limit | {"disabled": True},
        authorization_filter(limit, another_control_plane() if settings.fleet else None),
        webdav_filter(),
        stream_filter(),
        forms_whole(),
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]
