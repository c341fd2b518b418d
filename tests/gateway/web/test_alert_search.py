"""From an alert to its entries: the search finds what was counted, in a real log, and nobody else's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.settings import AlertRule
from config.vocabulary import Language, SubjectId
from gateway.alerts.delivered import DELIVERED
from gateway.alerts.gaps import Gap
from gateway.alerts.matching import EVERYTHING
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.reasons import REASONS
from gateway.commands.alerting import Looking
from gateway.storage.alerts import StoredAlerts
from gateway.storage.audit_search import LogSearch
from gateway.web.officer.alert_search import search_of
from gateway.web.officer.alert_words import OF_WHOM, RULES, every_rule, group_said, limit, size, span
from gateway.web.officer.filters import Filters, filters_of
from tests.gateway.alerts.test_watch import CASES
from tests.gateway.audit.making import NOON, Log, open_log
from tests.gateway.audit.rotating import SEAL

READER = SubjectId("urad:officer")
MINUTE = timedelta(minutes=1)
ELSEWHERE = {"person": "jina", "address": "198.51.100.9", "application": "jinde"}
"""Somebody else, of whom no alert of a person, an address or an application may show anything."""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


def filters(address: str) -> Filters:
    made = filters_of(dict(parse_qsl(urlsplit(address).query)), READER)
    assert made.unreadable == frozenset()
    return made


async def found(log: Log, address: str) -> list[Recorded]:
    page = await LogSearch(log.database).page(filters(address).query, None, 100)
    return [one for one in page.entries if isinstance(one, Recorded)]


@pytest.mark.parametrize("rule", DELIVERED, ids=lambda one: one.name)
async def test_each_delivered_rule_leads_from_real_entries_to_an_alert_and_back_to_them(
    rule: AlertRule, log: Log
):
    store = StoredAlerts(log.database, log.ledger.append, SEAL)
    looking = await Looking.begun(store, [rule], log.clock())
    others = [replace(one, **ELSEWHERE) for one in CASES[rule.name][:1]]
    for one in (*others, *CASES[rule.name]):
        moment = one.at if rule.after_hours else log.clock()
        log.append([replace(one, at=moment)])
        log.clock.advance(seconds=2)
    log.clock.now = (
        max(log.clock.now, NOON + timedelta(hours=10, minutes=1)) if rule.after_hours else log.clock.now
    )
    while await looking.step(log.clock()):
        pass
    (alert,) = [
        one
        for one in await store.standing()
        if rule.group_by in {"all", "reason_of_node"} or one.group not in ELSEWHERE.values()
    ]
    shown = await found(log, search_of(rule, alert.group, alert.raised_at))
    assert set(alert.entries) <= {one.sequence for one in shown}
    if rule.group_by not in {"all", "code", "reason_of_node"}:
        assert "jina" not in {one.entry.person for one in shown}


def test_what_is_over_is_searched_up_to_its_end_and_what_stands_up_to_now():
    (rule,) = [one for one in DELIVERED if one.name == "failed_sign_ins"]
    stands, over = (filters(search_of(rule, "novak", NOON, end)) for end in (None, NOON + 40 * MINUTE))
    assert (stands.query.since, stands.query.until) == (NOON - rule.within, None)
    assert over.query.until is not None
    assert NOON + 40 * MINUTE < over.query.until < NOON + 43 * MINUTE
    assert stands.query.person == "=novak"


def test_a_rule_that_asks_for_more_than_a_search_can_shows_more_and_not_less():
    rule = AlertRule(
        name="own", codes=["sign_in", "decision.refuse"], outcomes=["refused", "failure"], reasons=["no_role"],
        outside=["CZ", "SK"], group_by="address", within=timedelta(days=1),
    )  # fmt: skip
    query = filters(search_of(rule, "192.0.2.7", NOON)).query
    assert query.codes == frozenset()  # too many to stand in an address
    assert (query.outcome, query.reason, query.address) == (None, "no_role", "192.0.2.7")
    assert [str(one) for one in query.having] == ["country!=CZ|SK"]


def test_a_beginning_of_a_code_stands_for_all_that_begin_so():
    rule = AlertRule(name="own", codes=["witness"], group_by="all")
    codes = {Code.WITNESS_REFUSED, Code.WITNESS_UNREACHABLE, Code.WITNESS_RECOVERED}
    assert filters(search_of(rule, EVERYTHING, NOON)).query.codes == codes


def test_every_limit_is_told_in_both_languages():
    for rule in every_rule(
        [AlertRule(name="own", codes=["a"], outside=["CZ"], after_hours=True, sum_of="times")]
    ):
        said = {language: limit(rule, language) for language in Language}
        assert len(set(said.values())) == len(Language), rule.name
        assert "{" not in "".join(said.values())
    grouped = {"person", "address", "session", "application", "municipality", "code", "reason", "all"}
    assert set(OF_WHOM) == grouped | {"reason_of_node"}
    assert "mimo CZ, mimo pracovní dobu, každá osoba zvlášť" in limit(
        AlertRule(name="own", codes=["a"], outside=["CZ"], after_hours=True), Language.CZECH
    )


def test_kinds_and_reasons_of_an_alert_are_told_in_words_and_a_person_as_they_are():
    rules = {one.name: one for one in DELIVERED}
    said = partial(group_said, language=Language.CZECH)
    assert said(rules["log_damaged"], "audit.end_altered") == "Ručně změněný konec záznamu"
    assert said(rules["log_damaged"], "audit.of_a_later_version") == "audit.of_a_later_version"
    silent = REASONS.name(Gap.SILENT.value).cs
    assert said(rules["log_gap"], "requests_not_recorded") == silent
    assert said(rules["log_gap"], "requests_not_recorded b") == f"{silent}, uzel b"
    assert said(rules["log_gap"], "of_a_later_version b") == "of_a_later_version, uzel b"
    assert said(rules["failed_sign_ins"], "novak") == said(None, "novak") == "novak"


def test_a_rule_of_the_settings_is_shown_in_place_of_the_delivered_one_also_when_it_is_off():
    rules = {one.name: one for one in every_rule([AlertRule(name="mass_download", on=False)])}
    assert not rules["mass_download"].on
    assert set(rules) == {one.name for one in DELIVERED} == set(RULES)


def test_times_and_sizes_are_told_in_the_largest_unit_that_is_whole():
    times = (timedelta(days=2), timedelta(hours=36), timedelta(minutes=90), timedelta(seconds=75))
    assert [span(one, Language.ENGLISH) for one in times] == ["2 d", "36 h", "90 min", "75 s"]
    assert [size(one) for one in (2**30, 3 * 2**20, 2048, 500_000_000)] == [
        "1 GiB",
        "3 MiB",
        "2 KiB",
        "500000000 B",
    ]
