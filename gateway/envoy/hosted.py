"""Routes to hosted applications: what their settings say of sign-in, size and time."""

from datetime import timedelta

from msgspec.structs import replace

from config.settings import Application, Route
from config.vocabulary import REASON_HEADER
from gateway.envoy.asking import Place, asked, by_method, nothing, without_decision, without_gate
from gateway.envoy.clusters import public_cluster
from gateway.envoy.grpc_web import spoken
from gateway.envoy.hardening import whole
from gateway.envoy.identity import not_told
from gateway.envoy.messages import Json
from gateway.envoy.streams import lasting, of_nobody
from gateway.envoy.tokens import read_tokens
from gateway.envoy.upstreams import another_try
from gateway.envoy.webdav import DESTINATION, tree

MIB = 2**20
NOT_THEIRS = [
    REASON_HEADER,  # the log believes it
    "clear-site-data",  # would take our cookies out of the browser at all hosts of the domain (W3C, §4.1)
    "alt-svc",  # of the server behind us, and would lead people past us (RFC 7838)
]
"""What an application does not say to browsers."""
UNTOLD = 16 * MIB  # of a body whose length nobody says: it is held in memory until it is whole
ANY_LENGTH = 2**63 - 1


def hosted(application: Application, place: Place, longest: timedelta) -> list[Json]:
    """In the configuration's order; what has GET, is limited in size, or has web sockets, takes several routes. What
    fits none is not left to another application of the host. `longest`: no session lives longer.
    """
    begins = application.path.rstrip("/")
    written = [replace(route, path=begins + route.path) for route in application.routes]
    table = [one for route in written for one in by_method(route)]
    routes = [
        one
        for route in table
        for timed in _timed(route, _route(route, application, place), longest)
        for one in _limited(route, timed)
    ]
    return [*routes, nothing(begins)]


def _timed(route: Route, made: Json, longest: timedelta) -> list[Json]:
    return of_nobody(route, made, longest) if route.public else lasting(route, made, longest)


def _route(route: Route, application: Application, place: Place) -> Json:
    further: Json = {"response_headers_to_remove": NOT_THEIRS}
    kept = not_told(application)
    if route.public:
        place = place.at(public_cluster(application))
        filters = without_decision()
        kept = [*kept, "authorization"] if application.identity.way == "basic" else kept
    else:
        filters = read_tokens(application)
    filters |= spoken() if application.grpc_web else {}
    kept = kept if route.webdav else [*kept, DESTINATION]
    further |= {"typed_per_filter_config": filters} if filters else {}
    further |= {"request_headers_to_remove": kept} if kept else {}
    made = asked(route, place, another_try(application)) | further
    return tree(route, made, place.authority, tls=application.tls is not None) if route.webdav else made


def _limited(route: Route, made: Json) -> list[Json]:
    """A body's length is said beforehand, and then nothing longer comes (RFC 9110 §8.6); or the body is read first."""
    if route.body_mib is None:
        return [made]
    most = route.body_mib * MIB
    too_large = {
        "name": made["name"],
        "match": _of_length(made["match"], most + 1, ANY_LENGTH),
        "direct_response": {"status": 413},
        "typed_per_filter_config": without_gate(),
    }
    told = made | {"match": _of_length(made["match"], 0, most + 1)}
    filters = made.get("typed_per_filter_config", {}) | whole(min(most, UNTOLD))
    return [too_large, told, made | {"typed_per_filter_config": filters}]


def _of_length(match: Json, least: int, below: int) -> Json:
    length = {"name": "content-length", "range_match": {"start": str(least), "end": str(below)}}
    return match | {"headers": [*match.get("headers", []), length]}
