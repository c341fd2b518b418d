"""Open web sockets and long streams are watched: Envoy makes one call for each, and ends it when it is told to.

`ext_proc` sends the watch no byte of the stream and asks it nothing before the end: what is kept is the open call, by
which an end can be ordered at any time (docs/decisions/0048-envoy-ends-streams-by-itself.md).
"""

from datetime import timedelta

from config.settings import Route
from gateway.envoy.authorization import MARK_OF_ROUTE
from gateway.envoy.messages import FRESH, Json, Surroundings, pipe, seconds, typed
from gateway.envoy.through_tunnel import TUNNEL_SAID

STREAM_FILTER = "brana.streams"
EXT_PROC = "envoy.extensions.filters.http.ext_proc.v3"
CLUSTER = "streams"  # behind the socket of the same name
PATIENCE = timedelta(seconds=5)  # the watch answers in milliseconds, but for a thousand that begin at once
PING_EVERY, PING_ANSWERED = timedelta(seconds=1), timedelta(seconds=3)  # a watch that hangs is one that died
IDLE = timedelta(minutes=5)  # above the pings of common libraries (20 to 60 s)
IDLE_OF_NOBODY = timedelta(hours=1)  # on public routes: all that ends their streams
UPGRADES: Json = {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": True}]}
MOST = 20_000  # at once, as many as connections of people; Envoy's own bounds are 1,024, and 3 other tries
NONCE = "YnJhbmEtd2ViLXNvY2tldA=="  # 16 bytes, as RFC 6455 §4.1 wants; HTTP/2 has its own answer for clients
GATE = "envoy.filters.http.ext_authz:x-brana-gate"


def stream_filter() -> Json:
    """Off but for rows made by `lasting`. No watch means 503 for what begins, and the end of what is open."""
    processor = typed(
        f"{EXT_PROC}.ExternalProcessor",
        grpc_service={"envoy_grpc": {"cluster_name": CLUSTER}, "initial_metadata": _facts()},
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        message_timeout=seconds(PATIENCE),
        forward_rules={"allowed_headers": {"patterns": [{"exact": "x-request-id"}]}},  # none is read
        # There are no trailers before a stream ends; that they are waited for keeps the call.
        processing_mode={"response_header_mode": "SKIP", "response_trailer_mode": "SEND"},
    )
    return {"name": STREAM_FILTER, "disabled": True, "typed_config": processor}


def lasting(route: Route, made: Json) -> list[Json]:
    """What the row `made` for a route becomes: itself where answers are short; two where there are web sockets, so
    that of such a route only requests for one are watched. What is watched has no `timeout`, and ends as everything
    does when no session could live any longer (`hardening.limits`).
    """
    plain = _watched(route, made) if route.streaming else _short(route, made)
    return [_watched(route, _upgraded(made)), plain] if route.websocket else [plain]


def of_nobody(route: Route, made: Json) -> list[Json]:
    """The same of a public route: it has no session, so nothing is watched; silence ends a stream, or that time."""
    if not route.websocket and not route.streaming:
        return [_short(route, made)]
    quiet = _short(route, _idle(made, IDLE_OF_NOBODY))
    return [_upgraded(quiet), quiet] if route.websocket else [quiet]


def _upgraded(made: Json) -> Json:
    """Of a row, requests for web sockets alone. Within an HTTP/2 connection they come without a key (RFC 8441 §5), but
    servers that are asked over HTTP/1.1 want one.
    """
    asked = {"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}  # RFC 6455 §4.1
    key = {"header": {"key": "sec-websocket-key", "value": NONCE}, "append_action": "ADD_IF_ABSENT"}
    return made | {
        "match": made["match"] | {"headers": [*made["match"].get("headers", []), asked]},
        "route": made["route"] | UPGRADES,
        "request_headers_to_add": [key],
    }


def _short(route: Route, made: Json) -> Json:
    """A row whose answers end in the route's time, if it has one."""
    if route.timeout is None:
        return _idle(made, route.idle_timeout)
    return _idle(made | {"route": made["route"] | {"timeout": seconds(route.timeout)}}, route.idle_timeout)


def _watched(route: Route, made: Json) -> Json:
    here = typed(f"{EXT_PROC}.ExtProcPerRoute", overrides={})
    on = {STREAM_FILTER: typed("envoy.config.route.v3.FilterConfig", config=here)}
    quiet = _idle(made, route.idle_timeout or IDLE)
    return quiet | {
        "typed_per_filter_config": made.get("typed_per_filter_config", {}) | on,
    }


def _idle(made: Json, idle: timedelta | None) -> Json:
    return made if idle is None else made | {"route": made["route"] | {"idle_timeout": seconds(idle)}}


def many_at_once() -> Json:
    bounds = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {"thresholds": [dict.fromkeys(bounds, MOST)]}


def watch_cluster(surroundings: Surroundings) -> Json:
    options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    alive = {"interval": seconds(PING_EVERY), "timeout": seconds(PING_ANSWERED)}
    over_http_2 = typed(
        options, explicit_http_config={"http2_protocol_options": {"connection_keepalive": alive}}
    )
    endpoint = {"endpoint": {"address": pipe(surroundings.socket(CLUSTER))}}
    return {
        "name": CLUSTER,
        "type": "STATIC",
        "connect_timeout": "2s",
        "circuit_breakers": many_at_once(),
        "typed_extension_protocol_options": {options: over_http_2},
        "load_assignment": {"cluster_name": CLUSTER, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _facts() -> list[Json]:
    """What Envoy itself knows, and the gate and the decision told it; none of it can be said by the client."""
    return [
        {"key": "x-brana-route", "value": "%ROUTE_NAME%"},
        {"key": "x-brana-mark", "value": MARK_OF_ROUTE},
        {"key": "x-brana-request", "value": "%STREAM_ID%"},
        {"key": "x-brana-address", "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"},
        {"key": "x-brana-thumbprint", "value": "%DOWNSTREAM_PEER_FINGERPRINT_256%"},
        {"key": "x-brana-tunnel", "value": TUNNEL_SAID},
        {"key": "x-brana-fresh", "value": f"%FILTER_STATE({FRESH}:PLAIN)%"},
        {"key": "x-brana-decided", "value": f"%DYNAMIC_METADATA({GATE})%"},
    ]
