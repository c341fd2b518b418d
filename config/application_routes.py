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
    asked = {(route.name, route.action) for route in routes if route.name is not None}
    if len(asked) > MOST_NAMED:
        yield (
            f"{at}.routes",
            f"named routes ask for {len(asked)} different things, and a person's grant has room for {MOST_NAMED}",
            "name only routes of which policies speak, or make an application of some with a `path` of its own",
        )


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
