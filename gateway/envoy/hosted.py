"""Routes to hosted applications: what their settings say of sign-in, size and time."""

from msgspec.structs import replace

from config.personnel import answered_by_us
from config.settings import Application, Route
from config.vocabulary import REASON_HEADER
from gateway.envoy.asking import Place, asked, by_method, by_us, nothing, without_decision, without_gate
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
UNTOLD_BY_ANYBODY = 256 * 1024  # on public routes, where strangers send: no more than a stream holds anyway
ANY_LENGTH = 2**63 - 1
PUSHED_BYTES = 64 * 1024  # of what a personnel system says of one person


def hosted(application: Application, place: Place) -> list[Json]:
    """In the configuration's order; what has GET, is limited in size, or has web sockets, takes several routes. What
    fits none is not left to another application of the host.
    """
    if answered_by_us(application):
        return pushed(application, place)
    begins = application.path.rstrip("/")
    written = [replace(route, path=begins + route.path) for route in application.routes]
    table = [one for route in written for one in by_method(route)]
    routes = [
        one
        for route in table
        for timed in _timed(route, _route(route, application, place))
        for one in _limited(route, timed)
    ]
    return [*routes, nothing(begins)]


def pushed(application: Application, place: Place) -> list[Json]:
    """To the gateway itself, as to our own pages: whole, of a bounded size, and told where it comes from."""
    routes = [by_us(one, place, PUSHED_BYTES) for route in application.routes for one in by_method(route)]
    for one in routes:
        one["typed_per_filter_config"] |= read_tokens(application)
    return [*routes, nothing()]


def _timed(route: Route, made: Json) -> list[Json]:
    return of_nobody(route, made) if route.public else lasting(route, made)


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
    filters = made.get("typed_per_filter_config", {}) | whole(
        min(most, UNTOLD_BY_ANYBODY if route.public else UNTOLD)
    )
    return [too_large, told, made | {"typed_per_filter_config": filters}]


def _of_length(match: Json, least: int, below: int) -> Json:
    length = {"name": "content-length", "range_match": {"start": str(least), "end": str(below)}}
    return match | {"headers": [*match.get("headers", []), length]}
