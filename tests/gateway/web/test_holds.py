"""The page of months and holds: what is shown, what is asked first, who may, and what is refused."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.holds import HoldRefused, Why, reason_of, wish
from gateway.audit.reasons import REASONS
from gateway.web.officer.hold_words import REFUSALS
from tests.gateway.web.people import AUDITOR, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
HELD = {"since": "2025-12-01T00:00", "until": "", "why": "šetření č. j. 9/2026"}


async def sent(client, path, status=303, who=OFFICER, **fields):
    headers = {**AS_OFFICER, **assertion_header(who), "Origin": "https://admin.brana.test"}
    answer = await client.post(path, headers=headers, data=fields, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return answer


async def test_months_are_shown_with_their_checkpoints_and_what_keeps_them(client):
    text = await shown(client, "/holds")
    assert 'href="/log/70000"' in text
    assert text.count(bytes(32).hex()) == 3
    assert text.count("held (hold 1)") == 1
    assert text.count("4,000") == 4  # three sizes, and where the second begins
    assert "šetření č. j. 5/2026" in text
    assert "without an end" in text


async def test_a_hold_is_asked_about_placed_and_recorded_with_who_and_from_where(client, office):
    asked = await (await sent(client, "/holds/ask", 200, **HELD)).text()
    assert "Hold these records back from deletion?" in asked
    assert "was deleted before" not in asked
    assert len(office.holds.made) == 1
    placed = await sent(client, "/holds", **HELD)
    assert placed.headers["Location"] == "/holds?done=placed"
    one = office.holds.made[-1]
    assert (one.number, one.why, one.until, one.placed_by) == (2, HELD["why"], None, "dvorak")
    entry = next(entry for entry in office.log.entries if entry.code is Code.LOG_HOLD_PLACED)
    assert (entry.subject, entry.person, entry.session) == (OFFICER.subject, "dvorak", OFFICER.sid)
    assert (entry.address, entry.details["why"], entry.details["hold"]) == ("203.0.113.7", HELD["why"], 2)
    assert "The hold stands" in await shown(client, "/holds?done=placed")


async def test_what_was_deleted_before_does_not_come_back(client):
    asked = await (await sent(client, "/holds/ask", 200, **HELD | {"since": "2020-01-01T00:00"})).text()
    assert "was deleted before, and does not come back" in asked


async def test_a_hold_is_lifted_by_who_has_just_confirmed_who_they_are(client, office):
    text = await shown(client, "/holds/lift?hold=1")
    assert "Nothing is deleted at once" not in text or "Months that are deleted" not in text
    lifted = await sent(client, "/holds/lift", hold="1", why="skončeno")
    assert lifted.headers["Location"] == "/holds?done=lifted&hold=1"
    entry = next(entry for entry in office.log.entries if entry.code is Code.LOG_HOLD_LIFTED)
    assert (entry.person, entry.details["why"], entry.details["hold"]) == ("dvorak", "skončeno", 1)
    text = await shown(client, "/holds")
    assert "No hold stands." in text
    assert "Holds that were lifted" in text


async def test_what_goes_when_a_hold_is_lifted_is_said_before(client, office):
    old = replace(office.holds.made[0], since=microseconds(NOW - timedelta(days=2000)), until=None)
    office.holds.made = [old]
    text = await shown(client, "/holds/lift?hold=1")
    assert "Months that are deleted within an hour then" in text
    office.holds.made = [old, replace(old, number=2)]
    assert "Nothing is deleted at once" in await shown(client, "/holds/lift?hold=1")


async def test_an_old_sign_in_lifts_nothing(client, office):
    unsure = replace(OFFICER, auth_time=NOW - timedelta(hours=1))
    answer = await client.get("/holds/lift?hold=1", headers={**AS_OFFICER, **assertion_header(unsure)})
    assert "first confirm that it is you" in await answer.text()
    refused = await sent(client, "/holds/lift", 409, unsure, hold="1", why="skončeno")
    assert refused.headers[REASON_HEADER] == Why.NOT_CONFIRMED
    assert office.holds.made[0].stands


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [
        ("/holds/ask", HELD | {"why": " "}, Why.REASON),
        ("/holds", HELD | {"why": "x" * 501}, Why.REASON),
        ("/holds/ask", HELD | {"since": ""}, Why.TIMES),
        ("/holds", HELD | {"since": "soon"}, Why.TIMES),
        ("/holds", HELD | {"until": "2025-11-01T00:00"}, Why.TIMES),
        ("/holds/lift", {"hold": "1", "why": ""}, Why.REASON),
        ("/holds/lift", {"hold": "9", "why": "skončeno"}, Why.OVER),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name_and_recorded(client, office, path, fields, reason):
    answer = await sent(client, path, 409, **fields)
    assert answer.headers[REASON_HEADER] == reason
    assert REFUSALS[reason].advice["en"] in await answer.text()
    assert [one for one in office.holds.made if one.stands] == office.holds.made[:1]
    [entry] = [one for one in office.log.entries if one.code is Code.LOG_ACT_REFUSED]
    assert (entry.reason, entry.outcome, entry.details["act"]) == (reason, Outcome.REFUSED, "hold_log")


async def test_what_is_no_hold_is_not_there(client):
    await shown(client, "/holds/lift?hold=9", status=409)
    await shown(client, "/holds/lift?hold=x", status=404)
    await sent(client, "/holds", 400, since="2025-01-01")


async def test_an_auditor_sees_holds_and_no_acts_and_a_municipality_not_even_them(client):
    answer = await client.get("/holds", headers={**AS_OFFICER, **assertion_header(AUDITOR)})
    text = await answer.text()
    assert "šetření č. j. 5/2026" in text
    assert not re.search(r'action="/holds|href="/holds/lift', text)
    lift = await client.get("/holds/lift?hold=1", headers={**AS_OFFICER, **assertion_header(AUDITOR)})
    assert "Only a security officer lifts holds." in await lift.text()
    theirs = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}
    for path in ("/holds", "/holds/lift?hold=1"):
        assert (await client.get(path, headers=theirs)).status == 404


async def test_a_log_without_a_closed_month_says_so(client, monkeypatch):
    monkeypatch.setattr("tests.gateway.web.sample_months.THREE", [])
    assert "No month of it is closed yet" in await shown(client, "/holds")


def test_a_wish_has_a_beginning_and_a_reason():
    assert wish(NOW, None, " a  b ").why == "a b"
    for since, until, why in ((None, None, "x"), (NOW, NOW, "x"), (NOW, None, "\x07")):
        with pytest.raises(HoldRefused):
            wish(since, until, why)
    assert reason_of("x" * 500)
    assert set(REFUSALS) == set(Why)
    assert all(REASONS.name(why) for why in Why)
