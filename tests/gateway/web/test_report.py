"""The compliance report as a page and as PDF: what it says, who may read it, and that each look is recorded."""

import io
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from gateway.audit.entry import Code
from gateway.commands import pdf_process
from gateway.compliance.demands import ALL
from gateway.web.officer.report import asked_of, usual_periods
from tests.gateway.web.people import AUDITOR, MAYOR, NOW, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
CZECH = AS_OFFICER | {"Accept-Language": "cs"}


async def test_every_demand_is_shown_with_its_standing_and_the_log_s_checkpoint(client):
    text = await shown(client, "/report")
    for one in ALL:
        assert f'id="{one.id}"' in text
    assert "Město Kroměříž" in text
    assert bytes(range(32)).hex() in text
    assert "mala.lucie may sign in by password alone" in text


async def test_evidence_is_what_the_log_has_in_the_period(client, office):
    text = await shown(client, "/report")
    refused = sum(one.code is Code.DECISION_REFUSE for one in office.log.entries)
    section = re.search(r'id="record-access".*?</section>', text, re.DOTALL)[0]
    row = re.search(r"code=decision\.refuse.*?<strong>(\d+)", section, re.DOTALL)
    assert int(row[1]) == refused == 26
    newest = re.findall(r'href="/log/(\d+)"', section)
    assert len(newest) == 3
    assert newest == sorted(newest, key=int, reverse=True)


async def test_a_number_leads_to_as_many_entries_as_it_counts_also_of_requests_of_no_application(
    client, office
):
    ours = replace(office.log.entries[1], application="", at=office.log.entries[1].at + timedelta(seconds=1))
    office.log.entries.insert(2, ours)
    text = await shown(client, "/report")
    row = re.search(r'href="(/log\?code=access\.request[^"]*)".*?<strong>(\d+)', text, re.DOTALL)
    assert int(row[2]) == sum(one.code is Code.ACCESS for one in office.log.entries)
    export = await shown(client, row[1].replace("&amp;", "&").replace("/log?", "/export?"))
    assert f"Entries that the filters find: {row[2]}." in export


async def test_outside_the_period_there_is_no_evidence(client):
    text = await shown(client, "/report?since=2025-01-01&until=2025-01-31")
    section = re.search(r'id="record-access".*?</section>', text, re.DOTALL)[0]
    assert set(re.findall(r"<strong>([^<]*)</strong>", section)) == {"0"}
    assert "/log/" not in section


async def test_the_lighter_decree_shows_fewer_demands_and_no_sections_of_the_other(client):
    text = await shown(client, "/report?regime=lower")
    assert "decree 410/2025" in text
    assert 'id="recovery"' not in text
    assert "§" not in text


async def test_each_look_is_recorded_with_its_purpose_before_it_is_given(client, office):
    before = len(office.log.entries)
    await shown(client, "/report?purpose=kontrola")
    (entry,) = office.log.entries[before:]
    assert (entry.code, entry.person, entry.details["purpose"]) == (Code.LOG_SEARCHED, "dvorak", "kontrola")
    assert "page=report, regime=higher" in entry.details["query"]


async def test_what_cannot_be_recorded_is_not_shown(client, office):
    async def full(_):
        raise OSError("disk full")

    office.log.record = full
    answer = await client.get("/report", headers=AS_OFFICER)
    assert answer.status >= 500
    assert "recovery" not in await answer.text()


@pytest.mark.parametrize("path", ["/report", "/report/pdf?purpose=x"])
async def test_an_auditor_may_read_it_and_nobody_whom_the_gate_did_not_let_in_here(client, office, path):
    auditor = await client.get("/report", headers=AS_OFFICER | assertion_header(AUDITOR))
    assert auditor.status == 200
    before = len(office.log.entries)
    anybody = {name: value for name, value in AS_OFFICER.items() if name not in assertion_header(MAYOR)}
    for headers in (anybody, anybody | assertion_header(MAYOR)):
        answer = await client.get(path, headers=headers)
        assert answer.status in {401, 403, 503}, answer.status
        assert "recovery" not in await answer.text()
    assert len(office.log.entries) == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("/report?since=tomorrow", "Write a day, before the last one."),
        ("/report?since=2026-11-20&until=2026-11-01", "Write a day, before the last one."),
        ("/report?until=9999-12-31&since=9999-12-31", "Write a day"),
        ("/report/pdf", "Say what the PDF is for."),
        ("/report/pdf?purpose=%20", "Say what the PDF is for."),
    ],
)
async def test_what_cannot_be_understood_is_said_at_its_field(client, query, said):
    assert said in await shown(client, query, status=400)


async def test_a_pdf_that_cannot_be_drawn_is_told_and_the_page_is_there(client):
    text = await shown(client, "/report/pdf?purpose=kontrola", status=503)
    assert "The PDF could not be made" in text
    assert 'id="recovery"' in text


async def test_the_pdf_has_every_demand_in_czech_letters_and_is_tagged(client, office):
    office.draws = pdf_process.command(os.getpid())
    answer = await client.get("/report/pdf?purpose=kontrola", headers=CZECH)
    assert (answer.status, answer.content_type) == (200, "application/pdf")
    assert "brana-higher-2025-11-23-2026-11-23.pdf" in answer.headers["Content-Disposition"]
    drawn = PdfReader(io.BytesIO(await answer.read()))
    text = " ".join(" ".join(page.extract_text() for page in drawn.pages).split())
    for one in ALL:
        assert one.title.cs in text
    assert "Zpráva o souladu" in text
    assert bytes(range(32)).hex()[:16] in text.replace(" ", "")
    root = drawn.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "cs")
    assert office.log.entries[-1].details["form"] == "export"
    assert office.log.entries[-1].details["purpose"] == "kontrola"


def test_nothing_asked_for_is_the_year_until_now():
    asked = asked_of({}, "higher", NOW)
    assert (asked.since, asked.until) == (NOW.replace(year=2025), NOW)
    assert asked.regime == "higher"
    assert asked_of({"regime": "other"}, "lower", NOW).regime == "lower"


def test_usual_periods_are_whole_months_and_quarters():
    found = usual_periods(datetime(2026, 1, 5, tzinfo=UTC))
    assert [str(day) for day in found["month"]] == ["2025-12-01", "2025-12-31"]
    assert [str(day) for day in found["quarter"]] == ["2025-10-01", "2025-12-31"]
    found = usual_periods(datetime(2026, 11, 23, tzinfo=UTC))
    assert [str(day) for day in found["quarter"]] == ["2026-07-01", "2026-09-30"]
