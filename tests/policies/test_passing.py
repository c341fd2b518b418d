"""What a simulation takes for the same at another moment is the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given

from policies.comparisons import Comparison, Learnt, apart, seen
from policies.model import Facts
from policies.request import EVERYTHING, FactUnusable, context_of, passes
from tests.policies.test_simulate import FACTS, SPANS, TIMES
from tests.policies.world import ask


def leaves(context: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(context, dict) or "__extn" in context or "__entity" in context:
        return {path: context}
    return {
        name: one for key, inside in context.items() for name, one in leaves(inside, (*path, key)).items()
    }


@given(FACTS, TIMES, TIMES, SPANS)
def test_what_does_not_pass_is_the_same_at_every_moment(
    facts: Facts, one: datetime, other: datetime, age: timedelta
) -> None:
    question = ask(facts=facts)
    try:
        contexts = [
            context_of(replace(question, now=at, authenticated_at=at - max(age, timedelta())), EVERYTHING)
            for at in (one, other)
        ]
    except FactUnusable:
        return
    first, second = map(leaves, contexts)
    assert {path for path in first if not passes(path, contexts[0])} == {
        path for path in second if not passes(path, contexts[1])
    }
    assert all(second[path] == value for path, value in first.items() if not passes(path, contexts[0]))


def test_what_is_compared_with_something_that_is_not_there_is_learnt_once() -> None:
    order = (("ticket", "until"), ("device", "age"))
    for absent in order:
        learns = Learnt(exactly=frozenset({absent, ("time", "now"), ("sign_in", "idle")}))
        context = context_of(ask(), EVERYTHING)
        stays, passing = apart(learns, context, lambda path, context=context: passes(path, context))
        assert (stays.exactly, passing.exactly) == ({absent}, {("time", "now"), ("sign_in", "idle")})
        assert seen(stays, context) == ("None",)


def test_what_will_be_there_is_compared_anew_at_each_moment() -> None:
    """Nobody knows yet how long somebody was idle; of an order that nobody placed nothing will be."""
    idle, over = (
        Comparison("<", ("sign_in", "idle"), 60),
        Comparison("<", ("time", "now"), ("ticket", "until")),
    )
    young, strong = Comparison("<", ("sign_in", "age"), 60), Comparison(">", ("sign_in", "level"), 1)
    context = context_of(ask(), EVERYTHING)
    stays, passing = apart(
        Learnt(frozenset({idle, over, young, strong})), context, lambda path: passes(path, context)
    )
    assert (stays.compared, passing.compared) == ({over, strong}, {idle, young})
    assert passing.paths == {("sign_in", "idle"), ("sign_in", "age")}
