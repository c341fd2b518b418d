"""Ready answers on the officers' pages: one click, recorded, as far as the reader sees."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.questions import ready
from tests.gateway.web.people import KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
REGISTER = "/answers/without-second-factor"
AS_KVASICE = {**AS_OFFICER, **assertion_header(replace(OFFICER, municipality=KVASICE))}


async def test_every_question_is_one_click_away_and_answers(client, office):
    overview = await shown(client, "/answers")
    for one in ready():
        assert f'href="/answers/{one.name}"' in overview
        before = len(office.log.entries)
        assert one.title.en.replace("'", "&#39;") in await shown(client, f"/answers/{one.name}")
        looks = [each for each in office.log.entries[before:] if each.code is Code.LOG_SEARCHED]
        assert [each.details["query"] for each in looks] == [f"question={one.name}"]


async def test_an_answer_leads_from_entries_and_counts_to_the_log(client):
    refused = await shown(client, "/answers/why-refused")
    assert 'href="/log/127"' in refused
    assert "region/records-mayor" in refused
    crossed = await shown(client, "/answers/across-municipalities")
    assert "crossing=1" in crossed
    assert "own_municipality=588644" in crossed


async def test_a_matter_that_nobody_closed_is_said_to_be_open(client, office):
    begun = Entry(
        code=Code.EMERGENCY_BEGUN,
        outcome=Outcome.SUCCESS,
        at=NOW - timedelta(hours=1),
        person="novakova",
        details={"request": "r"},
    )
    office.log.entries.append(begun)
    text = await shown(client, "/answers/emergency-access")
    assert "not yet" in text
    assert "https://requests.brana.test/reviews" in text


@pytest.mark.parametrize(
    "asked",
    [
        "since=tomorrow",
        "until=2026-13-01",
        "since=2026-11-23&until=2026-11-22",
        "municipality=%00",
        "municipality=xx",
    ],
)
async def test_half_a_question_gets_no_answer(client, asked):
    text = await shown(client, f"/answers/why-refused?{asked}", 400)
    assert 'href="/log/127"' not in text


async def test_an_answer_says_in_words_what_the_log_keeps_by_code(client, office):
    issued = Entry(
        code=Code.ENROLMENT_CODE_ISSUED,
        outcome=Outcome.SUCCESS,
        at=NOW - timedelta(hours=1),
        person="novakova",
        details={"by": "cli:root", "by_subject": "cli:root", "until": "2026-11-24T13:49:27.094852+00:00"},
    )
    read = replace(issued, code=Code.LOG_SEARCHED, details={"form": "page", "purpose": "routine_supervision"})
    office.log.entries += [issued, read]
    czech = AS_OFFICER | {"Accept-Language": "cs"}
    text = await (await client.get(REGISTER, headers=czech)).text()
    assert "24. 11. 2026 14:49:27 SEČ" in text
    assert "2026-11-24T13" not in text
    assert text.count("cli:root") == 1
    text = await (await client.get("/answers/who-read-the-log", headers=czech)).text()
    assert "stránka s více záznamy" in text
    assert "běžný dohled" in text
    assert ">MB<" not in text  # nothing was moved


async def test_a_question_that_is_not_there_is_not_answered(client):
    await shown(client, "/answers/nobody-asked", 404)


async def test_a_municipality_gets_answers_about_itself_alone(client):
    answer = await client.get("/answers/why-refused", headers=AS_KVASICE)
    text = await answer.text()
    assert answer.status == 200
    assert 'href="/log/7"' in text
    assert 'href="/log/127"' not in text
    for name in ("without-second-factor", "log-whole"):
        answer = await client.get(f"/answers/{name}", headers=AS_KVASICE)
        assert "What stands now" not in await answer.text()


async def test_accounts_without_a_factor_are_told_as_they_stand_now_and_the_look_is_recorded(client, office):
    before = len(office.log.entries)
    text = await shown(client, REGISTER)
    for said in (
        "Lucie Malá",
        "the password alone suffices",
        "Ztracený telefon",
        "Petr Svoboda",
        "2 accounts",
    ):
        assert said in text
    [look] = [one for one in office.log.entries[before:] if one.code is Code.LOG_SEARCHED]
    assert look.details["found"] >= 2


async def test_the_register_is_handed_out_as_a_table_and_as_data_and_that_is_recorded(client, office):
    before = len(office.log.entries)
    table = await shown(client, f"{REGISTER}/accounts?form=csv")
    assert [one["login"] for one in csv.DictReader(io.StringIO(table))] == ["mala.lucie", "svoboda.petr"]
    answer = await client.get(f"{REGISTER}/accounts?form=json", headers=AS_OFFICER)
    assert 'filename="without-second-factor-' in answer.headers["Content-Disposition"]
    assert [one["login"] for one in json.loads(await answer.text())["accounts"]] == [
        "mala.lucie",
        "svoboda.petr",
    ]
    looks = [one for one in office.log.entries[before:] if one.code is Code.LOG_SEARCHED]
    assert [(one.details["form"], one.details["found"]) for one in looks] == [("export", 2)] * 2
    assert looks[0].details["query"] == "question=without-second-factor, file=csv"


async def test_a_municipality_reads_of_its_own_accounts_alone(client, office):
    for path in (REGISTER, f"{REGISTER}/accounts?form=csv", f"{REGISTER}/accounts?form=json"):
        text = await (await client.get(path, headers=AS_KVASICE)).text()
        assert "mala.lucie" in text, path
        assert "svoboda.petr" not in text, path


@pytest.mark.parametrize(
    "path", ["/answers/log-whole/accounts?form=csv", f"{REGISTER}/accounts?form=exe", "/answers/x/accounts"]
)
async def test_a_file_that_is_not_there_is_not_given(client, path):
    await shown(client, path, 404)
