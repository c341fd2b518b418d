"""What a grant lets besides what was asked for, as the entry of its decision keeps it: by which route, which action.

Each route was a question of its own, so it is asked again by itself. A named one is kept with its path, as policies may
look at that: `read@reports /records/reports`. No path that can be configured has a space in it.
"""

from collections.abc import Iterable
from dataclasses import replace

from config.asked_word import asked_in, parts_of
from config.vocabulary import Action
from policies.model import Question, Route
from policies.recorded import NotReplayable
from policies.simulate import Asked

ACTIONS, ROUTES = "granted_actions", "granted_routes"
"""Details of an entry: by routes without a name, and by those with one."""
BETWEEN = " "


class PathNotKept(NotReplayable):
    """By a version that kept of a named route nothing but its name."""


def kept(words: Iterable[str], routes: Iterable[Route]) -> list[str]:
    """Of the words of a grant, all of whose routes are given."""
    paths = {route.id: route.path for route in routes}
    return [f"{word}{BETWEEN}{paths[parts_of(word)[1] or '']}" for word in words]


def word_and_path(text: str) -> tuple[str, str]:
    """Of one of `kept`; the path is empty where it was not kept."""
    word, _, path = text.partition(BETWEEN)
    return word, path


def asked_with(question: Question, actions: Iterable[Action], routes: Iterable[str], login: str) -> Asked:
    """`actions` and `routes` as the details say them. Raises NotReplayable."""
    granted: dict[Route | None, set[Action]] = {None: set(actions)}
    own = question.facts.route
    for text in routes:
        route, action = _by_name(text, own)
        granted.setdefault(route, set()).add(action)
    along = frozenset(granted.pop(own, ())) - {question.action}
    elsewhere = tuple(_elsewhere(question, route, those, login) for route, those in granted.items() if those)
    return Asked(question, along, login, elsewhere)


def _elsewhere(question: Question, route: Route | None, actions: set[Action], login: str) -> Asked:
    first, *others = sorted(actions)
    there = replace(question, action=first, facts=replace(question.facts, route=route))
    return Asked(there, frozenset(others), login)


def _by_name(text: str, own: Route | None) -> tuple[Route, Action]:
    """`own`: the route that was asked by, whose path the question itself knows."""
    word, path = word_and_path(text)
    try:
        action, name = asked_in(word)
    except ValueError as error:
        raise NotReplayable(str(error)) from error
    if not name:
        raise NotReplayable(f"{text!r} names no route")
    if not path and own is not None and own.id == name:
        return own, action
    if not path:
        raise PathNotKept(f"{text!r} says no path")
    return Route(id=name, path=path), action
