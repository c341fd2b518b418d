"""What officers hand out of the log by its page: in which forms, to whom, and what is refused."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import delete

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code, Outcome
from gateway.audit.exporting import STEP, Exporting
from gateway.audit.for_auditors.brana_verify import Key, verified
from gateway.audit.log_keys import Known
from gateway.audit.selection import Why
from gateway.storage.allowance import Allowance
from gateway.storage.audit import Ledger
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_selection import StoredSelection
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint, audit_entry
from gateway.web.officer.export_words import REFUSALS
from tests.gateway.storage.test_audit_export import SIGNER, Log
from tests.gateway.web.people import AUDITOR, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.sample import NAMES, Office
from tests.gateway.web.sample_log import sample_entries
from tests.gateway.web.test_officer import AS_OFFICER, shown
from tests.rig.prepared import prepared

pytestmark = pytest.mark.real
FORM = {
    "asked": "?outcome=refused",
    "form": "csv",
    "purpose": "stížnost č. 12",
}


class Stored(Log):
    """The sample's entries in a database, sealed by the key of the tests."""

    def exporting(self, within) -> Exporting:
        async def record(entries) -> None:
            raise AssertionError("the pages record by themselves")

        return Exporting(
            log=LogSearch(self.database, within),
            source=StoredSelection(
                self.database, lambda _: Known((SIGNER.verifier,)), lambda _, __: (SIGNER,), within
            ),
            origin=SIGNER.name,
            reasons=NAMES.reasons,
            record=record,
            within=within,
        )

    def write(self, entries) -> None:
        ledger = Ledger(lambda: NOW)
        self.database.write_soon(lambda connection: ledger.append(connection, entries)).result()


@pytest.fixture
def stored(office: Office, tmp_path) -> Iterator[Stored]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as opened:
        made = Stored(opened)
        made.write(sample_entries())
        made.seal()
        office.handing_out = made.exporting
        yield made


def head(who=OFFICER):
    return {**AS_OFFICER, **assertion_header(who), "Origin": "https://admin.brana.test"}


async def given(client, who=OFFICER, status=200, **changed):
    fields = {name: value for name, value in (FORM | changed).items() if value is not None}
    answer = await client.post("/export", headers=head(who), data=fields)
    assert answer.status == status, await answer.text()
    return answer


async def test_the_page_says_what_would_be_handed_out_and_asks_what_for(client, office):
    assert 'href="/export?outcome=refused' in await shown(client, "/log?outcome=refused")
    text = await shown(client, "/export?outcome=refused")
    assert "outcome=refused" in text
    assert "Entries that the filters find: 26." in text
    assert office.log.entries[-1].details["query"].startswith("page=export, outcome=refused")


async def test_a_table_holds_what_the_filters_find_and_is_recorded(client, office, stored):
    answer = await given(client)
    assert answer.content_type == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="brana-audit-20261123-084107.csv"'
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert len(rows) == 26
    assert {one["outcome"] for one in rows} == {"refused"}
    entry = office.log.entries[-1]
    assert (entry.code, entry.outcome, entry.person) == (Code.LOG_SEARCHED, Outcome.SUCCESS, "dvorak")
    assert {name: entry.details[name] for name in ("found", "form", "purpose", "written_as", "with_proofs")} == {
        "found": 26, "form": "export", "purpose": "stížnost č. 12", "written_as": "csv", "with_proofs": False,
    }  # fmt: skip
    assert "outcome=refused" in entry.details["query"]


async def test_a_cell_that_a_spreadsheet_would_compute_is_text(client, stored):
    first = sample_entries()[0]
    wrote = [
        replace(first, at=NOW + timedelta(seconds=number), reason="", person=text, session="s-evil")
        for number, text in enumerate(("=1+1", "+1", "-1", "@A1", "＝1", " =1"))
    ]
    stored.write(wrote)
    answer = await given(client, asked="?session=s-evil")
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert len(rows) == len(wrote)
    assert all(one["person"].startswith("'") for one in rows)


async def test_an_export_with_proofs_is_verified_by_what_it_holds(client, office, stored, tmp_path):
    answer = await given(client, form="jsonl", proofs="1", pseudonyms="1")
    assert answer.content_type == "application/zip"
    zipfile.ZipFile(io.BytesIO(await answer.read())).extractall(tmp_path)
    folder = tmp_path / "brana-export"
    with (folder / "proofs.jsonl").open("rb") as file:
        told = verified(file, Key(str(SIGNER.verifier)), {}, folder)
    assert [what for what, _ in told] == ["stated", "content", "pseudonyms"]
    assert told[0][1]["count"] == 26
    assert "purpose" not in str(told)
    details = office.log.entries[-1].details
    assert (details["with_proofs"], details["pseudonymised"]) == (True, True)


async def test_an_auditor_may_and_a_municipality_gets_its_own_alone(client, stored):
    assert (await given(client, AUDITOR)).status == 200
    answer = await given(client, replace(OFFICER, municipality=KVASICE), asked="?municipality=588491")
    numbers = [int(one["sequence"]) for one in csv.DictReader(io.StringIO(await answer.text()))]
    assert numbers
    assert all(number % 7 == 0 for number in numbers)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"purpose": "  "}, Why.PURPOSE),
        ({"purpose": "x" * 300}, Why.PURPOSE),
        ({"asked": "?outcome=nonsense"}, Why.CONDITIONS),
        ({"asked": "?person=nobody"}, Why.NOTHING),
    ],
)
async def test_what_is_not_given_is_told_with_what_was_typed_and_recorded(
    client, office, stored, changed, reason
):
    answer = await given(client, status=409, **changed)
    assert answer.headers[REASON_HEADER] == reason
    text = await answer.text()
    assert REFUSALS[reason].advice["en"] in text
    assert (changed.get("purpose") or FORM["purpose"]) in text
    [entry] = [one for one in office.log.entries if one.code is Code.LOG_ACT_REFUSED]
    assert (entry.reason, entry.outcome, entry.details["act"]) == (reason, Outcome.REFUSED, "export_log")


async def test_without_a_checkpoint_there_are_no_proofs_and_the_table_is_there(client, stored):
    stored.do(delete(audit_checkpoint))
    assert (await given(client, status=409, proofs="1")).headers[REASON_HEADER] == Why.NOT_SEALED
    assert (await given(client)).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"form": "exe"},
        {"form": None},
        {"asked": None},
        {"asked": "?" + "&".join(f"a{one}=1" for one in range(900))},
    ],
)
async def test_what_our_form_does_not_send_is_refused(client, stored, changed):
    answer = await given(client, status=400, **changed)
    assert answer.headers[REASON_HEADER] == "request_unreadable"


async def test_a_stranger_s_form_hands_nothing_out(client, office, stored):
    before = len(office.log.entries)
    answer = await client.post(
        "/export",
        headers={
            **AS_OFFICER,
            **assertion_header(OFFICER),
            "Origin": "https://evil.example",
            "Sec-Fetch-Site": "cross-site",
        },
        data=FORM,
    )
    assert answer.status == 403
    assert len(office.log.entries) == before


async def test_what_cannot_be_recorded_is_not_given(client, office, stored):
    async def full(_):
        raise OSError("disk full")

    office.log.record = full
    answer = await client.post("/export", headers=head(), data=FORM)
    assert answer.status == 500
    assert "role_not_sufficient" not in await answer.text()


class Slow:
    """A source that stands still after its first entries until it is let go, and then may miss some."""

    def __init__(self, source, stored) -> None:
        self.source, self.stored = source, stored
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.gone = False

    async def entries(self, numbers):
        if numbers[0] >= STEP:
            self.reached.set()
            await self.go.wait()
            if self.gone:
                self.stored.do(delete(audit_entry).where(audit_entry.c.sequence == numbers[0]))
        return await self.source.entries(numbers)


async def test_a_person_has_one_export_at_a_time_and_one_that_is_broken_off_does_not_look_whole(
    client, office, stored
):
    slow = Slow(stored.exporting(None).source, stored)
    office.handing_out = lambda within: replace(stored.exporting(within), source=slow)
    asked = {"asked": "?application=records"}
    first = asyncio.create_task(client.post("/export", headers=head(), data=FORM | asked))
    await slow.reached.wait()
    second = await given(client, status=409, **asked)
    assert second.headers[REASON_HEADER] == Why.UNDER_WAY
    stranger = replace(OFFICER, subject="d:somebody-else")
    assert await (await given(client, stranger, asked="?outcome=failure")).text()  # nobody else waits for it
    slow.gone = True
    slow.go.set()
    answer = await first
    with pytest.raises(aiohttp.ClientPayloadError):
        await answer.read()
    again = await given(client, asked="?outcome=failure")
    assert again.status == 200


def test_every_refusal_has_words_and_a_name():
    assert set(REFUSALS) == set(Why)
    assert all(NAMES.reasons.name(why) is not None for why in Why)


async def test_an_export_whose_search_takes_too_long_is_refused_and_recorded(client, office, stored):
    slow = LogSearch(stored.database, allowed=lambda: Allowance(entries=0))
    whole = stored.exporting(None)

    class Early:
        """Ends each page where it can."""

        async def page(self, query, after, limit):
            return replace(await slow.page(query, None, 1), reached=NOW)

        async def count(self, query):
            return await slow.count(query)

    office.handing_out = lambda within: replace(whole, log=Early())
    answer = await given(client, status=409, asked="?application=records")
    assert answer.headers[REASON_HEADER] == Why.TOO_LONG
    refused = [one for one in office.log.entries if one.code is Code.LOG_ACT_REFUSED]
    assert [one.reason for one in refused] == ["export_search_too_long"]


async def test_what_is_handed_out_is_told_in_the_words_of_the_filters(client):
    text = await shown(client, "/export?outcome=refused&person=novakova&without_own=1")
    assert "Outcome: <strong>refused</strong>" in text
    assert "outcome=refused</" not in text
    live = await shown(client, "/log/live?outcome=refused")
    assert "Outcome: <strong>refused</strong>" in live
