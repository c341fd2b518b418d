"""Which entries count for a rule, and for whom."""

from datetime import UTC, datetime

import pytest

from config.settings import AlertRule
from gateway.alerts.matching import EVERYTHING, after_hours, country_of, counts, group_of, weight_of
from gateway.audit.entry import Code, Outcome
from tests.gateway.audit.making import entry

REFUSED = entry(
    code=Code.DECISION_REFUSE, outcome=Outcome.REFUSED, person="novak", subject="office:1", address="192.0.2.7",
    reason="no_role", application="spis", action="sign", municipality="588296", details={"facts": '{"country":"DE"}'},
)  # fmt: skip


def rule(**asked: object) -> AlertRule:
    return AlertRule(name="one", codes=["decision.refuse"], **asked)


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        ({}, True),
        (
            {"outcomes": ["refused"], "reasons": ["no_role"], "applications": ["spis"], "actions": ["sign"]},
            True,
        ),
        ({"outcomes": ["failure"]}, False),
        ({"reasons": ["account_locked"]}, False),
        ({"applications": ["mapy"]}, False),
        ({"municipalities": ["588297"]}, False),
        ({"outside": ["CZ", "SK"]}, True),
        ({"outside": ["CZ", "DE"]}, False),
        ({"after_hours": True}, False),
    ],
)
def test_all_that_a_rule_asks_for_must_hold(asked: dict[str, object], counted: bool):
    assert counts(rule(**asked), REFUSED) is counted


def test_a_code_stands_for_what_begins_with_it_and_for_nothing_longer():
    assert counts(AlertRule(name="one", codes=["decision"]), REFUSED)
    assert not counts(AlertRule(name="one", codes=["decision.ref"]), REFUSED)


def test_where_the_country_is_not_known_nobody_is_outside():
    assert not counts(rule(outside=["CZ"]), entry(code=Code.DECISION_REFUSE))


@pytest.mark.parametrize("facts", ["{", "[1]", '{"country": 7}', '{"country": "?"}', "[" * 100_000])
def test_facts_that_say_no_country_say_none(facts: str):
    assert country_of(entry(details={"facts": facts})) == ""


def test_whoever_is_counted_for_is_the_person_or_what_the_rule_says():
    assert group_of(rule(), REFUSED) == "novak"
    assert group_of(rule(), entry(subject="office:1")) == "office:1"
    assert group_of(rule(group_by="address"), REFUSED) == "192.0.2.7"
    assert group_of(rule(group_by="reason"), REFUSED) == "no_role"
    assert group_of(rule(group_by="all"), entry()) == EVERYTHING
    assert group_of(rule(group_by="session"), REFUSED) == ""


def test_a_detail_is_summed_where_it_is_a_number():
    summing = rule(sum_of="bytes_out")
    assert [weight_of(summing, entry(details={"bytes_out": value})) for value in (12, -3, "x")] == [12, 0, 0]
    assert weight_of(summing, entry()) == 0
    assert weight_of(rule(), entry()) == 1


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 11, 23, 5, 59, tzinfo=UTC), True),  # 6:59 in Prague
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 24, 15, 59, tzinfo=UTC), False),  # 17:59, in summer
        (datetime(2026, 11, 28, 10, 0, tzinfo=UTC), True),  # Saturday
        (datetime(2026, 11, 17, 10, 0, tzinfo=UTC), True),  # a holiday
    ],
)
def test_after_hours_is_by_the_clock_of_prague_and_the_calendar_of_czechia(at: datetime, closed: bool):
    assert after_hours(at) is closed
