"""Which host and path mean what: one virtual host per name, first match decides, no match is refused.

The name of a route is what it asks for, `<application> <municipality or -> <action>`; a route without a name
asks for nothing and passes neither the gate nor the decision.
"""

from collections import Counter
from collections.abc import Sequence

from config.applications import BUILT_IN_APPLICATIONS
from config.hosts import OUR_PATHS
from config.marks import mark_on_routes
from config.settings import Application, Hsts, Route, Settings
from config.vocabulary import Action
from gateway.envoy.asking import (
    CLIENT_ADDRESS,
    SERVER,
    Place,
    at_most,
    by_method,
    by_us,
    forward,
    nothing,
    without_gate,
)
from gateway.envoy.clusters import cluster_of
from gateway.envoy.elsewhere import tried_elsewhere
from gateway.envoy.hardening import KEPT_FORM_BYTES, OUR_FORM_BYTES, OUR_STREAM, POLICY_TEXT_BYTES, whole
from gateway.envoy.hosted import hosted
from gateway.envoy.hosts import Authority, hosts_of
from gateway.envoy.messages import ROUTES, Json, Surroundings, overwrite
from gateway.envoy.tls import strict_transport
from gateway.envoy.tried import ours as tried_ours

# Spellings that Envoy and an application might read differently: parameters of a segment, an encoded
# `#`, `?`, `;`, `/`, `\`, control character, or an escape inside an escape (RFC 3986 §3.3, §6.2.2).
_SIGN = r";|\\|%(0[0-9a-f]|1[0-9a-f]|23|2f|3b|3f|5c|7f|25[0-9a-f]{2})|[\x00-\x20\x7f]"
# What is no escape (§2.1): `%u002e` is a dot to HTTP.sys. ASCII in more octets than it takes (RFC 3629 §3).
_ESCAPE = r"%([^0-9a-f]|[0-9a-f]?$|[0-9a-f][^0-9a-f])|%c[01]%[89ab][0-9a-f]|%e0%8[01]%|%f0%80%8[01]%"
# A segment of dots and spaces alone, which Windows makes shorter.
_DOTS = r"/(\.|%20)+(/|$)"
ODD_PATH = rf"(?i).*({_SIGN}|{_ESCAPE}|{_DOTS}).*"
PORTAL = (
    Route(methods=["GET"], action=Action.READ),
    Route(action=Action.WRITE),
)
FORMS_OF_ACTS = ("/incidents/new", "/incidents/add", "/suspensions/new", "/suspensions/lift")
"""Of the host `admin.`: pages that are nothing but the form of an act, for whoever may send it."""
AUDIT = (
    *(Route(path=one, methods=["GET"], action=Action.ADMINISTER) for one in FORMS_OF_ACTS),
    Route(methods=["GET"], action=Action.READ),
    Route(
        path="/integrity", methods=["POST"], action=Action.READ
    ),  # verifying reads the log and changes nothing
    Route(path="/views", methods=["POST"], action=Action.READ),  # what a reader keeps for reading
    Route(path="/purpose", methods=["POST"], action=Action.READ),
    Route(path="/export", methods=["POST"], action=Action.READ),
    Route(methods=["POST"], action=Action.ADMINISTER),
)
LOOKS = (Route(methods=["GET", "POST"], action=Action.READ),)
"""The gate lets in who may look; each act is decided when it is done, with facts that the page alone knows."""
BUILT_IN: dict[str, tuple[str, tuple[Route, ...]]] = {
    "portal": ("portal", PORTAL),
    "admin": ("audit", AUDIT),
    "policies": ("policies", LOOKS),
    "requests": ("requests", LOOKS),
}
"""Our own hosts behind the gate: first label of the name → application and its routes."""
DEVICES = "devices"
"""Application on the host of agents, which a setting names and which is not always there."""
TEXTS = Route(path="/proposals", methods=["POST"], action=Action.READ)
"""Of the host `policies.`: a draft that is written as text is longer than any other form of ours."""
REPORTS = Route(path="/incidents", methods=["POST"], action=Action.ADMINISTER)
"""Of the host `admin.`: the text of a report is as long."""
LONGER = {"policies": TEXTS, "admin": REPORTS}
PEER = "x-brana-client-certificate"
"""Of the connection, told to the provider at `mtls.` alone."""
KEPT_FROM_UPSTREAMS = [
    PEER,
    "x-brana-gate",
    "x-brana-route",
    "x-envoy-external-address",
    "x-envoy-internal",
]
AGENTS = "/agent"
"""Begin of all paths of `agents.protocol.messages`."""
KEPT_FORMS = f"{OUR_PATHS}/form"


class HostTaken(Exception):
    """Two applications claim one place, or one claims a host or an id of ours."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"applications: {host!r} is taken; give every application an id and a host of its own, or a path"
        )


def routes(settings: Settings, surroundings: Surroundings) -> Json:
    """The route configuration. Raises HostTaken."""
    authority = Authority(settings)
    hosts = [_sign_in(f"login.{settings.public.domain}", authority)]
    for label, (application, table) in BUILT_IN.items():
        host = f"{label}.{settings.public.domain}"
        place = Place(application, "-", authority.of(host), "web")
        longer = [by_us(LONGER[label], place, POLICY_TEXT_BYTES)] if label in LONGER else []
        hosts.append(_gated(host, authority, [*longer, *_by_us(table, place), nothing()]))
    if settings.devices.enabled:
        hosts.append(_of_agents(settings, authority))
    hosts += _of_applications(settings, surroundings, authority)
    names = Counter(host["name"] for host in hosts)
    for name, count in names.items():
        if count > 1:
            raise HostTaken(name)
    return table_of(ROUTES, tried_elsewhere(hosts) if settings.fleet else hosts, settings.public.hsts)


def table_of(name: str, hosts: list[Json], hsts: Hsts) -> Json:
    """Whatever host is none of these is refused."""
    return {
        "name": name,
        "virtual_hosts": [*hosts, _unknown()],
        "request_headers_to_remove": KEPT_FROM_UPSTREAMS,
        "response_headers_to_add": [strict_transport(hsts)],
        "validate_clusters": False,  # clusters and routes come separately
    }


def _of_applications(settings: Settings, surroundings: Surroundings, authority: Authority) -> list[Json]:
    """A host may be shared; then the longest path comes first. Raises HostTaken."""
    on_host: dict[str, dict[str, tuple[Application, Place]]] = {}
    for configured in settings.applications:
        if configured.id in BUILT_IN_APPLICATIONS:
            raise HostTaken(configured.id)
        path, cluster = configured.path.rstrip("/").lower(), cluster_of(configured)
        mark = mark_on_routes(settings, configured)
        for host, municipality in hosts_of(configured, surroundings):
            if path in on_host.setdefault(host, {}):
                raise HostTaken(host + path)
            place = Place(configured.id, municipality, authority.of(host), cluster, mark)
            on_host[host][path] = configured, place
    return [_shared(host, authority, paths) for host, paths in on_host.items()]


def _shared(host: str, authority: Authority, paths: dict[str, tuple[Application, Place]]) -> Json:
    asked: list[Json] = []
    for path in sorted(paths, key=len, reverse=True):
        asked += hosted(*paths[path])
    return _gated(host, authority, asked if "" in paths else [*asked, nothing()])


def _sign_in(host: str, authority: Authority) -> Json:
    return _virtual_host(host, [ours("/", "idp", host, authority)])


def _of_agents(settings: Settings, authority: Authority) -> Json:
    """Where agents ask, and no cookie goes in or out; all else there are the pages of those who administer devices."""
    host = f"{settings.devices.host}.{settings.public.domain}"
    asked = ours(AGENTS, "web", host, authority, settings.devices.message_kib * 1024)
    asked |= {"request_headers_to_remove": ["cookie"], "response_headers_to_remove": [SERVER, "set-cookie"]}
    place = Place(DEVICES, "-", authority.of(host), "web")
    pages = _gated(host, authority, [*_by_us(LOOKS, place), nothing()])
    first, *others = pages["routes"]  # what two programs might read differently goes before agents, too
    return pages | {"routes": [first, asked, *others]}


def _by_us(table: Sequence[Route], place: Place) -> list[Json]:
    return [by_us(one, place) for route in table for one in by_method(route)]


def _gated(host: str, authority: Authority, asked: Sequence[Json]) -> Json:
    """A host behind the gate: odd paths, our own below `/.brana`, and what is asked."""
    form = ours(KEPT_FORMS, "web", host, authority, KEPT_FORM_BYTES)
    return _virtual_host(host, [odd_paths(), form, ours(OUR_PATHS, "web", host, authority), *asked])


def odd_paths() -> Json:
    """What two programs might read differently is refused before anything else."""
    return {
        "match": {"safe_regex": {"regex": ODD_PATH}},
        "direct_response": {"status": 400},
        "typed_per_filter_config": without_gate(),
    }


def ours(path: str, cluster: str, host: str, authority: Authority, longest: int = OUR_FORM_BYTES) -> Json:
    """Our own pages: no gate, no decision, cookies kept, and told who is there."""
    return {
        "match": {"prefix": "/"} if path == "/" else {"path_separated_prefix": path},
        # A stranger may ask here, so what one request can hold is bounded in size and time.
        "route": forward(cluster, authority.of(host)) | at_most(OUR_STREAM),
        "request_headers_to_add": [
            CLIENT_ADDRESS,
            overwrite("x-brana-host", authority.of(host)),
        ],
        "response_headers_to_remove": [SERVER],
        "metadata": tried_ours(),
        "typed_per_filter_config": without_gate() | whole(longest),
    }


def _virtual_host(host: str, table: list[Json]) -> Json:
    return {"name": host, "domains": [host], "routes": table}


def _unknown() -> Json:
    refuse = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 421},  # RFC 9110 §15.5.20
        "typed_per_filter_config": without_gate(),
    }
    return {"name": "unknown", "domains": ["*"], "routes": [refuse]}
