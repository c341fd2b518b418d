"""What a grant carried comes back from its entry, each route with its own question."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.asked_word import asked_word
from config.vocabulary import Action, Role, RouteName
from gateway.audit.granted_along import PathNotKept, asked_with, kept
from policies.model import Facts, Question, Route
from policies.recorded import NotReplayable
from tests.policies.world import HULIN, ask

CLERK = ask((HULIN, Role.CLERK), facts=Facts(country="CZ"))
ROUTES = [Route(id=name, path=f"/records/{name}") for name in ("books", "diary", "reports")]
ACTIONS = st.frozensets(st.sampled_from(list(Action)))


def by(route: Route | None) -> Question:
    return replace(CLERK, facts=replace(CLERK.facts, route=route))


@given(
    st.sampled_from([None, *ROUTES]),
    st.fixed_dictionaries(dict.fromkeys((None, *ROUTES), ACTIONS)),
)
def test_every_action_is_asked_again_by_the_route_it_was_granted_by(
    own: Route | None, granted: dict[Route | None, frozenset[Action]]
) -> None:
    granted[own] |= {CLERK.action}
    words = [
        asked_word(action, RouteName(route.id))
        for route, actions in granted.items()
        if route is not None
        for action in actions
    ]
    asked = asked_with(by(own), sorted(granted[None]), kept(words, ROUTES), "novakova.jana")
    assert asked.question == by(own)
    found = {own: asked.along | {CLERK.action}}
    for one in asked.elsewhere:
        assert one.question == replace(by(one.question.facts.route), action=one.question.action)
        assert (one.question.action in one.along, one.login, one.elsewhere) == (False, "novakova.jana", ())
        found[one.question.facts.route] = one.along | {one.question.action}
    assert found == {route: actions for route, actions in granted.items() if actions}


def test_the_path_of_the_route_that_was_asked_by_is_known_without_being_kept_twice() -> None:
    asked = asked_with(by(ROUTES[0]), (), ["read@books", "write@books"], "")
    assert (asked.along, asked.elsewhere) == ({Action.WRITE}, ())


def test_a_route_whose_path_was_not_kept_is_not_guessed() -> None:
    with pytest.raises(PathNotKept):
        asked_with(by(ROUTES[0]), (), ["read@books", "read@reports"], "")


@pytest.mark.parametrize("text", ["read /records", "read@ /records", "fly@books /records/books", ""])
def test_what_no_version_writes_is_not_replayed(text: str) -> None:
    with pytest.raises(NotReplayable) as refused:
        asked_with(CLERK, (), [text], "")
    assert not isinstance(refused.value, PathNotKept)
