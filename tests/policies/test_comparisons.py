"""What policies can tell apart, and nothing less."""

import json

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.comparisons import Comparison, Learnt, learnt, seen, together
from policies.examine import SCHEMA_FILE, Examined, examine

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
AGE, NOW, UNTIL = ("sign_in", "age"), ("time", "now"), ("ticket", "until")
OF_DAY = ("time", "of_day")


def of(condition: str) -> Learnt:
    examined = examine(f"permit (principal, action, resource) when {{ {condition} }};", SCHEMA)
    assert isinstance(examined, Examined)
    return examined.learns


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("context.sign_in.age <= 28800", Learnt(frozenset({Comparison("<=", AGE, 28800)}))),
        ("7 == context.sign_in.age", Learnt(frozenset({Comparison("==", 7, AGE)}))),
        (
            "context has ticket && context.time.now < context.ticket.until",
            Learnt(frozenset({Comparison("<", NOW, UNTIL)}), frozenset({("ticket",)})),
        ),
        (
            'context.time.now >= datetime("1970-01-02")',
            Learnt(frozenset({Comparison(">=", NOW, 86_400_000)})),
        ),
        (
            'context.time.now >= datetime("1970-01-02T00:00:01Z")',
            Learnt(frozenset({Comparison(">=", NOW, 86_401_000)})),
        ),
        (
            'context.time.of_day >= duration("7h30m")',
            Learnt(frozenset({Comparison(">=", OF_DAY, 27_000_000)})),
        ),
        (
            'context.time.of_day < duration("1d2s5ms")',
            Learnt(frozenset({Comparison("<", OF_DAY, 86_402_005)})),
        ),
        ('context.time.of_day < duration("-1h")', Learnt(exactly=frozenset({OF_DAY}))),
        ("context.sign_in.age + 1 <= 28800", Learnt(exactly=frozenset({AGE}))),
        ("[1, 2].contains(context.time.weekday)", Learnt(exactly=frozenset({("time", "weekday")}))),
        ("!context.time.holiday", Learnt(exactly=frozenset({("time", "holiday")}))),
        ("context.time.holiday == true", Learnt(exactly=frozenset({("time", "holiday")}))),
        (
            'context has purpose && context.purpose == ""',
            Learnt(asked_for=frozenset({("purpose",)}), exactly=frozenset({("purpose",)})),
        ),
        (
            'context.time.now < datetime("1970-01-02T01:00:00+0100")',
            Learnt(exactly=frozenset({NOW})),
        ),
        ('context.time.now.offset(duration("1h")) < context.time.now', Learnt(exactly=frozenset({NOW}))),
        ("context == context", Learnt(exactly=frozenset({()}))),
        ('principal.roles.contains(Role::"clerk") && 1 < 2', Learnt()),
    ],
)  # fmt: skip
def test_a_policy_learns_how_things_compare_or_else_their_very_values(
    condition: str, expected: Learnt
) -> None:
    assert of(condition) == expected


MOMENTS = st.integers(0, 3).map(lambda number: f"1970-01-0{number + 1}T00:00:00Z")
CONTEXTS = st.fixed_dictionaries(
    {
        "sign_in": st.fixed_dictionaries({"age": st.integers(0, 4)}, optional={"idle": st.integers(0, 4)}),
        "time": st.builds(
            lambda at, minute: {
                "now": {"__extn": {"fn": "datetime", "arg": at}},
                "of_day": {"__extn": {"fn": "duration", "arg": f"{minute * 60}s"}},
            },
            MOMENTS,
            st.integers(59, 62),
        ),
    },
    optional={
        "emergency": st.integers(0, 4).map(
            lambda age: {"age": age, "justification": "x", "reviewed_late": False}
        )
    },
)
ATOMS = st.sampled_from(
    [
        *(f"context.sign_in.age {sign} {number}" for sign in ("<", "<=", ">", ">=", "==", "!=") for number in (1, 3)),
        'context.time.now < datetime("1970-01-03")',
        'context.time.now == datetime("1970-01-02T00:00:00Z")',
        "(context.sign_in has idle && context.sign_in.idle < 2)",
        "(context has emergency && context.emergency.age <= context.sign_in.age)",
        'context.time.of_day < duration("1h")',
        'context.time.of_day != duration("1h1m")',
        "context.sign_in.age * 2 == 4",
        "context.sign_in.idle > 1",
        "context has emergency",
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join).map("({})".format)
        | inner.map("!({})".format)
    ),
    max_leaves=4,
)


@given(CONDITIONS, CONTEXTS, CONTEXTS)
def test_where_the_same_is_seen_cedar_says_the_same(condition: str, one: object, other: object) -> None:
    """The law, with policies that fail too: `idle` may be asked for without `has`."""
    text = f"permit (principal, action, resource) when {{ {condition} }};"
    found = of(condition)
    if seen(found, one) == seen(found, other):
        assert said(text, one) == said(text, other)


def said(text: str, context: object) -> tuple[object, bool]:
    request = {
        "principal": {"type": "Person", "id": "a"},
        "action": {"type": "Action", "id": "read"},
        "resource": {"type": "Resource", "id": "b"},
        "context": json.dumps(context),
    }
    result = cedarpy.is_authorized(request, text, [])
    return result.decision, bool(result.diagnostics.errors)


def test_where_something_is_not_there_what_it_is_compared_with_is_not_looked_at() -> None:
    """Else a policy about an order would tell apart every two moments of people who have none."""
    found = of("context has ticket && context.time.now < context.ticket.until")
    moments = [
        {"time": {"now": {"__extn": {"fn": "datetime", "arg": f"2026-01-0{n}T00:00:00Z"}}}} for n in (1, 2)
    ]
    assert len({seen(found, one) for one in moments}) == 1


def test_what_concerns_other_circumstances_is_left_out() -> None:
    both = together((of("context.sign_in.age <= 1"), of("context has ticket"), of("!context.time.holiday")))
    assert both.within(frozenset({AGE})) == of("context.sign_in.age <= 1")
    assert both.within(frozenset({("ticket",)})) == of("context has ticket")
    assert both.within(frozenset()) == Learnt()


def test_what_is_of_another_kind_is_seen_as_it_stands() -> None:
    found = of("context.sign_in.age <= 1")
    kinds = [{"sign_in": {"age": age}} for age in (True, "1", 1, 2, {"__extn": {"fn": "ip", "arg": "x"}})]
    assert len({seen(found, one) for one in [*kinds, {"sign_in": {}}, {}]}) == 6


def test_anything_that_is_no_policy_tells_nothing() -> None:
    assert learnt([3, {"Value": 7}, None], lambda _node: None) == Learnt()
