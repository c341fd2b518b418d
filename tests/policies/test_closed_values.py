"""A value that a fact never has, in a policy of somebody who believes that it has, is told with what is near."""

import json

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from policies.brought import in_vain
from policies.closed_values import COMPARED, LISTS, RANGES
from policies.declared import declared
from policies.reading import Path
from policies.texts import texts_of
from policies.vain import asked_in_vain
from tests.policies.world import MUNICIPALITIES, REGION

EN = Language.ENGLISH


def faults(condition: str) -> list[str]:
    return [
        one.what[EN]
        for one, _ in asked_in_vain(f"forbid (principal, action, resource) when {{ {condition} }};")
    ]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ('context.place has country && context.place.country == "ru"', 'is never "ru"; is "RU" meant?'),
        ('context.place has country && context.place.country != "Russia"', 'is never "Russia"'),
        ('context.place has country && ["CZ", "XX"].contains(context.place.country)', 'is never "XX"'),
        (
            'context has device && context.device has os && context.device.os == "Windows"',
            'is "windows" meant?',
        ),
        ('context has device && context.device has os && context.device.os == "beos"', 'is never "beos"'),
        ('context.place has protocol && "SMB" == context.place.protocol', 'is "smb" meant?'),
        ("[6, 0].contains(context.time.weekday)", '`context.time.weekday` is never "0"'),
        ("[6, 7, 8].contains(context.time.weekday)", '`context.time.weekday` is never "8"'),
        ('[duration("25h")].contains(context.time.of_day)', '`context.time.of_day` is never "25h"'),
        ('[datetime("2026-12-24T10:00:00Z")].contains(context.time.date)', "always a midnight"),
        ("context.time.weekday == 0", "`context.time.weekday` is from 1 to 7"),
        ("context.time.weekday != 8", "`!=` always comes out the same here"),
        ("context.time.hour >= 24", "`context.time.hour` is from 0 to 23"),
        ("24 <= context.time.hour", "`<=` always comes out the same here"),
        ("context.time.hour <= 25", "`context.time.hour` is from 0 to 23"),
        ("context.time.hour > -2", "`context.time.hour` is from 0 to 23"),
        ("context.time.minute == 60", "from 0 to 59"),
        ("context.time.month == 13", "from 1 to 12"),
        ("context.time.day == 32", "from 1 to 31"),
        ("context.sign_in.level >= 4", "from 1 to 3"),
        ("context.sign_in.age < 0", "`context.sign_in.age` is from 0 to …"),
        ("context has device.age && context.device.age <= -1", "`context.device.age` is from 0 to …"),
        ('context.time.of_day > duration("25h")', "from 0h to 23h59m"),
        ('context.time.of_day >= duration("1d")', "from 0h to 23h59m"),
        ('context.time.date == datetime("2026-12-24T10:00:00Z")', "always a midnight"),
        ('context.time.date < datetime("2026-12-24T00:00:00+0100")', "always a midnight"),
    ],
)
def test_a_value_that_it_never_has_is_told(condition: str, told: str) -> None:
    (found,) = faults(condition)
    assert told in found


@pytest.mark.parametrize(
    "condition",
    [
        'context.place has country && ["CZ", "SK"].contains(context.place.country)',
        'context has device && context.device has os && context.device.os != "windows"',
        "[1, 7].contains(context.time.weekday)",
        '[duration("0h"), duration("23h59m")].contains(context.time.of_day)',
        'context.place.networks.contains(Network::"office")',
        "context.time.hour < 24",
        "context.time.hour >= 0 && context.time.hour <= 23",
        "context.time.hour + 1 == 24",
        "context.time.weekday <= 5",
        "context.sign_in.level >= 3",
        'context.time.of_day < duration("24h")',
        'context.time.date >= datetime("2026-12-24") && context.time.date < datetime("2026-12-25T00:00:00Z")',
        'context.time.now >= datetime("2026-12-24T10:00:00Z")',
        'context has purpose && context.purpose == "ru"',
    ],
)
def test_what_it_can_have_is_told_nothing_of(condition: str) -> None:
    assert faults(condition) == []


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("time.hour", 0, 23),
        ("time.minute", 0, 59),
        ("time.weekday", 1, 7),
        ("time.month", 1, 12),
        ("time.day", 1, 31),
        ("sign_in.level", 1, 3),
    ],
)
def test_its_least_and_its_most_are_values_that_it_can_have_and_those_beside_them_are_not(
    name: str, least: int, most: int
) -> None:
    for number in (least, most):
        assert faults(f"context.{name} == {number}") == []
    for number in (least - 1, most + 1):
        (told,) = faults(f"context.{name} == {number}")
        assert told.endswith(f"`context.{name}` is from {least} to {most}")


@pytest.mark.parametrize("name", ["sign_in.age", "sign_in.idle", "device.age", "emergency.age"])
def test_an_age_is_any_number_that_cedar_has_from_nought_on(name: str) -> None:
    largest = 2**63 - 1
    for condition in (f"== 0 || context.{name} == {largest}", f"< {largest}", "> 0"):
        assert faults(f"context.{name} {condition}") == []
    for condition in ("== -1", "< 0", f"> {largest}"):
        assert len(faults(f"context.{name} {condition}")) == 1


def test_a_day_has_each_of_its_minutes() -> None:
    for condition in ('== duration("0m")', '== duration("23h59m")', '>= duration("23h59m")'):
        assert faults(f"context.time.of_day {condition}") == []
    for condition in ('< duration("0m")', '> duration("23h59m")', '== duration("24h")'):
        assert len(faults(f"context.time.of_day {condition}")) == 1


def test_the_problem_stands_at_the_word_that_it_is_about() -> None:
    text = "forbid (principal, action, resource)\nwhen { context.time.hour == 7 ||\n  context.time.weekday == 0 };"
    (problem,) = in_vain({}, {"region/x.cedar": text})
    assert (problem.line, problem.column) == (3, 24)


def test_of_several_values_the_one_that_it_never_has_is_told_with_those_that_it_can_have() -> None:
    text = "forbid (principal, action, resource)\nwhen { [0, 6].contains(context.time.weekday) };"
    (problem,) = in_vain({}, {"region/x.cedar": text})
    assert (problem.line, problem.column) == (2, 8)
    assert problem.in_languages()[Language.CZECH].endswith(
        '`context.time.weekday` není nikdy "0"\n    může to být: 1 – 7'
    )


def test_no_policy_of_the_example_says_such_a_thing() -> None:
    assert in_vain({}, texts_of(REGION, MUNICIPALITIES)) == []


@pytest.mark.parametrize("path", [*RANGES, *LISTS], ids=".".join)
def test_each_is_declared_by_the_schema_as_a_number_or_a_text(path: Path) -> None:
    (kind,) = declared().variables["context"]
    for name in path[1:]:
        kind = (declared().attributes(kind) or {})[name]
    assert kind == ("String" if path in LISTS else "duration" if path[-1] == "of_day" else "Long")


@given(st.sampled_from(sorted(COMPARED)), st.integers(-3, 30), st.booleans())
def test_a_comparison_is_objected_to_where_no_hour_tells_it_apart(
    sign: str, number: int, turned: bool
) -> None:
    """As Cedar compares each hour; `< 24` and the like are ways to say until midnight, and are let be."""
    sides = [str(number), "context.time.hour"] if turned else ["context.time.hour", str(number)]
    condition = f" {sign} ".join(sides)
    policy = f"permit (principal, action, resource) when {{ {condition} }};"
    asked = [
        {
            "principal": 'P::"a"',
            "action": 'A::"a"',
            "resource": 'R::"a"',
            "context": json.dumps({"time": {"hour": hour}}),
        }
        for hour in range(24)
    ]
    holds = {one.allowed for one in cedarpy.is_authorized_batch(asked, policy, "[]")}
    if faults(condition):
        assert len(holds) == 1
    elif 0 <= number <= 23:
        assert len(holds) == 2 or holds == {True}
    else:
        assert holds == {True}
        assert number in (-1, 24)
