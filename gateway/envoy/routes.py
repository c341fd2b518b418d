"""Which host and path mean what: one virtual host per name, first match decides, no match is refused.

The name of a route is what it asks for, `<application> <municipality or -> <action>`; a route without a name
asks for nothing and passes neither the gate nor the decision.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from config.settings import Application, Route, Settings
from config.vocabulary import REASON_HEADER, Action
from gateway.envoy.authorization import AUTHORIZATION_FILTER
from gateway.envoy.clusters import application_cluster
from gateway.envoy.gate import GATE_FILTER, GRANT_FILTER
from gateway.envoy.hardening import OUR_STREAM, form_whole
from gateway.envoy.messages import ROUTES, Json, Surroundings, overwrite, seconds, typed
from gateway.envoy.streams import lasting

OUR_PATHS = "/.brana"
HTTPS = 443
PLACE = "{municipality}"
# Spellings that Envoy and an application might read differently: parameters of a segment, an encoded
# `#`, `?`, `;`, `/`, `\`, control character, or an escape inside an escape (RFC 3986 §3.3, §6.2.2).
ODD_PATH = r"(?i).*(;|\\|%(0[0-9a-f]|1[0-9a-f]|23|2f|3b|3f|5c|7f|25[0-9a-f]{2})|[\x00-\x20\x7f]).*"
PORTAL = (
    Route(methods=["GET"], action=Action.READ),
    Route(action=Action.WRITE),
)
AUDIT = (
    Route(methods=["GET"], action=Action.READ),
    Route(
        path="/integrity", methods=["POST"], action=Action.READ
    ),  # verifying reads the log and changes nothing
    Route(methods=["POST"], action=Action.ADMINISTER),
)
BUILT_IN: dict[str, tuple[str, tuple[Route, ...]]] = {"portal": ("portal", PORTAL), "admin": ("audit", AUDIT)}
"""Our own hosts behind the gate: first label of the name → application and its routes."""
KEPT_FROM_UPSTREAMS = [
    "x-brana-gate",
    "x-brana-fresh",
    "x-brana-route",
    "x-envoy-external-address",
    "x-envoy-internal",
]
SERVER = "server"  # which library answers for us is nobody's business
HSTS = "max-age=31536000"
CLIENT_ADDRESS = overwrite("x-brana-client-address", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")


class HostTaken(Exception):
    """Two applications claim one host, or one claims a host or an id of ours."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"applications: {host!r} is taken; give every application an id and a host of its own"
        )


def routes(settings: Settings, surroundings: Surroundings) -> Json:
    """The route configuration. Raises HostTaken."""
    authority, longest = Authority(settings), settings.sign_in.absolute
    hosts = [_sign_in(f"login.{settings.public.domain}", authority)]
    for label, (application, table) in BUILT_IN.items():
        host = f"{label}.{settings.public.domain}"
        hosts.append(_gated(host, authority, application, "-", table, "web", longest))
    for configured in settings.applications:
        if configured.id in {application for application, _ in BUILT_IN.values()}:
            raise HostTaken(configured.id)
        cluster = application_cluster(configured.id)
        for host, municipality in _hosts(configured, surroundings):
            asked = (configured.id, municipality, configured.routes)
            hosts.append(_gated(host, authority, *asked, cluster, longest))
    names = [host["name"] for host in hosts]
    for name in names:
        if names.count(name) > 1:
            raise HostTaken(name)
    return {
        "name": ROUTES,
        "virtual_hosts": [*hosts, _unknown()],
        "request_headers_to_remove": KEPT_FROM_UPSTREAMS,
        "response_headers_to_add": [
            {
                "header": {"key": "strict-transport-security", "value": HSTS},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ],
        "validate_clusters": False,  # clusters and routes come separately
    }


class Authority:
    """The `host[:port]` that people see, which is what every upstream is given."""

    def __init__(self, settings: Settings) -> None:
        port = settings.public.advertised_port or settings.public.port
        self._suffix = "" if port == HTTPS else f":{port}"

    def of(self, host: str) -> str:
        return host + self._suffix


def _hosts(application: Application, surroundings: Surroundings) -> Iterable[tuple[str, str]]:
    if PLACE not in application.host:
        return [(application.host.lower(), "-")]
    codes = application.municipalities or surroundings.district
    return [(application.host.replace(PLACE, code).lower(), code) for code in codes]


def _sign_in(host: str, authority: Authority) -> Json:
    return _virtual_host(host, [_ours("/", "idp", host, authority)])


def _gated(
    host: str,
    authority: Authority,
    application: str,
    municipality: str,
    table: Sequence[Route],
    cluster: str,
    longest: timedelta,
) -> Json:
    odd = {
        "match": {"safe_regex": {"regex": ODD_PATH}},
        "direct_response": {"status": 400},
        "typed_per_filter_config": _without_gate(),
    }
    ours = cluster == "web"
    held = _at_most(OUR_STREAM) if ours else {}  # whoever is signed in holds no more of ours than a stranger
    rows = [
        {
            "name": f"{application} {municipality} {route.action}",
            "match": _match(route),
            "route": _forward(cluster, host, authority) | held,
            # Read by the gate, so that the decision and every redirect see the host as we write it.
            "metadata": {"filter_metadata": {GATE_FILTER: {"authority": authority.of(host)}}},
        }
        | (
            {
                "request_headers_to_add": [CLIENT_ADDRESS],
                "response_headers_to_remove": [SERVER],
                "typed_per_filter_config": form_whole(),
            }
            if ours
            else {"response_headers_to_remove": [REASON_HEADER]}  # the log believes it
        )
        for route in table
    ]
    asked = [row for route, made in zip(table, rows, strict=True) for row in lasting(route, made, longest)]
    nothing = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 404},
        "typed_per_filter_config": _without_gate(),
    }
    return _virtual_host(host, [odd, _ours(OUR_PATHS, "web", host, authority), *asked, nothing])


def _ours(path: str, cluster: str, host: str, authority: Authority) -> Json:
    """Our own pages: no gate, no decision, cookies kept, and told who is there."""
    return {
        "match": {"prefix": "/"} if path == "/" else {"path_separated_prefix": path},
        # A stranger may ask here, so what one request can hold is bounded in size and time.
        "route": _forward(cluster, host, authority) | _at_most(OUR_STREAM),
        "request_headers_to_add": [
            CLIENT_ADDRESS,
            overwrite("x-brana-host", authority.of(host)),
        ],
        "response_headers_to_remove": [SERVER],
        "typed_per_filter_config": _without_gate() | form_whole(),
    }


def _match(route: Route) -> Json:
    prefix = route.path.rstrip("/")
    # Letter case decides nothing here: an application that ignores it must not be reached past a route.
    match: Json = {"path_separated_prefix": prefix, "case_sensitive": False} if prefix else {"prefix": "/"}
    if route.methods:
        methods = sorted({method.upper() for method in route.methods})
        if "GET" in methods:
            methods.append("HEAD")  # RFC 9110 §9.3.2: the same as GET, without the body
        regex = {"regex": "|".join(methods)}
        match["headers"] = [{"name": ":method", "string_match": {"safe_regex": regex}}]
    return match


def _forward(cluster: str, host: str, authority: Authority) -> Json:
    return {
        "cluster": cluster,
        "host_rewrite_literal": authority.of(host),
        "timeout": "0s",  # bounded by the idle timeout of the stream
        "cluster_not_found_response_code": "SERVICE_UNAVAILABLE",
    }


def _at_most(whole: timedelta) -> Json:
    return {"max_stream_duration": {"max_stream_duration": seconds(whole)}}


def _without_gate() -> Json:
    off = typed("envoy.config.route.v3.FilterConfig", disabled=True)
    return {GRANT_FILTER: off, GATE_FILTER: off, AUTHORIZATION_FILTER: off}


def _virtual_host(host: str, table: list[Json]) -> Json:
    return {"name": host, "domains": [host], "routes": table}


def _unknown() -> Json:
    refuse = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 421},  # RFC 9110 §15.5.20
        "typed_per_filter_config": _without_gate(),
    }
    return {"name": "unknown", "domains": ["*"], "routes": [refuse]}
