"""What is raised, once; what is over, and does not flap."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import AlertRule
from gateway.alerts import watch as counting
from gateway.alerts.delivered import DELIVERED, GIB, in_force
from gateway.alerts.gaps import Gap
from gateway.alerts.watch import Alert, Changed, Watch
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry, Outcome
from tests.gateway.audit.making import NOON, entry

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
BURST = AlertRule(
    name="burst", codes=["sign_in.password_refused"], at_least=4, within=10 * MINUTE, quiet=30 * MINUTE
)


def wrong(sequence: int, after: timedelta, person: str = "novak") -> Recorded:
    return Recorded(sequence, NOON + after, entry(code=Code.SIGN_IN_PASSWORD_REFUSED, person=person))


def hear(watch: Watch, *found: Recorded) -> Changed:
    return watch.hear(found, found[-1].received_at)


def raised(watch: Watch, *found: Recorded) -> list[Alert]:
    return list(hear(watch, *found).raised)


def test_it_is_raised_at_the_threshold_and_names_the_entries():
    watch = Watch([BURST])
    assert raised(watch, *(wrong(number, number * SECOND) for number in range(3))) == []
    (one,) = raised(watch, wrong(3, 3 * SECOND))
    assert (one.id, one.group, one.number, one.entries) == ("burst-3", "novak", 4, (0, 1, 2, 3))


def test_while_it_stands_more_is_counted_and_nothing_more_is_raised():
    watch = Watch([BURST])
    hear(watch, *(wrong(number, number * SECOND) for number in range(4)))
    changed = hear(watch, *(wrong(number, number * SECOND) for number in range(4, 50)))
    assert changed.raised == ()
    assert [one.number for one in changed.grown] == [50]


def test_people_are_counted_apart():
    watch = Watch([BURST])
    assert raised(watch, *(wrong(number, number * SECOND, f"osoba{number % 2}") for number in range(6))) == []


def test_what_is_spread_over_more_than_the_window_raises_nothing():
    watch = Watch([BURST])
    assert raised(watch, *(wrong(number, number * 4 * MINUTE) for number in range(30))) == []


def test_it_is_over_after_quiet_and_can_be_raised_again():
    watch = Watch([BURST])
    hear(watch, *(wrong(number, number * SECOND) for number in range(4)))
    assert watch.hear((), NOON + 11 * MINUTE).over == ()
    assert watch.hear((), NOON + 40 * MINUTE).over == ()
    (over,) = watch.hear((), NOON + 41 * MINUTE).over
    assert (over.id, over.number) == ("burst-3", 4)
    assert len(raised(watch, *(wrong(9 + number, 50 * MINUTE + number * SECOND) for number in range(4)))) == 1


def test_a_guess_every_three_minutes_keeps_one_alert_standing_and_does_not_flap():
    watch = Watch([BURST])
    hear(watch, *(wrong(number, number * SECOND) for number in range(4)))
    later = [hear(watch, wrong(number, number * 3 * MINUTE)) for number in range(4, 200)]
    assert [one for changed in later for one in (*changed.raised, *changed.over)] == []


def test_calm_that_does_not_last_ends_nothing():
    watch = Watch([BURST])
    hear(watch, *(wrong(number, number * SECOND) for number in range(4)))
    watch.hear((), NOON + 11 * MINUTE)
    hear(watch, *(wrong(9 + number, 30 * MINUTE + number * SECOND) for number in range(3)))
    assert watch.hear((), NOON + 42 * MINUTE).over == ()
    watch.hear((), NOON + 52 * MINUTE)
    assert len(watch.hear((), NOON + 82 * MINUTE).over) == 1


def test_a_rule_that_is_no_longer_there_ends_its_alerts():
    before = Watch([BURST])
    hear(before, *(wrong(number, number * SECOND) for number in range(4)))
    assert len(Watch([], before.standing.values()).hear((), NOON).over) == 1


@given(st.lists(st.integers(0, 900), max_size=60), st.integers(0, 60))
def test_whoever_begins_in_the_middle_raises_what_one_that_never_stopped_does(gaps: list[int], cut: int):
    found, at = [], timedelta()
    for sequence, gap in enumerate(gaps):
        at += gap * SECOND
        found.append(wrong(sequence, at))
    whole = Watch([BURST])
    expected = [one.id for item in found for one in raised(whole, item)]
    first = Watch([BURST])
    told = [one.id for item in found[:cut] for one in raised(first, item)]
    second = Watch([BURST], first.standing.values())
    for item in found[:cut]:
        second.recall(item)
    told += [one.id for item in found[cut:] for one in raised(second, item)]
    assert told == expected


def test_groups_that_nobody_hears_of_are_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counting, "MOST_GROUPS", 3)
    watch = Watch([BURST])
    hear(watch, *(wrong(number, number * SECOND, f"osoba{number}") for number in range(50)))
    assert len(watch._windows["burst"]) == 3


def from_country(sequence: int, country: str, days: int, person: str = "novak") -> Recorded:
    item = entry(code=Code.DECISION_PERMIT, person=person, details={"facts": f'{{"country":"{country}"}}'})
    return Recorded(sequence, NOON + timedelta(days=days), item)


def test_a_new_country_is_one_where_somebody_known_was_not_lately():
    watch = Watch(in_force([]))
    assert raised(watch, from_country(0, "CZ", 0)) == []  # nothing was known of this person
    (one,) = raised(watch, from_country(1, "DE", 1))
    assert (one.rule, one.group) == ("new_country", "novak")
    assert raised(watch, from_country(2, "DE", 2), from_country(3, "CZ", 3)) == []
    assert raised(watch, from_country(4, "DE", 4, "vesela")) == []


def test_a_country_that_is_new_through_a_tunnel_is_new():
    watch = Watch(in_force([]))
    assert raised(watch, from_country(0, "CZ", 0)) == []
    permitted = from_country(1, "RU", 1)
    (one,) = raised(watch, replace(permitted, entry=replace(permitted.entry, code=Code.TUNNEL_PERMITTED)))
    assert (one.rule, one.group) == ("new_country", "novak")


def test_what_was_seen_is_handed_out_to_be_kept_once_a_day():
    watch = Watch(in_force([]))
    assert set(hear(watch, from_country(0, "CZ", 0)).seen) == {("new_country", "novak", "CZ")}
    assert not hear(watch, from_country(1, "CZ", 0)).seen
    later = Watch(in_force([]), known={("new_country", "novak", "CZ"): NOON})
    assert len(raised(later, from_country(2, "AT", 1))) == 1


NIGHT = NOON.replace(hour=22)
CASES: dict[str, list[Entry]] = {
    "failed_sign_ins": [
        entry(code=Code.SIGN_IN_PASSWORD_REFUSED, outcome=Outcome.REFUSED, person="novak"),
        entry(code=Code.SIGN_IN_THROTTLED, outcome=Outcome.REFUSED, person="novak"),
    ]
    * 5,
    "failed_sign_ins_of_address": [
        entry(code=Code.SIGN_IN_PASSWORD_REFUSED, person=f"osoba{number}", address="192.0.2.7")
        for number in range(30)
    ],
    "impossible_travel": [entry(code=Code.TRAVEL_IMPOSSIBLE, outcome=Outcome.FAILURE, person="novak")],
    "new_country": [from_country(0, "CZ", 0).entry, from_country(0, "US", 0).entry],
    "emergency_access": [entry(code=Code.EMERGENCY_BEGUN, person="novak")],
    "policies_without_approval": [entry(code=Code.POLICY_WITHOUT_APPROVAL, person="cli:root")],
    "refresh_token_misused": [
        entry(code=Code.REFRESH_TOKEN_MISUSED, outcome=Outcome.REFUSED, person="novak")
    ],
    "sign_out_not_told": [
        entry(code=Code.SIGN_OUT_GIVEN_UP, outcome=Outcome.FAILURE, application="library", person="novak")
    ],
    "recovery_administrator": [entry(code=Code.RECOVERY_REFUSED, outcome=Outcome.REFUSED)],
    "log_damaged": [entry(code=Code.LOG_VERIFIED, outcome=Outcome.FAILURE)],
    "log_gap": [entry(code=Code.LOG_GAP, outcome=Outcome.FAILURE, reason=Gap.MISSING.value)],
    "log_full": [entry(code=Code.LOG_FULL, outcome=Outcome.FAILURE)],
    "clock_drift": [entry(code=Code.CLOCK_JUMPED, outcome=Outcome.FAILURE)],
    "mass_download": [entry(person="novak", details={"bytes_out": GIB // 4}) for _ in range(4)],
    "mass_download_by_tunnel": [
        entry(code=Code.TUNNEL_DISCONNECTED, person="novak", details={"bytes_received": GIB // 4})
        for _ in range(4)
    ],
    "refusals_after_hours": [entry(code=Code.DECISION_REFUSE, person="novak", at=NIGHT)] * 5,
}


@pytest.mark.parametrize("rule", DELIVERED, ids=lambda one: one.name)
def test_each_delivered_rule_is_raised_by_what_it_is_about_once_and_not_by_one_less(rule: AlertRule):
    found = [Recorded(number, NOON + number * SECOND, one) for number, one in enumerate(CASES[rule.name])]
    *before, last = found
    watch = Watch([rule])
    assert [one for item in before for one in raised(watch, item)] == []
    assert [one.rule for one in raised(watch, last)] == [rule.name]
    again = [Recorded(99 + item.sequence, item.received_at + MINUTE, item.entry) for item in found]
    assert [one for item in again for one in raised(watch, item)] == []


def test_a_rule_of_the_settings_takes_the_place_of_the_delivered_one_and_can_be_off():
    off = AlertRule(name="mass_download", on=False)
    own = AlertRule(name="clock_drift", codes=["system.clock_jumped"], at_least=7)
    rules = {one.name: one for one in in_force([off, own])}
    assert "mass_download" not in rules
    assert rules["clock_drift"].at_least == 7
    assert len(rules) == len(DELIVERED) - 1


def test_one_damage_of_the_log_that_stands_hides_no_graver_one():
    watch = Watch(in_force([]))
    found = [
        entry(code=Code.LOG_NAMES_ALTERED, outcome=Outcome.FAILURE),
        entry(code=Code.LOG_END_ALTERED, outcome=Outcome.FAILURE),
        entry(code=Code.LOG_VERIFIED, outcome=Outcome.FAILURE),
    ]
    for number, one in enumerate(found):
        heard = raised(watch, Recorded(number, NOON + number * MINUTE, one))
        assert [(alert.rule, alert.group) for alert in heard] == [("log_damaged", one.code.value)]


def test_a_gap_of_one_node_hides_none_of_another():
    watch = Watch(in_force([]))
    for number, node in enumerate(("a", "b", 7, "")):
        one = entry(
            code=Code.LOG_GAP, outcome=Outcome.FAILURE, reason=Gap.SILENT.value, details={"node": node}
        )
        heard = raised(watch, Recorded(number, NOON + number * MINUTE, one))
        of = f" {node}" if node in {"a", "b"} else ""
        assert [(alert.rule, alert.group) for alert in heard] == (
            [("log_gap", Gap.SILENT.value + of)] if node else []
        )


def test_a_gap_of_the_log_that_stands_hides_no_other_kind():
    watch = Watch(in_force([]))
    for number, gap in enumerate(Gap):
        one = entry(code=Code.LOG_GAP, outcome=Outcome.FAILURE, reason=gap.value)
        heard = raised(watch, Recorded(number, NOON + number * MINUTE, one))
        assert [(alert.rule, alert.group) for alert in heard] == [("log_gap", gap.value)]
