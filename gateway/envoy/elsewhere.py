"""Control planes on other nodes: the local one first, over unix sockets; others over mutual TLS when it is away.

Each service is a cluster: priority 0 is the socket of this node's control plane, where it has one, priority 1 all the
others. Who takes no connection, or answers a question for health with anything but 200, gets nothing more until it is
well. A request that no control plane has seen goes on to the next.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from config.fleet import ALIVE_HOST, Service, authority_file, host_of, node_file, uri_of
from config.settings import Fleet, Peer, Settings
from gateway.envoy.authorization import TIMEOUT
from gateway.envoy.messages import Json, Surroundings, discovered, pipe, seconds, typed
from gateway.envoy.streams import many_at_once
from gateway.envoy.upstreams import chosen

ALIVE_PATH = "/alive"
ASK_EVERY, ANSWERED = timedelta(milliseconds=500), timedelta(seconds=1)
UNWELL = 2  # questions in a row without a good answer
LEFT_OUT, LEFT_OUT_MOST = timedelta(milliseconds=500), timedelta(seconds=5)  # after connections that failed
CONNECT = timedelta(seconds=1)
AUTHORITY, OURS = "fleet.authority", "fleet.node"
PEER = "peer"  # key of an endpoint's metadata, by which its transport socket is found
HERE = "."  # no node's name
MATCHED = "envoy.transport_socket_match"
TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
TCP_PROXY = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
TRIES = 3
KEEP_ALIVE = {
    "keepalive_probes": 3,
    "keepalive_time": 5,
    "keepalive_interval": 2,
}  # seconds: a node that was cut off
BY_HTTP = (Service.IDP, Service.WEB, Service.AUTHORIZE)
BY_STREAM = (Service.WATCH, Service.NODE)
"""What our own processes on this node say to a control plane, through a socket that Envoy opens."""


def way_to(service: Service) -> str:
    """Name of the socket by which our own processes reach a control plane."""
    return f"control-{service}"


def clusters_elsewhere(fleet: Fleet, surroundings: Surroundings, left: Collection[str]) -> list[Json]:
    """`left`: names of nodes that are no longer believed."""
    peers = [one for one in fleet.peers if one.name not in left]
    made = []
    for service in (*BY_HTTP, *BY_STREAM):
        # The log of this node is carried by a process that asks the local control plane by itself.
        here = fleet.decides and service is not Service.NODE
        if here or peers:
            made.append(_cluster(service, peers, surroundings if here else None))
    return made


def secrets_of_node(settings: Settings) -> list[Json]:
    """Read again when their files are replaced by renaming."""
    state = settings.state.directory
    ours = {"filename": str(node_file(state))}
    return [
        {"name": AUTHORITY, "validation_context": {"trusted_ca": {"filename": str(authority_file(state))}}},
        {"name": OURS, "tls_certificate": {"certificate_chain": ours, "private_key": ours}},
    ]


def listeners_elsewhere(fleet: Fleet, surroundings: Surroundings, left: Collection[str]) -> list[Json]:
    """Sockets of this node behind which a control plane answers, wherever it is."""
    known = {one["name"] for one in clusters_elsewhere(fleet, surroundings, left)}
    return [_passing(service, surroundings) for service in BY_STREAM if service in known]


def another_control_plane() -> Json:
    """Field of a route to our own pages, and of the question for a decision.

    Of the latter Envoy takes `max_interval` for the patience with a single try as well, so it is no shorter than that
    with all of them; three tries come nowhere near it as a pause.
    """
    return {
        "retry_on": "connect-failure,refused-stream",
        "num_retries": TRIES,
        "retry_back_off": {"base_interval": "0.005s", "max_interval": seconds(TIMEOUT)},
        "host_selection_retry_max_attempts": 5,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
            }
        ],
        "retry_priority": {
            "name": "envoy.retry_priorities.previous_priorities",
            "typed_config": typed(
                "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
                update_frequency=1,
            ),
        },
    }


def tried_elsewhere(hosts: list[Json]) -> list[Json]:
    """Virtual hosts whose routes to our own pages go on to another control plane."""
    return [host | {"routes": [_tried(route) for route in host.get("routes", [])]} for host in hosts]


def _tried(route: Json) -> Json:
    forwarding = route.get("route", {})
    if forwarding.get("cluster") not in set(BY_HTTP):
        return route
    return route | {"route": forwarding | {"retry_policy": another_control_plane()}}


def _cluster(service: Service, peers: list[Peer], here: Surroundings | None) -> Json:
    groups: list[Json] = []
    if here is not None:
        local = {"endpoint": {"address": pipe(here.socket(service))}, "metadata": _marked(HERE)}
        groups.append({"priority": 0, "lb_endpoints": [local]})
    if peers:
        groups.append({"priority": len(groups), "lb_endpoints": [_elsewhere(one) for one in peers]})
    return {
        "name": service.value,
        "type": "STATIC",
        "connect_timeout": seconds(CONNECT),
        "circuit_breakers": many_at_once(),  # of three tries at a time, as delivered, the others would be lost
        "load_assignment": {"cluster_name": service.value, "endpoints": groups},
        "typed_extension_protocol_options": {
            HTTP_OPTIONS: typed(
                HTTP_OPTIONS,
                explicit_http_config={"http_protocol_options": {}},
                common_http_protocol_options={
                    "idle_timeout": "4s"
                },  # below the keep-alive of our own servers
            )
        },
        "transport_socket_matches": [_plain(), *(_tls(service, one) for one in peers)],
        "upstream_connection_options": {"tcp_keepalive": KEEP_ALIVE},
        "outlier_detection": _left_out(),
        "health_checks": [_question(service)],
        **chosen(1),  # where none seems well, one that is merely slow is better than none
    }


def _elsewhere(peer: Peer) -> Json:
    address = {"socket_address": {"address": peer.address, "port_value": peer.port}}
    return {"endpoint": {"address": address}, "metadata": _marked(peer.name)}


def _marked(name: str) -> Json:
    return {"filter_metadata": {MATCHED: {PEER: name}}}


def _plain() -> Json:
    raw = typed("envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer")
    socket = {"name": "envoy.transport_sockets.raw_buffer", "typed_config": raw}
    return {"name": "here", "match": {PEER: HERE}, "transport_socket": socket}


def _tls(service: Service, peer: Peer) -> Json:
    """The server must be that very node, by a certificate of the fleet's authority."""
    context = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": [{"name": OURS, "sds_config": discovered()}],
        "combined_validation_context": {
            "default_validation_context": {
                "match_typed_subject_alt_names": [
                    {"san_type": "URI", "matcher": {"exact": uri_of(peer.name)}}
                ]
            },
            "validation_context_sds_secret_config": {"name": AUTHORITY, "sds_config": discovered()},
        },
    }
    made = typed(TLS, sni=host_of(service), max_session_keys=0, common_tls_context=context)
    socket = {"name": "envoy.transport_sockets.tls", "typed_config": made}
    return {"name": peer.name, "match": {PEER: peer.name}, "transport_socket": socket}


def _left_out() -> Json:
    return {
        "split_external_local_origin_errors": True,
        "consecutive_local_origin_failure": 1,
        "enforcing_consecutive_local_origin_failure": 100,
        "enforcing_consecutive_gateway_failure": 0,  # a decision may well be 503: it is one
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
        "enforcing_local_origin_success_rate": 0,
        "interval": "0.250s",
        "base_ejection_time": seconds(LEFT_OUT),
        "max_ejection_time": seconds(LEFT_OUT_MOST),
        "max_ejection_percent": 100,
    }


def _question(service: Service) -> Json:
    """The watch speaks no HTTP: that it shakes hands is its answer."""
    asked: Json = {
        "interval": seconds(ASK_EVERY),
        "no_traffic_interval": seconds(ASK_EVERY),
        "timeout": seconds(ANSWERED),
        "unhealthy_threshold": UNWELL,
        "healthy_threshold": 1,
    }
    if service is Service.WATCH:
        return asked | {"tcp_health_check": {}}
    return asked | {"http_health_check": {"host": ALIVE_HOST, "path": ALIVE_PATH}}


def _passing(service: Service, surroundings: Surroundings) -> Json:
    proxy: dict[str, Any] = typed(TCP_PROXY, stat_prefix=way_to(service), cluster=service.value)
    return {
        "name": way_to(service),
        "address": pipe(surroundings.socket(way_to(service)), 0o600),
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}],
    }
