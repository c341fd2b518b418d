"""The page about alerts: what stands, with its entries, and who has it in hand."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import REASON_HEADER
from gateway.alerts.delivered import DELIVERED
from gateway.alerts.told import over as told_over
from gateway.alerts.told import raised
from gateway.audit.entry import Code
from gateway.audit.reasons import REASONS
from gateway.web.officer.alerts import RULES
from tests.gateway.web.people import AUDITOR, KVASICE, NOW, OFFICER
from tests.gateway.web.test_officer import AS_OFFICER, assertion_header, sent, shown

pytestmark = pytest.mark.real


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


async def test_what_stands_is_shown_with_its_entries_and_who_has_it_in_hand(client):
    text = await shown(client, "/alerts")
    assert "2 alerts stand." in text
    words = plain(text)
    assert "Many failed sign-ins of a person novak.petr" in words
    assert "14 threshold 10 3 5 7 Show them in the log nobody yet" in words
    assert 'href="/log/7"' in text
    assert "dvorak.jan" in words
    assert text.count('action="/alerts/acknowledge"') == 1


async def test_of_a_gap_the_page_says_the_kind_and_the_node_in_words(client, office):
    gap = replace(office.alerts.kept[0], rule="log_gap", group="requests_not_recorded b", id="log_gap-7")
    office.alerts.kept.append(gap)
    office.log.entries.append(raised(replace(gap, group="entries_not_proven"), NOW))
    words = plain(await shown(client, "/alerts"))
    assert f"{REASONS.name('requests_not_recorded').en}, node b" in words
    assert REASONS.name("entries_not_proven").en in words
    assert "requests_not_recorded" not in words
    assert "entries_not_proven" not in words


async def test_in_czech_too(client):
    text = await shown(client, "/alerts?lang=cs")
    assert "Trvají 2 upozornění." in text
    assert "Mnoho chybných přihlášení osoby" in text


async def test_an_officer_takes_one_in_hand_once_and_it_is_recorded(client, office):
    answer = await sent(client, "/alerts/acknowledge", 303, alert="failed_sign_ins-7")
    assert answer.headers["Location"] == "/alerts"
    (entry,) = office.alerts.recorded
    assert (entry.code, entry.subject, entry.session) == (
        Code.ALERT_ACKNOWLEDGED,
        OFFICER.subject,
        OFFICER.sid,
    )
    assert entry.details["alert"] == "failed_sign_ins-7"
    assert 'action="/alerts/acknowledge"' not in await shown(client, "/alerts")
    await sent(client, "/alerts/acknowledge", 404, alert="failed_sign_ins-7")
    assert len(office.alerts.recorded) == 1


async def test_one_that_is_over_is_said_to_be(client):
    answer = await client.post("/alerts/acknowledge", data={"alert": "gone"}, headers=AS_OFFICER)
    assert (answer.status, answer.headers[REASON_HEADER]) == (404, "alert_not_open")


async def test_an_auditor_sees_them_and_takes_none_in_hand(client):
    text = await (await client.get("/alerts", headers={**AS_OFFICER, **assertion_header(AUDITOR)})).text()
    assert "Many failed sign-ins" in text or "Mnoho chybných" in text
    assert 'action="/alerts/acknowledge"' not in text


async def test_a_look_is_recorded_before_they_are_shown(client, office):
    await shown(client, "/alerts")
    assert office.log.entries[-1].code is Code.LOG_SEARCHED


async def test_nothing_of_an_alert_is_markup(client, office):
    office.alerts.kept = [replace(office.alerts.kept[0], group="<b>x</b>", rule="own_rule")]
    text = await shown(client, "/alerts")
    assert "<b>x</b>" not in text
    assert "own_rule" in text


async def test_the_rules_are_told_with_their_limits_and_when_each_was_last_raised(client, office):
    stands = replace(office.alerts.kept[0], rule="mass_download", group="novak.petr")
    office.log.entries += [raised(stands, NOW - timedelta(days=2)), raised(stands, NOW - timedelta(hours=1))]
    words = plain(await shown(client, "/alerts"))
    assert "Mass download mass_download 1 GiB in all (bytes_out) within 1 h, each person apart" in words
    assert (
        "Many failed sign-ins of a person failed_sign_ins 10 within 10 min, each person apart 30 min" in words
    )
    assert "Access from a new country new_country a country where the person was not for 180 d" in words
    row = words[words.index("Mass download mass_download") :]
    assert "23 Nov 2026, 08:41" in row[:200]
    assert "not yet" in words


async def test_an_alert_of_nobody_in_particular_is_shown_when_it_is_raised_and_over(client, office):
    of_all = office.alerts.kept[1]
    office.log.entries += [raised(of_all, NOW), told_over(of_all, NOW)]
    text = await shown(client, "/alerts?lang=cs")
    assert text.count("Skok systémových hodin") >= 3
    assert "Ukázat, co k tomu vedlo" in text
    assert "pominulo" in text
    assert "při každém výskytu, všechno dohromady" in text


async def test_what_stands_is_on_the_overview_and_not_for_a_reader_of_a_municipality(client, office):
    text = await shown(client, "/")
    assert "2 alerts stand" in text
    assert "Many failed sign-ins of a person – novak.petr" in text
    assert 'href="/alerts">Go to the alerts' in text
    reader = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}
    assert "novak.petr" not in await (await client.get("/", headers=reader)).text()
    office.alerts.kept = []
    assert "alerts stand" not in await shown(client, "/")


def test_every_delivered_rule_has_a_name():
    assert {one.name for one in DELIVERED} == set(RULES)
