"""What the clock alone keeps closed, by the example's policies and a rule of hours beside them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from policies.by_the_clock import MOST_ASKED, kept_by_the_clock
from policies.evaluate import Outcome, PolicyBook
from policies.load import load
from policies.model import IN_ORDER, Delegation, Facts, Question, Requested, Ticket
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, KROMERIZ, NOW, ask, copy_of_the_example

CLERK, SUPPLIER = (HULIN, Role.CLERK), (HULIN, Role.SUPPLIER)
RECORDS = ApplicationId("records")
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RULE = """
@id("{id}")
@reason("outside_hours")
@title_cs("Teď ne")
@title_en("Not now")
@advice_cs("Přijďte jindy.")
@advice_en("Come at another time.")
forbid (principal, action, resource in Municipality::"588491")
{condition};
"""
HOURS = (
    "unless { context.time.weekday <= 5 && context.time.hour >= 7 && context.time.hour < 18 "
    "&& !context.time.holiday }"
)


READS_ALL = """
@id("everything")
@title_cs("Všechno")
@title_en("Everything")
permit (principal, action, resource in Municipality::"588491")
when { principal.roles.contains(Role::"clerk") };
"""


def book(folder: Path, *conditions: str, more: str = "") -> PolicyBook:
    region, municipalities = copy_of_the_example(folder)
    rules = [RULE.format(id=f"hours-{number}", condition=one) for number, one in enumerate(conditions)]
    with (municipalities / "588491.cedar").open("a", encoding="utf-8") as file:
        file.write("\n".join([*rules, more]))
    return load(region, municipalities, DISTRICT, APPLICATIONS)


def on(moment: datetime, *roles: tuple[MunicipalityCode, Role], **changes: Any) -> Question:
    return ask(*roles or (CLERK,), now=moment, authenticated_at=moment - timedelta(minutes=5), **changes)


def test_hours_that_are_over_keep_closed_what_the_role_opens_and_nothing_else(tmp_path: Path) -> None:
    hours = book(tmp_path, HOURS)
    saturday = on(SATURDAY)
    not_theirs = on(SATURDAY, (HULIN, Role.AUDITOR))
    elsewhere = on(SATURDAY, (KROMERIZ, Role.CLERK))
    assert kept_by_the_clock(hours, [saturday, not_theirs]) == [saturday]
    assert kept_by_the_clock(hours, [on(NOW)]) == [], "within the hours it is open"
    assert kept_by_the_clock(hours, [elsewhere]) == []
    assert kept_by_the_clock(hours, []) == []


@pytest.mark.parametrize(
    ("condition", "later"),
    [
        ("unless { context.time.hour == 19 }", True),
        ("unless { context.time.weekday == 1 && context.time.hour == 5 }", True),
        ("unless { context.time.weekday >= 6 && context.time.hour == 23 }", True),
        ('when { context.time.date < datetime("2027-01-15") }', True),
        ('when { context.time.date > datetime("2026-01-15") }', False),
        ("when { context.sign_in.age < 3600 }", False),
    ],
)
def test_it_is_said_only_where_a_moment_to_come_was_found(
    tmp_path: Path, condition: str, *, later: bool
) -> None:
    saturday = on(SATURDAY)
    assert kept_by_the_clock(book(tmp_path, condition), [saturday]) == ([saturday] if later else [])


def test_what_something_else_forbids_as_well_is_not_said(tmp_path: Path) -> None:
    both = book(tmp_path, HOURS, 'when { context.place has country && context.place.country == "DE" }')
    assert kept_by_the_clock(both, [on(SATURDAY, facts=Facts(country="DE"))]) == []
    assert kept_by_the_clock(both, [on(SATURDAY, facts=Facts(country="CZ"))])


def test_a_report_of_the_device_is_as_old_then_as_it_is_now(tmp_path: Path) -> None:
    where = book(tmp_path, HOURS, "unless { context has device.age && context.device.age < 3600 }")
    device = replace(IN_ORDER, reported_at=SATURDAY - timedelta(minutes=2))
    reported = on(SATURDAY, facts=Facts(device=device))
    assert kept_by_the_clock(where, [reported]) == [reported]
    assert kept_by_the_clock(where, [on(SATURDAY)]) == []


def test_an_order_that_runs_waits_for_the_hours_and_one_that_begins_later_is_not_told(tmp_path: Path) -> None:
    order = Ticket(
        approved=True,
        since=SATURDAY - timedelta(hours=3),
        until=SATURDAY + timedelta(days=5),
        application=RECORDS,
        actions=frozenset({Action.READ}),
        sponsor_present=True,
    )
    hours = book(tmp_path, HOURS)
    runs = on(SATURDAY, SUPPLIER, facts=Facts(ticket=order))
    assert kept_by_the_clock(hours, [runs]) == [runs]
    for since, until in ((3, 120), (-3, 20)):
        other = replace(
            order, since=SATURDAY + timedelta(hours=since), until=SATURDAY + timedelta(hours=until)
        )
        assert kept_by_the_clock(hours, [on(SATURDAY, SUPPLIER, facts=Facts(ticket=other))]) == []


def test_what_was_approved_or_is_lent_from_later_on_is_not_told(tmp_path: Path) -> None:
    begins = SATURDAY + timedelta(hours=3)
    hours = book(tmp_path, "unless { context has requested || context has delegation }", HOURS)
    requested = Requested(
        since=begins,
        until=SATURDAY + timedelta(days=5),
        application=RECORDS,
        actions=frozenset({Action.READ}),
    )
    lent = Delegation(since=begins, until=SATURDAY + timedelta(days=5), roles=frozenset({Role.CLERK}))
    for facts in (Facts(requested=requested), Facts(delegation=lent)):
        runs = {
            name: replace(one, since=SATURDAY)
            for name in ("requested", "delegation")
            if (one := getattr(facts, name))
        }
        ran = on(SATURDAY, facts=replace(facts, **runs))
        assert kept_by_the_clock(hours, [on(SATURDAY, facts=facts)]) == []
        assert kept_by_the_clock(hours, [ran]) == [ran]


def test_where_a_policy_fails_now_its_refusal_speaks_of_no_hours(tmp_path: Path) -> None:
    early = "unless { context.time.hour < 1 }"
    fails = "when { context.time.hour * 9223372036854775807 < 0 }"
    assert kept_by_the_clock(book(tmp_path / "one", early), [on(SATURDAY)])
    assert kept_by_the_clock(book(tmp_path / "two", early, fails), [on(SATURDAY)]) == []


class Counting(PolicyBook):
    """A book, and how often its policies were asked."""

    def __init__(self, of: PolicyBook) -> None:
        vars(self).update(vars(of))
        self.asked = 0

    def outcomes(self, questions: Iterable[Question]) -> list[Outcome | None]:
        asked = list(questions)
        self.asked += len(asked)
        return super().outcomes(asked)


def test_however_many_days_policies_name_few_moments_are_tried_and_each_application_has_its_share(
    tmp_path: Path,
) -> None:
    days = ", ".join(f'datetime("2027-{number // 25 + 1:02}-{number % 25 + 1:02}")' for number in range(300))
    only = 'resource in Application::"map" && context.time.weekday == 1'
    hours = f"unless {{ ({only}) || ([{days}].contains(context.time.date) && context.time.hour == 24) }}"
    last = on(SATURDAY, application=ApplicationId("map"))
    elsewhere = [name for name in APPLICATIONS if name != last.application]
    others = [on(SATURDAY, application=name, action=action) for name in elsewhere for action in Action]
    counted = Counting(book(tmp_path, hours, more=READS_ALL))
    assert kept_by_the_clock(counted, [*others, last]) == [last]
    tried = counted.asked - len(others) - 1
    assert MOST_ASKED / 2 < tried * len(counted.policies_of(HULIN)) <= MOST_ASKED


def test_moments_at_which_one_application_opens_are_the_first_that_are_tried_for_others(
    tmp_path: Path,
) -> None:
    counted = Counting(book(tmp_path, "unless { context.time.weekday == 1 && context.time.hour == 5 }"))
    asked = [on(SATURDAY, application=ApplicationId(name)) for name in ("records", "map")]
    assert kept_by_the_clock(counted, asked[:1]) == asked[:1]
    alone, counted.asked = counted.asked, 0
    assert kept_by_the_clock(counted, asked) == asked
    assert counted.asked <= alone + 1 + 4


def test_the_next_working_morning_is_among_the_first_that_are_tried(tmp_path: Path) -> None:
    counted = Counting(book(tmp_path, HOURS))
    assert kept_by_the_clock(counted, [on(SATURDAY)])
    assert counted.asked <= 1 + 4, "in a large municipality few are tried for each application"
