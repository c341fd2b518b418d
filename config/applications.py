"""Hosted applications whose settings contradict each other, or that could not be served."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from config.application_routes import PLAIN_PATH, named_findings, route_findings
from config.district import District
from config.doubt import Finding
from config.hosts import hosts_of
from config.identity import identity_findings
from config.settings import SCIM, Application, Health, Settings
from config.upstreams import NAME, upstream_of

BUILT_IN_APPLICATIONS = frozenset({"portal", "audit", "policies", "requests", "devices"})
LEAST, MOST = timedelta(seconds=1), timedelta(minutes=10)
"""Of the time between two questions for health."""


def application_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    seen: set[str] = set(BUILT_IN_APPLICATIONS)
    for number, application in enumerate(settings.applications):
        at = f"applications[{number}]"
        if application.id in seen:
            yield f"{at}.id", f"{application.id!r} is taken", "give each application an id of its own"
        seen.add(application.id)
        yield from _upstreams(application, at)
        yield from _tls(application, at)
        yield from identity_findings(application.identity, f"{at}.identity")
        if application.health is not None:
            yield from _health(application.health, f"{at}.health")
        if application.grpc_web and application.protocol != "http2":
            yield f"{at}.grpc_web", "gRPC is spoken over HTTP/2 alone", 'add `protocol = "http2"`'
        for code in application.municipalities:
            if district is not None and code not in district:
                yield (
                    f"{at}.municipalities",
                    f"{code} is not in the district",
                    f"use codes of {settings.office.district}",
                )
        yield from named_findings(application.routes, at)
        for index, route in enumerate(application.routes):
            yield from route_findings(route, f"{at}.routes[{index}]")
            if route.webdav:
                yield from _below_tree(settings, application, route.path, f"{at}.routes[{index}]", district)
            if route.websocket and application.protocol == "http2":
                yield (
                    f"{at}.routes[{index}].websocket",
                    "no web socket is opened over HTTP/2 to the servers",
                    'take out `protocol = "http2"`, or give what has web sockets an application of its own',
                )


def _below_tree(
    settings: Settings, application: Application, path: str, at: str, district: District | None
) -> Iterator[Finding]:
    """Who may move a folder moves all that is in it, so nothing in it may be asked for in another way."""
    tree, hosts = _whole(application, path), set(hosts_of(application, district or ()))
    for other in settings.applications:
        if other.host != application.host and hosts.isdisjoint(hosts_of(other, district or ())):
            continue
        deeper = [_whole(other, route.path) for route in other.routes]
        if other is not application:
            deeper.append(_whole(other, "/"))
        found = next((one for one in deeper if one != tree and one.startswith(tree)), None)
        if found is not None:
            yield (
                f"{at}.webdav",
                f"{found!r} has routes of its own within it, which a copy or a move would pass by",
                "give the WebDAV tree a path with nothing else in it",
            )
            return


def _whole(application: Application, path: str) -> str:
    """Where a path of the application lies on its host, in the form in which paths are compared."""
    return application.path.rstrip("/").lower() + path.rstrip("/").lower() + "/"


def _upstreams(application: Application, at: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for text in application.upstreams:
        if text == SCIM:  # `config/personnel.py`
            continue
        if upstream_of(text) is None:
            yield (
                f"{at}.upstreams",
                f"{text!r} is not `http://host:port` or `https://host:port`",
                "write for example `http://127.0.0.1:9101`, without a path",
            )
        elif text.lower() in seen:
            yield f"{at}.upstreams", f"{text!r} stands there twice", "name each server once"
        seen.add(text.lower())


def _tls(application: Application, at: str) -> Iterator[Finding]:
    upstreams = [one for text in application.upstreams if (one := upstream_of(text)) is not None]
    secret = {one.tls for one in upstreams}
    tls = application.tls
    if len(secret) > 1:
        yield (
            f"{at}.upstreams",
            "some are `https://`, some `http://`: what one server gets secretly another would get in the open",
            "write `https://` for all, or `http://` for all",
        )
    elif secret == {True} and tls is None:
        yield (
            f"{at}.upstreams",
            "`https://` without an authority: no certificate would be believed",
            "add [applications.tls] with `authority`",
        )
    elif secret == {False} and tls is not None:
        yield f"{at}.tls", "no server is `https://`", "write `https://` in `upstreams`, or take the table out"
    if tls is None:
        return
    if tls.server_name is not None and not NAME.match(tls.server_name):
        yield (
            f"{at}.tls.server_name",
            f"{tls.server_name!r} is not a host name",
            "write the name that stands in the servers' certificates",
        )
    if (tls.certificate is None) != (tls.key is None):
        yield (
            f"{at}.tls",
            "a certificate and its key belong together",
            "give `certificate` and `key`, or neither",
        )


def secrets_of_applications(settings: Settings) -> dict[str, Path]:
    """Files that nobody else may read, by the setting that names each."""
    keys = {
        f"applications[{number}].tls.key": one.tls.key
        for number, one in enumerate(settings.applications)
        if one.tls is not None and one.tls.key is not None
    }
    return keys | {
        f"applications[{number}].identity.password_file": one.identity.password_file
        for number, one in enumerate(settings.applications)
        if one.identity.password_file is not None
    }


def certificates_of_applications(settings: Settings) -> dict[str, Path]:
    with_tls = [(number, one.tls) for number, one in enumerate(settings.applications) if one.tls is not None]
    files = {f"applications[{number}].tls.authority": tls.authority for number, tls in with_tls}
    return files | {
        f"applications[{number}].tls.certificate": tls.certificate
        for number, tls in with_tls
        if tls.certificate is not None
    }


def _health(health: Health, at: str) -> Iterator[Finding]:
    if not PLAIN_PATH.match(health.path):
        yield f"{at}.path", f"{health.path!r} is not a plain path", "write for example `/healthz`"
    if not LEAST <= health.interval <= MOST:
        yield f"{at}.interval", f"not between {LEAST} and {MOST}", "choose a time between them, as `10 s`"
    if not health.timeout:
        yield f"{at}.timeout", "nothing can answer in no time", "write for example `3 s`"
    elif health.timeout > health.interval:
        yield (
            f"{at}.timeout",
            f"it is asked anew after {health.interval}, before {health.timeout} are over",
            "make it no longer than `interval`",
        )
