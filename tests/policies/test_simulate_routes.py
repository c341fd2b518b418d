"""A grant that carried something by several routes is one decision, and each route has its own answer."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, RouteName
from policies.evaluate import PolicyBook
from policies.model import Facts, Route
from policies.simulate import Asked, Change, Decided, Simulation
from tests.policies.test_simulate import CLERK, book
from tests.policies.world import NOW, ask

ROUTES = [None, *(Route(id=name, path=f"/{name}") for name in ("books", "reports"))]
SHUT = """
@id("shut") @reason("shut") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource) when {
    context has route && (context.route.id == "reports" || context.sign_in.age > 600)
    || !(context has route) && context.sign_in has idle && context.sign_in.idle > 900
};
"""


@pytest.fixture(scope="module")
def today() -> PolicyBook:
    return book()


@pytest.fixture(scope="module")
def draft() -> PolicyBook:
    return book(lambda texts: texts.update({"region/90-shut.cedar": SHUT}))


def by(route: Route | None, action: Action, *along: Action, elsewhere: tuple[Asked, ...] = ()) -> Asked:
    question = ask(CLERK, action=action, facts=Facts(country="CZ", route=route))
    return Asked(question, frozenset(along) - {action}, "somebody", elsewhere)


def plainly(book: PolicyBook, decided: Decided, asked: Asked) -> frozenset[Action]:
    facts = replace(asked.question.facts, idle=decided.idle)
    question = replace(
        asked.question, now=decided.now, authenticated_at=decided.authenticated_at, facts=facts
    )
    return book.allowed(question, asked.along | {question.action})


ACTIONS = st.sampled_from([Action.READ, Action.WRITE, Action.ADMINISTER])
GRANTS = st.permutations(ROUTES).flatmap(
    lambda routes: st.builds(
        lambda main, also, others: by(
            routes[0],
            main,
            *also,
            elsewhere=tuple(by(route, action) for route, action in zip(routes[1:], others, strict=False)),
        ),
        ACTIONS,
        st.sets(ACTIONS, max_size=2),
        st.lists(ACTIONS, max_size=2),
    )
)
SPANS = st.sampled_from([timedelta(seconds=one) for one in (0, 600, 601, 900, 901)])


@settings(max_examples=60)
@given(
    st.lists(GRANTS, min_size=1, max_size=3),
    st.lists(st.tuples(SPANS, SPANS, st.booleans()), min_size=1, max_size=4),
)
def test_each_route_has_the_answer_that_asking_by_it_alone_has(
    today: PolicyBook,
    draft: PolicyBook,
    grants: list[Asked],
    times: list[tuple[timedelta, timedelta, bool]],
) -> None:
    decisions = [
        Decided(asked, NOW, NOW - age, permitted, 1, idle)
        for asked, (age, idle, permitted) in product(grants, times)
    ]
    rows = Counter[tuple[Change, Action, RouteName | None, str]]()
    kinds = Counter[str]()
    for one in decisions:
        main, changed, as_recorded = None, False, True
        for asked in (one.asked, *one.asked.elsewhere):
            before, after = (plainly(of, one, asked) for of in (today, draft))
            was = asked.along | {asked.question.action} if one.permitted else frozenset()
            as_recorded &= before == was
            route = asked.question.facts.route
            for action in before ^ after:
                change, changed = Change.LOSES if action in before else Change.GAINS, True
                for_it = asked is one.asked and action == asked.question.action
                main = change if for_it else main
                rows[
                    change, action, RouteName(route.id) if route else None, "asked" if for_it else "along"
                ] += 1
        kinds[main or ("in part" if changed else "unchanged" if as_recorded else "already")] += 1
    tally = Simulation(today, draft).take(decisions)
    found = Counter[tuple[Change, Action, RouteName | None, str]]()
    for whose, row in tally.rows.items():
        found[whose.change, whose.action, whose.route, "asked"] += row.asked
        found[whose.change, whose.action, whose.route, "along"] += row.along
    assert +found == rows
    assert (tally.unchanged, tally.already, tally.in_part) == (
        kinds["unchanged"],
        kinds["already"],
        kinds["in part"],
    )
    assert tally.changed == Counter({change: kinds[change] for change in Change if kinds[change]})


def test_what_is_carried_by_other_routes_is_evaluated_once_however_often_it_was(
    today: PolicyBook, draft: PolicyBook
) -> None:
    books, reports = (by(route, Action.READ) for route in ROUTES[1:])
    asked = by(None, Action.READ, elsewhere=(books, reports))
    simulation = Simulation(today, draft)
    tally = simulation.take([Decided(asked, NOW, NOW, True, number) for number in range(100)])
    assert (tally.in_part, simulation.evaluated) == (100, 3)
