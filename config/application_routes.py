"""Routes of a hosted application that contradict themselves."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from config.doubt import Finding
from config.settings import Route
from config.vocabulary import RouteName

PLAIN_PATH = re.compile(r"(?!.*//)/(?!(.*/)?\.{1,2}(/|\Z))[A-Za-z0-9._~/-]*\Z")
METHOD = re.compile(r"[A-Z]{1,20}\Z")
SHOWN_BACK = ("TRACE", "TRACK")  # RFC 9110 §9.3.8: the request is the answer, an account lent by us and all
LEAST, MOST = timedelta(seconds=1), timedelta(hours=1)
"""Of both times of a route."""
MOST_NAMED = 12
"""Pairs of name and action in one application: a grant names each, twice, and a browser keeps 4,096 bytes of it."""


def route_findings(route: Route, at: str) -> Iterator[Finding]:
    if not PLAIN_PATH.match(route.path):
        yield f"{at}.path", f"{route.path!r} is not a plain path", "write for example `/documents`"
    for method in route.methods:
        if not METHOD.match(method):
            yield f"{at}.methods", f"{method!r} is not an HTTP method", 'write for example ["GET", "HEAD"]'
        elif method in SHOWN_BACK:
            yield (
                f"{at}.methods",
                f"{method} has the application show what we tell it alone",
                "take it out; no application needs it",
            )
    if route.public and route.action is not None:
        yield f"{at}.action", "nothing is decided on a public route", "take out `action`, or `public`"
    if not route.public and route.action is None:
        yield (
            f"{at}",
            "it says nothing of what is asked for",
            'add `action = "read"` or another, or `public = true`',
        )
    if route.public and route.name is not None:
        yield f"{at}.name", "no policy is asked about a public route", "take out `name`, or `public`"
    yield from _times(route, at)


def named_findings(routes: Sequence[Route], at: str) -> Iterator[Finding]:
    """Of all routes of one application: `at`."""
    paths: dict[RouteName, str] = {}
    for number, route in enumerate(routes):
        if route.name is not None and paths.setdefault(route.name, route.path) != route.path:
            yield (
                f"{at}.routes[{number}].name",
                f"{route.name!r} is the name of {paths[route.name]!r} already, and a name is one path's",
                "give this route another name",
            )
    for name in paths:
        number = next(number for number, route in enumerate(routes) if route.name == name)
        yield from _passed_by(routes, number, f"{at}.routes[{number}]")
    asked = {(route.name, route.action) for route in routes if route.name is not None}
    if len(asked) > MOST_NAMED:
        yield (
            f"{at}.routes",
            f"named routes ask for {len(asked)} different things, and a person's grant has room for {MOST_NAMED}",
            "name only routes of which policies speak, or make an application of some with a `path` of its own",
        )


def _passed_by(routes: Sequence[Route], number: int, at: str) -> Iterator[Finding]:
    """Rows that take what is asked for below the path of a named one: its rules would not be asked about that."""
    named, taken = routes[number], set[str]()
    for other, row in enumerate(routes):
        if row.name == named.name:
            if not row.methods:
                return
            taken |= _methods(row)
        elif _whole(named.path).startswith(_whole(row.path)) and (not row.methods or _methods(row) - taken):
            which = "all methods" if not row.methods else ", ".join(sorted(_methods(row) - taken))
            yield (
                f"{at}.name",
                f"{which} below {named.path!r} go to row {other + 1} ({row.path!r}), past what is ruled of the name",
                f"put rows named {named.name!r} before it, for each method that it takes (no `methods`: for all)",
            )
            return


def _methods(row: Route) -> set[str]:
    methods = {method.upper() for method in row.methods}
    return methods | {"HEAD"} if "GET" in methods else methods  # RFC 9110 §9.3.2


def _whole(path: str) -> str:
    """In whole segments and without letter case, as Envoy compares."""
    return path.rstrip("/").lower() + "/"


def _times(route: Route, at: str) -> Iterator[Finding]:
    for name in ("timeout", "idle_timeout"):
        value: timedelta | None = getattr(route, name)
        if value is not None and not LEAST <= value <= MOST:
            yield f"{at}.{name}", f"not between {LEAST} and {MOST}", "choose a time between them, as `5 min`"
    if route.streaming and route.timeout is not None:
        yield (
            f"{at}.timeout",
            "what is `streaming` has no end that could be waited for",
            "take out `timeout`, or `streaming`; `idle_timeout` ends what has become silent",
        )
    lasting = next((name for name in ("websocket", "streaming") if getattr(route, name)), None)
    if lasting is not None and route.body_mib is not None:
        yield (
            f"{at}.body_mib",
            f"what is `{lasting}` is never whole, so it has no size",
            f"take out `body_mib`, or `{lasting}`; give uploads a route of their own before it",
        )
