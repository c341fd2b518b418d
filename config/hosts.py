"""Hosts of the product and of applications, and the paths by which applications share one."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from config.application_routes import PLAIN_PATH
from config.district import District
from config.doubt import Finding
from config.settings import PLACEHOLDER, Application, Settings
from config.vocabulary import MunicipalityCode

HOST = re.compile(  # a last label of digits alone would be read as an IPv4 address (WHATWG URL, §3.5)
    r"(?=.{1,253}\Z)(?!(.*\.)?[0-9]+\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)
MUTUAL = "mtls"
"""Where clients of the sign-in show certificates, if any does."""
BUILT_IN_HOSTS = ("login", "portal", "admin", "policies", "requests")
OUR_PATHS = "/.brana"
MOST_ON_A_HOST = 8  # applications: each has a cookie of its own, and all of them come with every request


def hosts_of(application: Application, district: Iterable[MunicipalityCode]) -> list[str]:
    """Hosts the application is served on: one, or one for each of its municipalities."""
    return [host for host, _ in hosts_with_owners(application, district)]


def hosts_with_owners(
    application: Application, district: Iterable[MunicipalityCode], written: str | None = None
) -> list[tuple[str, MunicipalityCode | None]]:
    """Host, and which municipality's it is; None: the person's active one decides. `written`: another of its hosts
    than that of people.
    """
    written = written or application.host
    if PLACEHOLDER not in written:
        return [(written, None)]
    codes = application.municipalities or district
    return [(written.replace(PLACEHOLDER, code), code) for code in codes]


def technical_hosts_of(application: Application, district: Iterable[MunicipalityCode]) -> list[str]:
    """The same of those for technical accounts; most have none."""
    written = application.technical_host
    if written is None:
        return []
    return [host for host, _ in hosts_with_owners(application, district, written.lower())]


def mutual_host(settings: Settings) -> str | None:
    """Where the provider's clients show certificates (RFC 8705); None: none does."""
    shown = any(
        one.authentication == "tls_client_auth" or one.tls_client_certificate_bound_access_tokens
        for one in settings.oidc_clients
    )
    return f"{MUTUAL}.{settings.public.domain}" if shown else None


def our_hosts(settings: Settings) -> list[str]:
    """Of the product itself; that of agents where devices are enrolled."""
    labels = (
        *BUILT_IN_HOSTS,
        *([settings.devices.host] if settings.devices.enabled else []),
        *([MUTUAL] if mutual_host(settings) is not None else []),
    )
    return [f"{label}.{settings.public.domain}" for label in labels]


def certified_hosts(settings: Settings, district: Iterable[MunicipalityCode]) -> list[str]:
    """All that the public certificate must cover."""
    hosts = our_hosts(settings)
    for one in settings.applications:
        hosts += [*hosts_of(one, district), *technical_hosts_of(one, district)]
    return list(dict.fromkeys(hosts))


def host_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    domain = settings.public.domain
    if not HOST.match(domain):
        yield (
            "public.domain",
            f"{domain!r} is not a host name",
            "write it in lower case, without port and dots at the ends",
        )
    if settings.devices.enabled and settings.devices.host in {*BUILT_IN_HOSTS, MUTUAL}:
        yield (
            "devices.host",
            f"{settings.devices.host}.{domain} is already a host of the product itself",
            "choose another, such as `devices`",
        )
    ours = set(our_hosts(settings))
    taken: dict[tuple[str, str], str] = {}
    on_host: Counter[str] = Counter()
    for number, application in enumerate(settings.applications):
        at = f"applications[{number}]"
        yield from _path(application.path, at)
        hosts = hosts_of(application, district or ())
        on_host.update(hosts)
        for host in hosts:
            place = (host, application.path.rstrip("/").lower())
            fault = _fault(application, host, domain)
            if fault is None and host in ours:
                fault = (
                    f"{host} is already the host of the product itself",
                    "give each application a host of its own",
                )
            if fault is None and place in taken:
                fault = (
                    f"{host}{place[1]} is already the place of {taken[place]}",
                    "give each application a host, or a `path`, of its own",
                )
            if fault is None and on_host[host] > MOST_ON_A_HOST:
                fault = (
                    f"{host} has more than {MOST_ON_A_HOST} applications: their cookies would not fit into a request",
                    "give some of them another host",
                )
            if fault is not None:
                yield f"{at}.host", *fault
                break
            taken[place] = application.id


def _fault(application: Application, host: str, domain: str) -> tuple[str, str] | None:
    if HOST.match(host) and host.endswith("." + domain):
        return None
    return f"{host!r} is not a host below {domain}", f"name a host such as `{application.id}.{domain}`"


def _path(path: str, at: str) -> Iterator[Finding]:
    if not PLAIN_PATH.match(path) or (path != "/" and path.endswith("/")):
        yield (
            f"{at}.path",
            f"{path!r} is not a plain path",
            "write for example `/records`, without a slash at the end",
        )
    elif f"{path.lower()}/".startswith(f"{OUR_PATHS}/"):
        yield f"{at}.path", f"{OUR_PATHS} is the product's own on every host", "choose another path"
