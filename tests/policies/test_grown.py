"""What is said to apply to more applies wherever it did before, and the other way round."""

import json

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.grown import Way, grown
from policies.model import Question
from tests.policies.generated import ATOMS, plainly
from tests.policies.generated_questions import QUESTIONS

ROLES = "principal.roles"
A, B, C = ('Role::"clerk"', 'Role::"mayor"', 'Role::"registrar"')


def way(before: str, after: str, effect: str = "permit") -> Way | None:
    first, second = (
        json.loads(cedarpy.policies_to_json_str(f"{effect} {one};"))["staticPolicies"]["policy0"]
        for one in (before, after)
    )
    return grown(first, second)


def when(condition: str, actions: str = "action") -> str:
    return f"(principal, {actions}, resource) when {{ {condition} }}"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (f"{ROLES}.contains({A})", f"{ROLES}.containsAny([{A}, {B}])", Way.MORE),
        (f"{ROLES}.containsAny([{A}, {B}])", f"{ROLES}.containsAny([{A}, {C}])", None),
        (f"{ROLES}.containsAll([{A}, {B}])", f"{ROLES}.containsAll([{A}])", Way.MORE),
        (f"{ROLES}.contains({A})", f"{ROLES}.containsAll([{A}, {B}])", Way.LESS),
        (f"{ROLES}.containsAny([{A}, {B}])", f"{ROLES}.containsAll([{A}])", Way.LESS),
        (f"{ROLES}.containsAny([{A}, {B}])", f"{ROLES}.containsAll([{A}, {B}])", None),
        (f"{ROLES}.containsAll([])", f"{ROLES}.containsAll([{A}])", None),
        (f"!{ROLES}.containsAny([{A}, {B}])", f"!{ROLES}.contains({A})", Way.MORE),
        (f"!({ROLES}.contains({A}) || {ROLES}.contains({B}))", f"!({ROLES}.contains({A}))", None),
        (f"!({ROLES}.contains({A}))", f"!({ROLES}.contains({A}) || {ROLES}.contains({B}))", Way.LESS),
        ("context.sign_in.level >= 2", "context.sign_in.level >= 1", Way.MORE),
        ("context.sign_in.level >= 2", "context.sign_in.level >= 3", Way.LESS),
        ("context.time.hour < 18", "context.time.hour < 20", Way.MORE),
        ("context.time.hour < 18", "context.time.hour <= 18", None),
        ("[6, 7].contains(context.time.weekday)", "[6].contains(context.time.weekday)", Way.LESS),
        ("principal.recovery && context.time.holiday", "principal.recovery", Way.MORE),
        ("principal.recovery", "context.time.holiday && principal.recovery", Way.LESS),
        ("principal.recovery", "principal.recovery || context.time.holiday", Way.MORE),
        ("principal.recovery || context.time.holiday", "principal.recovery", None),
        (
            "principal.recovery && context.time.holiday",
            "context.time.holiday && principal.recovery",
            Way.SAME,
        ),
        ("context.sign_in.age < 5", "context.time.hour < 5", None),
    ],
)
def test_it_is_told_from_what_was_added_left_out_or_moved(before: str, after: str, said: Way | None) -> None:
    assert way(when(before), when(after)) is said


def test_actions_count_with_the_conditions() -> None:
    reads, more = 'action == Action::"read"', 'action in [Action::"read", Action::"write"]'
    one, two = f"{ROLES}.contains({A})", f"{ROLES}.containsAny([{A}, {B}])"
    assert way(when(one, reads), when(one, more)) is Way.MORE
    assert way(when(one), when(one, more)) is Way.LESS
    assert way(when(one, reads), when(two, more)) is Way.MORE
    assert way(when(one, more), when(two, reads)) is None
    assert way(when(one), f"(principal, action, resource) when {{ {one} }} unless {{ {two} }}") is Way.LESS
    assert way(when(one), f"(principal is Person, action, resource) when {{ {one} }}") is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(ATOMS), min_size=2, max_size=3),
    st.sampled_from(["&&", "||"]),
    st.lists(QUESTIONS, min_size=1, max_size=3),
)
def test_what_is_said_holds_of_every_question(atoms: list[str], sign: str, questions: list[Question]) -> None:
    first, second = (when(f" {sign} ".join(f"({one})" for one in each)) for each in (atoms[:-1], atoms))
    for before, after in ((first, second), (second, first)):
        said = way(before, after)
        for question in questions:
            was, now = (bool(plainly(f'@id("one") permit {one};', question).by) for one in (before, after))
            assert said is not Way.MORE or not was or now
            assert said is not Way.LESS or not now or was
            assert said is not Way.SAME or was is now


HOURS = "context.time.hour >= 7 && context.time.hour < {} && {}.contains(context.time.weekday)"
WEEK, SATURDAY_TOO = "[1, 2, 3, 4, 5]", "[1, 2, 3, 4, 5, 6]"
REQUESTED = "context has requested && context.requested.actions.contains(action)"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (HOURS.format(18, WEEK), HOURS.format(18, SATURDAY_TOO), Way.LESS),
        (HOURS.format(18, WEEK), HOURS.format(20, SATURDAY_TOO), Way.LESS),
        (HOURS.format(18, SATURDAY_TOO), HOURS.format(18, WEEK), Way.MORE),
        (HOURS.format(18, WEEK), HOURS.format(16, SATURDAY_TOO), None),
        (HOURS.format(18, WEEK), f"{HOURS.format(18, WEEK)} && principal.recovery", None),
        (
            f"{HOURS.format(18, WEEK)} && (principal.recovery || false)",
            f"{HOURS.format(18, WEEK)} && (principal.recovery || true)",
            Way.LESS,
        ),
        (HOURS.format(18, WEEK), f"{HOURS.format(18, SATURDAY_TOO)} || ({REQUESTED})", Way.LESS),
        (
            f"{HOURS.format(18, WEEK)} || ({REQUESTED})",
            f"{HOURS.format(18, SATURDAY_TOO)} || principal.recovery || ({REQUESTED})",
            Way.LESS,
        ),
        (HOURS.format(18, SATURDAY_TOO), f"{HOURS.format(18, WEEK)} || ({REQUESTED})", None),
        (f"{HOURS.format(18, WEEK)} || ({REQUESTED})", HOURS.format(18, SATURDAY_TOO), None),
    ],
)
def test_a_forbid_whose_hours_open_for_more_asks_less(before: str, after: str, said: Way | None) -> None:
    assert (
        way(*(f"(principal, action, resource) unless {{ {one} }}" for one in (before, after)), "forbid")
        is said
    )


MOVING = st.sampled_from(
    [
        *((f"context.time.hour < {one}", f"context.time.hour < {two}") for one, two in ((8, 12), (12, 8))),
        (f"{WEEK}.contains(context.time.weekday)", "[1, 6, 7].contains(context.time.weekday)"),
        ("[1].contains(context.time.weekday)", f"{WEEK}.contains(context.time.weekday)"),
        (f"{ROLES}.contains({A})", f"{ROLES}.containsAny([{A}, {B}])"),
        ("(context.time.holiday || false)", "(context.time.holiday || true)"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(MOVING, st.sampled_from(ATOMS).map(lambda one: (one, one))), min_size=1, max_size=4),
    st.lists(st.sampled_from(ATOMS), max_size=2),
    st.booleans(),
    st.lists(QUESTIONS, min_size=1, max_size=3),
)
def test_what_is_said_of_an_exception_holds_of_every_question(
    pairs: list[tuple[str, str]], besides: list[str], first: bool, questions: list[Question]
) -> None:
    chains = [" && ".join(f"({one[side]})" for one in pairs) for side in (0, 1)]
    exceptions = [f"({one})" for one in besides]
    alternatives = [*exceptions, f"({chains[1]})"] if first else [f"({chains[1]})", *exceptions]
    before, after = (
        f"(principal, action, resource) unless {{ {one} }}" for one in (chains[0], " || ".join(alternatives))
    )
    for old, new in ((before, after), (after, before)):
        said = way(old, new)
        for question in questions:
            was, now = (bool(plainly(f'@id("one") permit {one};', question).by) for one in (old, new))
            assert said is not Way.MORE or not was or now
            assert said is not Way.LESS or not now or was
            assert said is not Way.SAME or was is now
