"""What the listener refuses, bounds and takes away before anything else looks at a request."""

from datetime import timedelta

from gateway.envoy.messages import Json, seconds, typed

HEADERS_TIMEOUT = timedelta(seconds=10)  # slow headers
STREAM_IDLE = timedelta(minutes=2)  # a request or answer without a byte, in either direction
CONNECTION_IDLE = timedelta(minutes=5)
HANDSHAKE = timedelta(seconds=10)
OUR_FORM_BYTES = 16_384  # the longest form of our own pages; they are read by whole forms only
KEPT_FORM_BYTES = 262_144  # of a form that was sent after its sign-in had ended; read by whole forms only
POLICY_TEXT_BYTES = 262_144  # a form with a text of policies
OUR_STREAM = timedelta(minutes=1)  # a request to our own pages, from its first byte to the answer's last
HEADERS_KIB = 32  # all headers of a request; two cookies of 4 KiB and an address fit well
HEADERS_COUNT = 100
BUFFER_BYTES = 65_536  # per connection and direction
LAST_WORDS = timedelta(milliseconds=500)  # for a client to read why a connection ends, before it does
STREAMS = 100  # concurrent per HTTP/2 connection (RFC 9113 §5.1.2)
REQUESTS = 20_000  # of one connection; then it is closed in order, so that nothing grows with its age
STREAM_WINDOW, CONNECTION_WINDOW = 262_144, 1_048_576  # bytes on their way: 40 Mbit/s over 50 ms
RESET_BURST, RESET_PER_SECOND = 200, 50  # streams a client may begin and reset (CVE-2023-44487)

FORM_FILTER = "brana.form"
BUFFER = "envoy.extensions.filters.http.buffer.v3.Buffer"

REMOVED_PREFIXES = ("x-brana", "x-forwarded", "x-original", "x-envoy", "x-rewrite", "x-http-method")
REMOVED = (
    "forwarded",
    "proxy",  # read as HTTP_PROXY by CGI programs
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-method-override",
    "x-request-id",  # ours is always new
)


def removed_first() -> Json:
    """Headers that only a proxy may set, taken from every request before routing."""
    mutations: list[Json] = [
        {"remove_on_match": {"key_matcher": {"prefix": prefix, "ignore_case": True}}}
        for prefix in REMOVED_PREFIXES
    ]
    mutations += [{"remove": name} for name in REMOVED]
    return {
        "name": "brana.removed_first",
        "typed_config": typed(
            "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            mutations=mutations,
        ),
    }


def forms_whole() -> Json:
    """The filter that keeps a form until it is whole; off but for routes that say `whole`.

    Forms that come a byte a minute would else hold every connection to our sockets, and nobody could sign in.
    """
    longest = typed(BUFFER, max_request_bytes=OUR_FORM_BYTES)
    return {"name": FORM_FILTER, "disabled": True, "typed_config": longest}


def whole(most: int) -> Json:
    """What a route says whose requests go on when they are whole; `most` in bytes."""
    return {FORM_FILTER: typed(f"{BUFFER}PerRoute", buffer={"max_request_bytes": most})}


def limits(longest: timedelta = OUR_STREAM) -> Json:
    """Fields of the HTTP connection manager that bound what a connection may do. `longest`: a request with its answer,
    but where a route says less; here and not at the routes, as a timer of each would cost every request.
    """
    return {
        "common_http_protocol_options": {
            "idle_timeout": seconds(CONNECTION_IDLE),
            "max_headers_count": HEADERS_COUNT,
            "headers_with_underscores_action": "DROP_HEADER",
            "max_requests_per_connection": REQUESTS,
            "max_stream_duration": seconds(longest),
        },
        "http_protocol_options": {"allow_absolute_url": True, "accept_http_10": False},
        "http2_protocol_options": {
            "max_concurrent_streams": STREAMS,
            "allow_connect": True,  # web sockets within a connection (RFC 8441); nothing else may begin so
            "initial_stream_window_size": STREAM_WINDOW,
            "initial_connection_window_size": CONNECTION_WINDOW,
            "stream_reset_burst": RESET_BURST,
            "stream_reset_rate": RESET_PER_SECOND,
            "disallow_obs_text": False,
        },
        "proxy_100_continue": True,  # whoever is refused sends no body; hints pass (RFC 9110 §15.2, RFC 8297)
        "max_request_headers_kb": HEADERS_KIB,
        "request_headers_timeout": seconds(HEADERS_TIMEOUT),
        "stream_idle_timeout": seconds(STREAM_IDLE),
        "delayed_close_timeout": seconds(LAST_WORDS),
        "drain_timeout": "2s",
    }


def reading() -> Json:
    """Fields of the HTTP connection manager that leave one way to read a path, a host and an address."""
    return {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "strip_any_host_port": True,
        "strip_trailing_host_dot": True,
        "use_remote_address": True,
        "xff_num_trusted_hops": 0,
        "generate_request_id": True,
        "preserve_external_request_id": False,
        "always_set_request_id_in_response": True,
        "early_header_mutation_extensions": [removed_first()],
        "internal_address_config": {"cidr_ranges": []},
        "server_header_transformation": "PASS_THROUGH",
        "stream_error_on_invalid_http_message": False,
    }
