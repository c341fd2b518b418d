"""An outcome is remembered where no policy could tell the moment from the one before, and nowhere else."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, AuthenticationLevel, Role
from policies import evaluate
from policies.comparisons import Comparison, Learnt
from policies.evaluate import PolicyBook
from policies.model import Facts, Question
from policies.remembering import Remembered, remembered
from tests.policies.generated import book_of
from tests.policies.world import HULIN, NOW, ask

AGE, IDLE, LEVEL = ("sign_in", "age"), ("sign_in", "idle"), ("sign_in", "level")
YOUNGER = Comparison("<", AGE, 900)
WHERE = f'resource in Municipality::"{HULIN}"'


def signed_in(seconds: int, idle: int | None = None, **changes: Any) -> Question:
    facts = Facts(idle=None if idle is None else timedelta(seconds=idle))
    since = NOW - timedelta(seconds=seconds)
    return ask((HULIN, Role.CLERK), authenticated_at=since, facts=facts, **changes)


def book(condition: str) -> PolicyBook:
    return book_of([], {HULIN: [f"permit (principal, action, {WHERE}) when {{ {condition} }};"]})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests Cedar was asked, each time."""
    counted: list[int] = []
    evaluated = evaluate.cedarpy.is_authorized_batch

    def counting(requests: list[Any], *others: Any) -> Any:
        counted.append(len(requests))
        return evaluated(requests, *others)

    monkeypatch.setattr(evaluate.cedarpy, "is_authorized_batch", counting)
    return counted


def test_ages_that_compare_alike_have_one_answer_and_the_next_second_has_its_own(asked: list[int]) -> None:
    ours = book("context.sign_in.age <= 900")
    answers = [ours.allowed(signed_in(age), [Action.READ]) for age in (1, 300, 900, 901, 902, 5)]
    assert answers == [{Action.READ}] * 3 + [frozenset()] * 2 + [{Action.READ}]
    assert asked == [1, 1], "once for each side"


def test_whether_it_is_known_how_long_somebody_was_idle_is_told_apart(asked: list[int]) -> None:
    ours = book("context.sign_in has idle && context.sign_in.idle < 60")
    answers = [bool(ours.allowed(signed_in(5, idle), [Action.READ])) for idle in (0, 59, None, None, 60, 1)]
    assert answers == [True, True, False, False, False, True]
    assert asked == [1, 1, 1]


def test_so_is_whether_it_is_known_at_all(asked: list[int]) -> None:
    ours = book("context.sign_in has idle")
    assert [bool(ours.allowed(signed_in(5, idle), [Action.READ])) for idle in (0, None, 1)] == [
        True, False, True,
    ]  # fmt: skip
    assert asked == [1, 1]


def test_the_strength_of_the_sign_in_is_told_apart_beside_its_age(asked: list[int]) -> None:
    ours = book("context.sign_in.age < 900 && context.sign_in.level >= 2")
    for level, permitted in ((AuthenticationLevel.PASSWORD, False), (AuthenticationLevel.TWO_FACTORS, True)):
        for age in (1, 2):
            assert bool(ours.allowed(signed_in(age, level=level), [Action.READ])) is permitted
    assert asked == [1, 1]


@pytest.mark.parametrize(
    "condition",
    [
        "context.sign_in.age * 2 < 1800",  # its very value is learnt
        'context.sign_in.age < 900 && context.time.now >= datetime("2026-01-01")',
        "context.sign_in.age < 900 && context.sign_in == context.sign_in",
    ],
)
def test_what_a_policy_knows_more_of_is_asked_again_each_time(asked: list[int], condition: str) -> None:
    ours = book(condition)
    for count in (1, 2):
        assert ours.allowed(signed_in(5), [Action.READ]) == {Action.READ}
        assert asked == [1] * count


def test_an_error_is_not_remembered(asked: list[int]) -> None:
    ours = book("context.sign_in.age < 900 && context.sign_in.level + 9223372036854775807 > 0")
    for count in (1, 2):
        assert ours.allowed(signed_in(5), [Action.READ]) == frozenset()
        assert asked == [1] * count


def test_a_sign_in_of_the_future_is_refused_whatever_is_remembered() -> None:
    ours = book("context.sign_in.age < 900")
    assert ours.allowed(signed_in(0), [Action.READ])
    assert not ours.allowed(signed_in(-3600), [Action.READ])


NUMBERS = st.integers(min_value=0, max_value=4)
CONDITIONS = st.builds(
    "context.sign_in.{} {} {}".format,
    st.sampled_from(["age", "age", "level"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    NUMBERS | st.just("context.sign_in.level") | st.just("context.sign_in.age"),
)
STATEMENTS = st.builds(
    lambda effect, conditions: (effect, " && ".join(conditions)),
    st.sampled_from(["permit", "forbid"]),
    st.lists(CONDITIONS, min_size=1, max_size=3),
)


@settings(max_examples=60)
@given(st.lists(STATEMENTS, min_size=1, max_size=3), st.lists(NUMBERS, min_size=2, max_size=6))
def test_a_book_that_remembers_says_what_one_that_is_new_says(
    statements: list[tuple[str, str]], ages: list[int]
) -> None:
    own = [f"permit (principal, action, {WHERE});"]
    words = '@reason("r") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a") '
    for effect, condition in statements:
        said = f"{effect} (principal, action, {WHERE}) when {{ {condition} }};"
        own.append(said if effect == "permit" else words + said)
    ours = book_of([], {HULIN: own})
    for age in ages:
        question = signed_in(age)
        expected = book_of([], {HULIN: own}).decide_and_look(question, [Action.WRITE])
        assert ours.decide_and_look(question, [Action.WRITE]) == expected


def test_what_lasts_is_told_as_it_is_and_what_passes_by_how_it_compares() -> None:
    how = remembered(
        frozenset({AGE, LEVEL}), [Learnt(frozenset({YOUNGER})), Learnt(exactly=frozenset({LEVEL}))]
    )
    assert how == Remembered(compared=(YOUNGER,))
    told = {how.under({"sign_in": {"age": age, "level": 2}}) for age in (1, 899, 900, 901)}
    assert told == {('{"sign_in":{"level":2}}', (True,)), ('{"sign_in":{"level":2}}', (False,))}
    assert remembered(frozenset({LEVEL}), [Learnt(exactly=frozenset({LEVEL}))]) == Remembered()
    assert Remembered().under({"sign_in": {"level": 2}}) == ('{"sign_in":{"level":2}}', ())


@pytest.mark.parametrize(
    ("looks_at", "learns"),
    [
        ({AGE, ("time", "hour")}, Learnt(frozenset({YOUNGER}))),
        ({("sign_in",)}, Learnt(exactly=frozenset({("sign_in",)}))),
        ({()}, Learnt(exactly=frozenset({()}))),
        ({AGE}, Learnt(frozenset({YOUNGER}), exactly=frozenset({AGE}))),
        ({AGE}, Learnt(frozenset({YOUNGER}), exactly=frozenset({("sign_in",)}))),
        ({("device", "age")}, Learnt(frozenset({Comparison("<", ("device", "age"), 60)}))),
    ],
)
def test_what_policies_may_learn_more_of_is_not_kept(looks_at: set[tuple[str, ...]], learns: Learnt) -> None:
    assert remembered(frozenset(looks_at), [learns]) is None


def test_no_more_outcomes_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    monkeypatch.setattr(evaluate, "REMEMBERED", 2)
    ours = book('context.place has country && context.place.country == "CZ"')
    for country in ("AT", "DE", "PL", "AT"):
        assert not ours.allowed(ask((HULIN, Role.CLERK), facts=Facts(country=country)), [Action.READ])
    assert asked == [1] * 4, "what was known was forgotten"
    assert len(ours._remembered) <= 2
