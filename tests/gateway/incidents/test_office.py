"""What is done about an incident: evidence, reports, the end; what is refused, and what the log has of all of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.entry import Code, Outcome
from gateway.incidents import office as acts
from gateway.incidents.incident import (
    TEXT_MAX,
    TITLE_MAX,
    WITHIN,
    Due,
    ReportKind,
    deadlines,
    described_digest,
    waiting,
)
from gateway.incidents.items import (
    EntryEvidence,
    Held,
    Note,
    Report,
    SearchEvidence,
    Sent,
    digest,
    evidence_numbers,
    newest_report,
)
from gateway.incidents.refused import ActRefused, Why
from tests.rig.incidents import OFFICER, RECORDS, SAID, Incidents
from tests.rig.people import HULIN, NOON, PETR

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WARNING = Report(
    kind="early_warning",
    happened="Někdo se přihlásil cizím heslem.",
    impact="",
    concerned="",
    measures="",
    cause="",
    contact="bezpecnost@obec.test",
)


async def refused_with(desk: Incidents, acting) -> Why:
    """And that it is recorded."""
    with pytest.raises(ActRefused) as refused:
        await acting
    entry = desk.kept.entries[-1]
    assert (entry.code, entry.outcome) == (Code.SECURITY_INCIDENT_REFUSED, Outcome.REFUSED)
    assert (entry.reason, entry.subject) == (refused.value.reason, PETR.subject)
    return refused.value.reason


def test_each_report_is_due_so_long_after_the_incident_was_noticed() -> None:
    """Noticed before the clocks went back: hours are hours, whatever the clocks on the walls show."""
    noticed = datetime(2026, 10, 24, 14, 30, tzinfo=UTC)
    found = deadlines(replace(SAID, noticed_at=noticed), {})
    assert [(one.kind, one.at) for one in found] == [
        (ReportKind.WARNING, datetime(2026, 10, 25, 14, 30, tzinfo=UTC)),
        (ReportKind.NOTIFICATION, datetime(2026, 10, 27, 14, 30, tzinfo=UTC)),
        (ReportKind.FINAL, datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
    ]
    assert list(WITHIN.values()) == [DAY, 3 * DAY, 30 * DAY]


def test_a_report_is_overdue_from_its_moment_on_and_never_once_it_was_sent() -> None:
    due = Due(ReportKind.WARNING, NOON, None)
    just_before = NOON - timedelta(microseconds=1)
    assert (due.waits(just_before), due.overdue(just_before)) == (True, False)
    assert (due.waits(NOON), due.overdue(NOON)) == (False, True)
    for sent, late in ((NOON, False), (NOON + HOUR, True)):
        done = replace(due, sent_at=sent)
        assert (done.waits(NOON), done.overdue(NOON + DAY), done.late) == (False, False, late)


def test_what_all_incidents_owe_is_counted_and_the_next_is_named() -> None:
    first = deadlines(replace(SAID, noticed_at=NOON - 2 * DAY), {})
    second = deadlines(replace(SAID, noticed_at=NOON), {ReportKind.WARNING: NOON})
    found = waiting([(1, first), (2, second)], NOON)
    assert (found.open, found.overdue, found.next_of, found.next_at) == (2, 1, 1, NOON + DAY)
    assert found.late == (1,)
    assert (waiting([], NOON).open, waiting([], NOON).next_at) == (0, None)


async def test_incidents_are_numbered_and_recorded_with_what_they_are(desk: Incidents) -> None:
    said = replace(SAID, municipalities=(HULIN, HULIN), applications=(RECORDS,), title="  Zneužitý   účet ")
    first, second = await desk.office.open(said, OFFICER, NOON), await desk.office.open(SAID, OFFICER, NOON)
    assert (first.number, second.number) == (1, 2)
    assert (first.described.title, first.described.municipalities) == ("Zneužitý účet", (HULIN,))
    found = await desk.office.shown(1)
    assert found is not None
    assert found.incident == first
    entry = desk.kept.entries[0]
    assert (entry.code, entry.subject) == (Code.SECURITY_INCIDENT_OPENED, PETR.subject)
    assert entry.details == {
        "incident": 1,
        "title": "Zneužitý účet",
        "kind_of_incident": "account_taken_over",
        "severity": "significant",
        "municipalities": [HULIN],
        "applications": [RECORDS],
        "sha256": described_digest(first.described),
    }


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"title": ""}, Why.TEXT_UNUSABLE),
        ({"title": "x" * (TITLE_MAX + 1)}, Why.TEXT_UNUSABLE),
        ({"title": "a\x07b"}, Why.TEXT_UNUSABLE),
        ({"description": "x" * (TEXT_MAX + 1)}, Why.TEXT_UNUSABLE),
        ({"description": "\u202eobráceně"}, Why.TEXT_UNUSABLE),
        ({"noticed_at": NOON + timedelta(microseconds=1)}, Why.TIMES_UNUSABLE),
        ({"began_at": NOON}, Why.TIMES_UNUSABLE),
        ({"municipalities": (MunicipalityCode("999999"),)}, Why.TARGET_UNKNOWN),
        ({"applications": (ApplicationId("none"),)}, Why.TARGET_UNKNOWN),
    ],
)
async def test_what_cannot_be_an_incident_is_refused_by_name(
    desk: Incidents, changed: dict, reason: Why
) -> None:
    assert await refused_with(desk, desk.office.open(replace(SAID, **changed), OFFICER, NOON)) is reason
    assert await desk.office.listed() == []


async def test_nothing_is_opened_when_its_first_evidence_is_not_in_the_log(desk: Incidents) -> None:
    opening = desk.office.open(SAID, OFFICER, NOON, first=999)
    assert await refused_with(desk, opening) is Why.ENTRY_UNKNOWN
    assert await desk.office.listed() == []
    assert await desk.office.books.look(lambda book: book.log_size()) == 1  # what was refused, and no more


async def test_everything_written_down_has_an_entry_with_its_digest(desk: Incidents) -> None:
    await desk.record([OFFICER.entry(Code.LOG_SEARCHED, NOON, {"query": "x", "found": 0, "form": "page"})])
    one = await desk.office.open(SAID, OFFICER, NOON, first=0)
    office, number = desk.office, one.number
    await office.note(number, "Volal\r\nsprávce.", OFFICER, NOON)
    await office.add_search(number, {"person": "novakova"}, 1000, OFFICER, NOON, at_least=True)
    await office.write_report(number, WARNING, OFFICER, NOON)
    await office.sent(number, ReportKind.WARNING, "NÚKIB", NOON, OFFICER, NOON)
    found = await office.shown(number)
    assert found is not None
    assert [type(item.body) for item in found.items] == [
        EntryEvidence,
        Held,
        Note,
        SearchEvidence,
        Report,
        Sent,
    ]
    assert [item.number for item in found.items] == [1, 2, 3, 4, 5, 6]
    assert found.items[2].body == Note("Volal\nsprávce.")
    assert evidence_numbers(found.items) == [0]
    search = found.items[3].body
    assert isinstance(search, SearchEvidence)
    assert (search.found, search.at_least, search.size) == (1000, True, found.items[3].entry)
    for item in found.items:
        entry = desk.kept.entries[item.entry]
        assert (entry.details["item"], entry.details["sha256"]) == (item.number, digest(item.body))
    assert [due.sent_at for due in found.dues] == [NOON, None, None]
    assert [item.kind for item in found.items] == ["entry", "held", "note", "search", "report", "sent"]


async def test_an_entry_is_evidence_once_and_only_if_the_log_has_it(desk: Incidents) -> None:
    one = await desk.office.open(SAID, OFFICER, NOON)
    await desk.office.add_entry(one.number, 0, OFFICER, NOON)
    again = desk.office.add_entry(one.number, 0, OFFICER, NOON)
    assert await refused_with(desk, again) is Why.EVIDENCE_THERE
    missing = desk.office.add_entry(one.number, 12345, OFFICER, NOON)
    assert await refused_with(desk, missing) is Why.ENTRY_UNKNOWN


async def test_an_incident_takes_no_more_than_can_be_handed_out(
    desk: Incidents, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await desk.office.open(SAID, OFFICER, NOON, first=None)
    await desk.office.add_entry(one.number, 0, OFFICER, NOON)
    monkeypatch.setattr(acts, "MOST_ENTRIES", 1)
    assert await refused_with(desk, desk.office.add_entry(one.number, 1, OFFICER, NOON)) is Why.TOO_MUCH
    monkeypatch.setattr(acts, "MOST_ITEMS", 1)
    assert await refused_with(desk, desk.office.note(one.number, "x", OFFICER, NOON)) is Why.TOO_MUCH


async def test_a_report_needs_what_its_kind_cannot_do_without(desk: Incidents) -> None:
    one = await desk.office.open(SAID, OFFICER, NOON)
    final = replace_report(WARNING, kind="final_report")
    assert (
        await refused_with(desk, desk.office.write_report(one.number, final, OFFICER, NOON))
        is Why.TEXT_UNUSABLE
    )
    unsent = desk.office.sent(one.number, ReportKind.FINAL, "NÚKIB", NOON, OFFICER, NOON)
    assert await refused_with(desk, unsent) is Why.REPORT_MISSING
    await desk.office.write_report(one.number, WARNING, OFFICER, NOON)
    await desk.office.write_report(one.number, replace_report(WARNING, impact="Žádný."), OFFICER, NOON)
    found = await desk.office.shown(one.number)
    assert found is not None
    newest = newest_report(found.items, ReportKind.WARNING)
    assert newest is not None
    assert (newest[0].number, newest[1].impact) == (2, "Žádný.")
    early = desk.office.sent(one.number, ReportKind.WARNING, "NÚKIB", NOON + HOUR, OFFICER, NOON)
    assert await refused_with(desk, early) is Why.TIMES_UNUSABLE


def replace_report(given: Report, **changed: str) -> Report:
    return Report(**({name: getattr(given, name) for name in given.__struct_fields__} | changed))


async def test_a_closed_incident_takes_nothing_more_and_owes_nothing(desk: Incidents) -> None:
    one = await desk.office.open(SAID, OFFICER, NOON)
    assert await refused_with(desk, desk.office.close(one.number, " ", OFFICER, NOON)) is Why.TEXT_UNUSABLE
    closed = await desk.office.close(one.number, "Heslo změněno, nic neuniklo.", OFFICER, NOON)
    assert (closed.open, closed.closed_by) == (False, OFFICER.actor)
    assert await desk.office.open_ones() == []
    for acting in (
        desk.office.note(one.number, "x", OFFICER, NOON),
        desk.office.close(one.number, "x", OFFICER, NOON),
    ):
        assert await refused_with(desk, acting) is Why.INCIDENT_CLOSED
    assert await refused_with(desk, desk.office.note(9, "x", OFFICER, NOON)) is Why.INCIDENT_UNKNOWN


async def test_handing_out_needs_a_purpose_which_is_recorded(desk: Incidents) -> None:
    one = await desk.office.open(SAID, OFFICER, NOON)
    assert (
        await refused_with(desk, desk.office.exporting(one.number, " ", OFFICER, NOON)) is Why.PURPOSE_MISSING
    )
    await desk.office.exporting(one.number, "hlášení NÚKIB", OFFICER, NOON)
    entry = desk.kept.entries[-1]
    assert (entry.code, entry.details["purpose"]) == (Code.SECURITY_INCIDENT_EXPORTED, "hlášení NÚKIB")
    assert await refused_with(desk, desk.office.exporting(9, "x", OFFICER, NOON)) is Why.INCIDENT_UNKNOWN
    assert (
        await refused_with(desk, desk.office.link_closure(one.number, "x", OFFICER, NOON))
        is Why.TARGET_UNKNOWN
    )
