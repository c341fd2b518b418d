"""Named parts of applications (`context.route`) of which policies speak, for whoever asks them without a request. Pure.

A request comes by one route that the configuration knows; who asks what must never be, or who may do what, has to think
of the routes. Any text in a policy that reads the route may be what it compares the route with, however it does so.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from config.vocabulary import Action, ApplicationId
from policies.evaluate import Source
from policies.model import Route
from policies.needs import Needs, needs_of
from policies.parsed import parsed
from policies.review import ROUTE_ID, Policy
from policies.statements import split

Parts = Mapping[ApplicationId, Collection[Route]]
NO_PARTS: Parts = {}
ANOTHER = Route(id="zq9-another", path="/zq9-another")
"""One of which no policy speaks by name: rules about every part but one hold for it."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
PATH = re.compile(r"/.*", re.DOTALL)
FILLINGS = ("", "x", "/")
"""For the `*` of a pattern, in this order: the first that makes it a name, or a path."""
RESOURCE = ("resource",)


MOST_NAMED = 100
"""Parts that policies name and no application has, over all applications: each is asked about in every circumstance."""


class TooManyNamed(Exception):
    """More than `MOST_NAMED`."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A policy that reads the route: where it may apply, and which names and paths stand in it."""

    needs: Needs
    ids: frozenset[str]
    paths: frozenset[str]


def reads_parts(policy: Policy) -> bool:
    return any(path[:1] in ((), ("route",)) for path in policy.looks_at)


def speaking(source: Source) -> Iterator[Speaking]:
    if not any(map(reads_parts, source.policies)):
        return
    for policy, statement in zip(source.policies, split(source.text), strict=True):
        if reads_parts(policy):
            (document,) = parsed(statement.text)["staticPolicies"].values()
            texts = list(_texts(document["conditions"]))
            yield Speaking(needs_of(statement.text), _fitting(texts, NAME), _fitting(texts, PATH))


def parts_told_apart(
    policies: Iterable[Speaking], application: ApplicationId, actions: Collection[Action]
) -> Iterator[Route | None]:
    """By which routes to ask there: by one without a name, and by all that these policies can tell from it."""
    those = [one for one in policies if any(one.needs.may_be_of(application, action) for action in actions)]
    yield None
    if not those:
        return
    ids, paths = (
        (*sorted(frozenset[str]().union(*found) - {another}), another)
        for found, another in (
            ((one.ids for one in those), ANOTHER.id),
            ((one.paths for one in those), ANOTHER.path),
        )
    )
    yield from (Route(id=name, path=path) for name, path in product(ids, paths))


def named_parts(
    configured: Parts, applications: Iterable[ApplicationId], *asked: Iterable[Policy]
) -> dict[ApplicationId, tuple[Route, ...]]:
    """Those that the settings have, and where policies name one that no application has, that one too.

    To compare two sets of policies, name both: they are to be asked about the same parts. Raises TooManyNamed.
    """
    has = {route.id for routes in configured.values() for route in routes}
    found = {one: {route.id: route for route in configured.get(one, ())} for one in applications}
    for policy in (policy for policies in asked for policy in policies if reads_parts(policy)):
        about = {ApplicationId(word) for path, word in policy.compares if path == RESOURCE} & found.keys()
        names = sorted(word for path, word in policy.compares if path == ROUTE_ID and word not in has)
        for application, name in product(about or found, names):
            found[application].setdefault(name, Route(id=name, path=ANOTHER.path))
        if sum(route.id not in has for routes in found.values() for route in routes.values()) > MOST_NAMED:
            raise TooManyNamed
    return {application: tuple(routes.values()) for application, routes in found.items() if routes}


def _texts(node: Any) -> Iterator[tuple[str | None, ...]]:
    """Every text that a policy's conditions hold, in pieces; None stands for the `*` of a pattern."""
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        match node:
            case {"Value": str(text)}:
                yield (text,)
            case {"pattern": list(pieces)}:
                yield tuple(one["Literal"] if isinstance(one, dict) else None for one in pieces)
        for item in node.values():
            yield from _texts(item)


def _fitting(texts: Iterable[tuple[str | None, ...]], shape: re.Pattern[str]) -> frozenset[str]:
    """What of it can be a name, or a path."""
    return frozenset(
        found
        for pieces in texts
        if (
            found := next(
                (one for filling in FILLINGS if shape.fullmatch(one := _filled(pieces, filling))), None
            )
        )
    )


def _filled(pieces: tuple[str | None, ...], filling: str) -> str:
    return "".join(filling if one is None else one for one in pieces)
