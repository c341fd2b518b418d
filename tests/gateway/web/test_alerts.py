"""The page about alerts: what stands, with its entries, and who has it in hand."""

import re
from dataclasses import replace

import pytest

from config.vocabulary import REASON_HEADER
from gateway.alerts.delivered import DELIVERED
from gateway.audit.entry import Code
from gateway.web.officer.alerts import RULES
from tests.gateway.web.people import AUDITOR, OFFICER
from tests.gateway.web.test_officer import AS_OFFICER, assertion_header, sent, shown

pytestmark = pytest.mark.real


async def test_what_stands_is_shown_with_its_entries_and_who_has_it_in_hand(client):
    text = await shown(client, "/alerts")
    assert "2 alerts stand." in text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "Many failed sign-ins of a person novak.petr" in words
    assert "14 threshold 10 3 , 5 , 7 nobody yet" in words
    assert 'href="/log/7"' in text
    assert "dvorak.jan" in words
    assert text.count('action="/alerts/acknowledge"') == 1


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


def test_every_delivered_rule_has_a_name():
    assert {one.name for one in DELIVERED} == set(RULES)
