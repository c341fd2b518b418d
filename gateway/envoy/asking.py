"""What one row of an application's table becomes: a route whose name says what is asked for.

The name is `<application> <municipality or -> <action>`, the action with `@` and the row's name where it has one. What
fits no row asks for nothing and is not there.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from msgspec import structs

from config.asked_word import asked_word
from config.settings import Route
from config.vocabulary import PUBLIC
from gateway.envoy.authorization import AUTHORIZATION_FILTER, MARK
from gateway.envoy.gate import GATE_FILTER
from gateway.envoy.hardening import OUR_FORM_BYTES, OUR_STREAM, whole
from gateway.envoy.limits import LIMIT_FILTER
from gateway.envoy.messages import Json, overwrite, seconds, typed

FILTER = "envoy.config.route.v3.FilterConfig"
SERVER = "server"  # which library answers for us is nobody's business
SHOWS_ITSELF: Json = {"name": ":method", "string_match": {"prefix": "TRAC", "ignore_case": True}}
"""TRACE, and TRACK of some servers; a comparison costs less than a regular expression. The answer would hold what only
the application may read: an account, an assertion (RFC 9110 §9.3.8)."""
CLIENT_ADDRESS = overwrite("x-brana-client-address", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application is asked for something."""

    application: str
    municipality: str
    """A code, or `-`: the person's active one."""
    authority: str
    """`host[:port]` as people see it."""
    cluster: str
    mark: str = ""
    """In a fleet: by which settings of the application (`config.marks`). Our own pages have none."""

    def at(self, cluster: str) -> "Place":
        return replace(self, cluster=cluster)


def by_us(route: Route, place: Place, longest: int = OUR_FORM_BYTES) -> Json:
    """A route to our own pages behind the gate: a request goes on when it is whole, and ends in time. `longest` form in
    bytes.
    """
    return asked(route, place, at_most(OUR_STREAM)) | {
        # Whoever is signed in holds no more of ours than a stranger.
        "request_headers_to_add": [CLIENT_ADDRESS],
        "response_headers_to_remove": [SERVER],
        "typed_per_filter_config": whole(longest),
    }


def asked(route: Route, place: Place, more: Json) -> Json:
    """`more`: further fields of the forwarding."""
    return {
        "name": f"{place.application} {place.municipality} {asked_word(route.action or PUBLIC, route.name)}",
        "match": _match(route),
        "route": forward(place.cluster, place.authority) | more,
        "metadata": {"filter_metadata": {GATE_FILTER: _about(place)}},
    }


def _about(place: Place) -> Json:
    """The gate reads `authority`, so that the decision and every redirect see the host as we write it; the decision is
    told `mark`.
    """
    return {"authority": place.authority} | ({MARK: place.mark} if place.mark else {})


def by_method(route: Route) -> list[Route]:
    """What a row of a table becomes, before it is `asked`: GET, which most requests are, stands alone, as one method is
    compared and several take a regular expression.
    """
    methods = {method.upper() for method in route.methods}
    if "GET" not in methods:
        return [structs.replace(route, methods=sorted(methods))]
    others = methods - {"GET"} | {"HEAD"}  # RFC 9110 §9.3.2: the same as GET, without the body
    return [structs.replace(route, methods=one) for one in (["GET"], sorted(others))]


def _one_of(methods: list[str]) -> Json:
    return {"exact": methods[0]} if len(methods) == 1 else {"safe_regex": {"regex": "|".join(methods)}}


def nothing(path: str = "/") -> Json:
    return {
        "match": _below(path),
        "direct_response": {"status": 404},
        "typed_per_filter_config": without_gate(),
    }


def _match(route: Route) -> Json:
    match = _below(route.path)
    if not route.methods:
        match["headers"] = [SHOWS_ITSELF | {"invert_match": True}]
    else:
        match["headers"] = [{"name": ":method", "string_match": _one_of(route.methods)}]
    return match


def _below(path: str) -> Json:
    prefix = path.rstrip("/")
    # Letter case decides nothing here: an application that ignores it must not be reached past a route.
    return {"path_separated_prefix": prefix, "case_sensitive": False} if prefix else {"prefix": "/"}


def forward(cluster: str, authority: str) -> Json:
    return {
        "cluster": cluster,
        "host_rewrite_literal": authority,
        "timeout": "0s",  # bounded by the idle timeout of the stream
        "cluster_not_found_response_code": "SERVICE_UNAVAILABLE",
    }


def at_most(whole: timedelta) -> Json:
    return {"max_stream_duration": {"max_stream_duration": seconds(whole)}}


def without_gate() -> Json:
    return {GATE_FILTER: _off(), **without_decision()}


def without_decision() -> Json:
    """Nothing is asked; the gate still takes our cookies out. No grant is for what anybody may do.

    The limit of an address stands before the decision, and is by itself where there is none.
    """
    return {AUTHORIZATION_FILTER: _off(), LIMIT_FILTER: typed(FILTER, config={})}


def _off() -> Json:
    return typed(FILTER, disabled=True)
