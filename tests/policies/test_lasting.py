"""A permit ends when the policies say so, and not when it would be asked about anyway."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, Role
from policies.evaluate import PolicyBook
from policies.lasting import INSTANT, PRECISELY, stands_until
from policies.load import load
from policies.model import Delegation, Device, Emergency, Facts, Question, Requested
from policies.request import EVERYTHING, Paths
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, ask, copy_of_the_example

SHUT_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 18:00 in Prague
NOW = SHUT_AT - timedelta(minutes=3, seconds=20)
LATEST = NOW + timedelta(minutes=5)
LAST, MINUTES = LATEST - INSTANT, [SHUT_AT + timedelta(minutes=number) for number in (-3, -2, -1, 0, 1)]
PASSING = Facts(
    device=Device(managed=True, fresh=True, reported_at=NOW - timedelta(seconds=30)),
    requested=Requested(
        since=NOW,
        until=NOW + timedelta(seconds=90),
        application=ApplicationId("records"),
        actions=frozenset({Action.READ}),
    ),
    delegation=Delegation(since=NOW, until=NOW + timedelta(seconds=70)),
    emergency=Emergency(asked_at=NOW, justification="a b c"),
    purpose="ověření",
)
HOUR: Paths = frozenset({("time", "hour"), ("sign_in", "level")})
AGE: Paths = frozenset({("sign_in", "age")})
FORBID = """
@id("never-so")
@reason("not_now")
@title_cs("Teď ne")
@title_en("Not now")
@advice_cs("Zkuste to jindy.")
@advice_en("Try again later.")
forbid (principal, action == Action::"{}", resource in Application::"records")
unless {{ {} }};
"""


def until(moment: datetime) -> Callable[[Question], bool]:
    return lambda question: question.now < moment


def question(**changes: object) -> Question:
    return ask((HULIN, Role.CLERK), now=NOW, authenticated_at=NOW - timedelta(hours=1), **changes)


@pytest.fixture
def book_with(tmp_path: Path) -> Callable[..., PolicyBook]:
    def made(condition: str, action: Action = Action.READ) -> PolicyBook:
        region, municipalities = copy_of_the_example(tmp_path)
        (region / "90-never.cedar").write_text(FORBID.format(action, condition), "utf-8")
        return load(region, municipalities, DISTRICT, APPLICATIONS)

    return made


def test_what_looks_at_no_clock_is_not_asked_about_again() -> None:
    def ask_never(_: Question) -> bool:
        raise AssertionError

    place = frozenset({("place", "address"), ("sign_in", "level")})
    assert stands_until(question(), LATEST, place, ask_never) == LATEST


def test_what_is_over_already_is_not_asked_about() -> None:
    assert stands_until(question(), NOW, EVERYTHING, until(NOW)) == NOW


@pytest.mark.parametrize(
    ("looks_at", "moments"),
    [
        (HOUR, [SHUT_AT]),
        (AGE, [LAST]),
        (HOUR | AGE, [SHUT_AT, LAST]),
        (frozenset({("time", "now")}), [LAST]),
        (frozenset({("time",)}), [*MINUTES, LAST]),
        (EVERYTHING, [*MINUTES, LAST]),
    ],
)
def test_it_is_asked_when_what_is_looked_at_changes_and_at_the_end_where_that_is_always(
    looks_at: Paths, moments: list[datetime]
) -> None:
    asked: list[datetime] = []

    def permits(question: Question) -> bool:
        asked.append(question.now)
        return True

    assert stands_until(question(), LATEST, looks_at, permits) == LATEST
    assert asked == moments


@given(st.timedeltas(timedelta(seconds=1), timedelta(minutes=5)), st.sampled_from([AGE, EVERYTHING]))
def test_whenever_it_changes_it_ends_then_and_not_a_twentieth_of_a_second_earlier(
    after: timedelta, looks_at: Paths
) -> None:
    changes = NOW + after
    found = stands_until(question(), LATEST, looks_at, until(changes))
    assert changes - PRECISELY <= found <= changes


def test_what_is_shut_for_a_minute_ends_when_that_begins() -> None:
    minute = frozenset({("time", "minute")})
    shut = SHUT_AT - timedelta(minutes=2)
    found = stands_until(
        question(), LATEST, minute, lambda it: not shut <= it.now < shut + timedelta(minutes=1)
    )
    assert found == shut


@pytest.mark.parametrize(
    ("condition", "ends"),
    [
        ("context.time.hour < 18", SHUT_AT),
        ('context.time.now < datetime("2026-11-23T16:58:20Z")', NOW + timedelta(seconds=100)),
        ("context.sign_in.age < 3700", NOW + timedelta(seconds=100)),
        ("context.sign_in.age < 8000", LATEST),
        ('context.sign_in.factors.contains(Factor::"pwd")', LATEST),
    ],
)
def test_policies_say_when(condition: str, ends: datetime, book_with: Callable[..., PolicyBook]) -> None:
    book = book_with(condition)
    asked = question()
    assert Action.READ in book.allowed(asked, Action)
    found = book.permits_until(asked, {Action.READ}, LATEST)
    assert ends - PRECISELY <= found <= ends


@pytest.mark.parametrize(
    ("condition", "ends"),
    [
        ("context has device.age && context.device.age < 60", NOW + timedelta(seconds=30)),
        ("context has device && context.device.fresh", LATEST),
        ("context has requested && context.time.now < context.requested.until", NOW + timedelta(seconds=90)),
        (
            "context has delegation && context.time.now < context.delegation.until",
            NOW + timedelta(seconds=70),
        ),
        ('context.time.of_day < duration("17h58m")', SHUT_AT - timedelta(minutes=2)),
        ("context has emergency && context.emergency.age <= 3600", LATEST),
        ('context has purpose && context.purpose != ""', LATEST),
    ],
)
def test_a_grant_ends_with_the_facts_it_rests_on(
    condition: str, ends: datetime, book_with: Callable[..., PolicyBook]
) -> None:
    book, asked = book_with(condition), question(facts=PASSING)
    assert Action.READ in book.allowed(asked, Action)
    found = book.permits_until(asked, {Action.READ}, LATEST)
    assert ends - PRECISELY <= found <= ends


def test_every_action_of_a_grant_counts_and_no_other(book_with: Callable[..., PolicyBook]) -> None:
    book = book_with("context.time.hour < 18", Action.WRITE)
    assert book.permits_until(question(), {Action.READ}, LATEST) == LATEST
    assert book.permits_until(question(), {Action.READ, Action.WRITE}, LATEST) == SHUT_AT
