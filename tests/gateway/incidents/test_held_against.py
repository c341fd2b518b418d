"""What stands of an incident is held against the log when it is shown or handed out: a hand in the database is told."""

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from config.vocabulary import Language
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.tree import leaf_hash
from gateway.incidents.all_held_against import altered
from gateway.incidents.bundle import Wanted, bundle
from gateway.incidents.held_against import What, held_against
from gateway.incidents.holding import release_due
from gateway.incidents.items import digest, read
from gateway.incidents.office import Shown
from gateway.incidents.owed import owed
from gateway.incidents.refused import ActRefused, Why
from gateway.storage.audit_checkpoints import Checkpoints
from tests.gateway.audit.making import SIGNER
from tests.rig.incidents import OFFICER, SAID, Incidents
from tests.rig.people import NOON

LATER = NOON + timedelta(hours=1)


@pytest.fixture
async def written(desk: Incidents) -> Incidents:
    """Opened, two notes, evidence with its hold, closed: items 1 to 4."""
    await desk.office.open(SAID, OFFICER, NOON)
    await desk.office.note(1, "Starosta si stáhl registr.", OFFICER, NOON)
    await desk.office.note(1, "Druhý zápis.", OFFICER, NOON)
    await desk.office.add_entry(1, 0, OFFICER, NOON)
    await desk.office.close(1, "Heslo změněno.", OFFICER, LATER)
    return desk


def by_hand(desk: Incidents, change: str) -> None:
    desk.kept.database.write_soon(lambda connection: connection.execute(text(change))).result()


async def differences(desk: Incidents) -> list[tuple[int, What]]:
    shown = await desk.office.shown(1)
    assert shown is not None
    return [(one.item, one.what) for one in shown.differences]


async def test_what_nobody_touched_is_as_the_log_has_it(written: Incidents):
    assert await differences(written) == []
    shown = await written.office.exporting(1, "hlášení", OFFICER, LATER)
    assert shown.differences == ()
    assert "not_as_recorded" not in written.kept.entries[-1].details


ITEM, ROW = "security_incident_item", "security_incident"
NOTHING_PROVEN = [(number, What.NOT_RECORDED) for number in (0, 0, 1, 2, 3, 4)]
"""Where one entry is gone, those beside it have no path to what was sealed."""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (f"UPDATE {ITEM} SET body = replace(body, 'registr', 'nic') WHERE number = 1", [(1, What.CHANGED)]),
        (f"UPDATE {ITEM} SET done_by_subject = 'x' WHERE number = 2", [(2, What.CHANGED)]),
        (f"UPDATE {ITEM} SET at = at + 1 WHERE number = 2", [(2, What.CHANGED)]),
        (f"UPDATE {ITEM} SET number = 9 WHERE number = 2", [(9, What.CHANGED)]),
        (f"UPDATE {ITEM} SET entry = 0 WHERE number = 2", [(2, What.NOT_RECORDED), (2, What.MISSING)]),
        (f"DELETE FROM {ITEM} WHERE number = 2", [(2, What.MISSING)]),
        (f"DELETE FROM {ITEM} WHERE number = 4", [(4, What.MISSING)]),
        (f"DELETE FROM {ITEM}", [(number, What.MISSING) for number in (1, 2, 3, 4)]),
        (f"UPDATE {ROW} SET description = 'nic'", [(0, What.CHANGED)]),
        (f"UPDATE {ROW} SET severity = 'low'", [(0, What.CHANGED)]),
        (f"UPDATE {ROW} SET noticed_at = noticed_at + 1", [(0, What.CHANGED)]),
        (f"UPDATE {ROW} SET conclusion = 'nic'", [(0, What.CHANGED)]),
        (f"UPDATE {ROW} SET closed_at = NULL, closed_by = NULL", [(0, What.CHANGED)]),
        ("DELETE FROM audit_entry WHERE code = 'incident.noted'", NOTHING_PROVEN),
        ("DELETE FROM audit_entry WHERE code = 'incident.closed'", NOTHING_PROVEN),
        ("UPDATE audit_entry SET canonical = x'00' WHERE code = 'incident.opened'", [(0, What.NOT_RECORDED)]),
    ],
)  # fmt: skip
async def test_what_was_changed_or_taken_out_by_hand_is_told(
    written: Incidents, change: str, found: list[tuple[int, What]]
):
    by_hand(written, change)
    assert await differences(written) == found
    await written.office.exporting(1, "hlášení", OFFICER, LATER)
    exported = written.kept.entries[-1]
    assert (exported.code, exported.details["not_as_recorded"]) == (
        Code.SECURITY_INCIDENT_EXPORTED,
        len(found),
    )


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[]",
        '{"type":"note"}',
        '{"type":"sent","kind":"x","version":1,"recipient":"x","sent_at":"2026-05-04T12:00:00+00:00"}',
        '{"type":"sent","kind":"final_report","version":1,"recipient":"x","sent_at":"yesterday"}',
        '{"type":"sent","kind":"final_report","version":1,"recipient":"x","sent_at":"2026-05-04T12:00:00"}',
        '{"type":"held","hold":1,"since":"x","until":"x"}',
        '{"type":"held" no more',
        '{"type":"entry","sequence":99999999999999999999,"leaf":"00"}',
        '{"type":"closure","id":"x","what":"x","closed_at":"x","closed_by":"x"}',
    ],
)
async def test_an_item_that_cannot_be_read_is_told_and_the_others_are_shown(written: Incidents, body: str):
    by_hand(written, f"UPDATE {ITEM} SET body = '{body}' WHERE number = 2".replace(":", "\\:"))
    await written.office.open(SAID, OFFICER, LATER)
    shown = await written.office.shown(1)
    assert shown is not None
    assert shown.damaged
    assert [(one.number, one.kind) for one in shown.items][:2] == [(1, "note"), (2, "damaged")]
    assert await differences(written) == [(2, What.CHANGED)]
    assert [(one.incident.number, one.damaged) for one in await written.office.listed()] == [
        (2, False), (1, True),
    ]  # fmt: skip
    assert body in files(shown, Language.CZECH)["incident.html"].replace("&quot;", '"')
    assert await written.office.books.look(lambda book: release_due(book, 120, LATER)) == []


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'none of them'",
        "severity = 'none'",
        "noticed_at = 9223372036854775807",
        "opened_at = -1",
        "closed_at = 9223372036854775807",
        "closed_by = NULL",
    ],
)
async def test_an_incident_that_cannot_be_read_is_told_and_the_others_are_shown(
    written: Incidents, change: str
):
    by_hand(written, f"UPDATE {ROW} SET {change}")
    await written.office.open(SAID, OFFICER, LATER)
    await written.office.note(2, "Další.", OFFICER, LATER)
    listed = await written.office.listed()
    assert [(one.incident.number, one.damaged, one.incident.open) for one in listed] == [
        (2, False, True), (1, True, True),
    ]  # fmt: skip
    assert await differences(written) == [(0, What.CHANGED)]
    with pytest.raises(ActRefused) as refused:
        await written.office.close(1, "Nic.", OFFICER, LATER)
    assert refused.value.reason is Why.INCIDENT_ALTERED
    assert await written.office.books.look(lambda book: owed(book, NOON, LATER, LATER)) is not None


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE {ITEM} SET at = 'then' WHERE number = 2",
        f"UPDATE {ITEM} SET entry = 'x' WHERE number = 2",
        f"UPDATE {ITEM} SET done_by = x'00ff' WHERE number = 2",
        f"UPDATE {ITEM} SET body = x'00ff' WHERE number = 2",
        f"UPDATE {ITEM} SET number = 'x' WHERE number = 2",
        f"UPDATE {ROW} SET title = x'00ff'",
        f"UPDATE {ROW} SET noticed_at = 'then'",
        f"UPDATE {ROW} SET conclusion = x'00ff'",
    ],
)
async def test_a_value_of_another_type_ends_no_page(written: Incidents, change: str):
    """A file keeps any type in any column."""
    by_hand(written, change)
    shown = await written.office.shown(1)
    assert shown is not None
    assert shown.damaged
    assert {one.what for one in shown.differences} <= {What.CHANGED, What.MISSING, What.NOT_RECORDED}
    assert shown.differences
    assert await written.office.listed()
    files(shown, Language.CZECH)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ((), {}),
        ((f"DELETE FROM {ITEM} WHERE number = 2 AND incident = 1",), {1: [(2, What.MISSING)]}),
        ((f"DELETE FROM {ROW} WHERE number = 1",), {1: [(0, What.MISSING)]}),
        (
            (f"DELETE FROM {ROW} WHERE number = 2", f"DELETE FROM {ITEM} WHERE incident = 2"),
            {2: [(0, What.MISSING), (1, What.MISSING)]},
        ),
        (
            (f"UPDATE {ITEM} SET incident = 7 WHERE incident = 2",),
            {2: [(1, What.MISSING)], 7: [(0, What.NOT_RECORDED), (1, What.NOT_RECORDED)]},
        ),
    ],
)
async def test_all_are_held_against_the_log_at_once_also_those_that_are_gone(
    written: Incidents, changes: tuple[str, ...], found: dict[int, list[tuple[int, What]]]
):
    await written.office.open(SAID, OFFICER, LATER)
    await written.office.note(2, "Další.", OFFICER, LATER)
    for change in changes:
        by_hand(written, change)
    told = await altered(written.office.books)
    assert {number: [(one.item, one.what) for one in wrong] for number, wrong in told.items()} == found


async def test_an_item_that_was_written_in_by_hand_is_told(written: Incidents):
    by_hand(
        written,
        f"INSERT INTO {ITEM} SELECT incident, 7, at, done_by, done_by_subject, body, entry FROM {ITEM} "
        "WHERE number = 1",
    )
    assert await differences(written) == [(7, What.CHANGED)]


async def test_what_is_added_behind_an_item_that_was_taken_out_has_a_number_of_its_own(desk: Incidents):
    await desk.office.open(SAID, OFFICER, NOON)
    for said in ("a", "b", "c"):
        await desk.office.note(1, said, OFFICER, NOON)
    by_hand(desk, f"DELETE FROM {ITEM} WHERE number = 2")
    assert (await desk.office.note(1, "d", OFFICER, NOON)).number == 4
    assert await differences(desk) == [(2, What.MISSING)]


async def test_of_what_went_with_its_month_nothing_is_claimed(written: Incidents):
    shown = await written.office.shown(1)
    assert shown is not None
    found = held_against(shown.incident, shown.items, [], lambda sequence: True)
    assert {one.what for one in found} == {What.ENTRY_GONE}
    assert [one.item for one in found] == [0, 0, 1, 2, 3, 4]


async def test_entries_of_an_earlier_version_have_no_digest_of_the_incident(written: Incidents):
    shown = await written.office.shown(1)
    assert shown is not None
    told = await written.office.books.look(lambda book: book.told(1))
    old = [
        replace(
            one,
            entry=replace(one.entry, details={k: v for k, v in one.entry.details.items() if k != "sha256"}),
        )
        if one.entry.code in (Code.SECURITY_INCIDENT_OPENED, Code.SECURITY_INCIDENT_CLOSED)
        else one
        for one in told
    ]
    assert held_against(shown.incident, shown.items, old, lambda _: False) == ()


def files(shown: Shown, language: Language) -> dict[str, str]:
    made = bundle(
        Wanted(
            shown=shown, suspensions=[], entries=[], checkpoint="", key="k", verifier=b"", language=language,
            by="p", purpose="x", at=NOON,
        )
    )  # fmt: skip
    assert made.differences == tuple(shown.differences)
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    return {one.split("/", 1)[1]: archive.read(one).decode() for one in archive.namelist()}


async def test_the_bundle_says_what_is_not_as_it_was_recorded(written: Incidents):
    by_hand(written, f"DELETE FROM {ITEM} WHERE number = 2")
    by_hand(written, f"UPDATE {ITEM} SET body = replace(body, 'registr', 'nic') WHERE number = 1")
    shown = await written.office.exporting(1, "hlášení", OFFICER, LATER)
    found = [{"item": 1, "what": "not_as_recorded"}, {"item": 2, "what": "missing"}]
    for language, said in ((Language.CZECH, "Zápis 2 chybí"), (Language.ENGLISH, "Item 2 is missing")):
        made = files(shown, language)
        for name in ("incident.json", "manifest.json"):
            told = json.loads(made[name])["not_as_recorded"]
            assert [{"item": one["item"], "what": one["what"]} for one in told] == found
        assert said in made["README.txt"]
        assert said in made["incident.html"]


async def sealed(desk: Incidents) -> None:
    store = Checkpoints(desk.kept.database, append=desk.kept.append)
    with tempfile.TemporaryDirectory() as folder:
        await Checkpointer(
            store, Path(folder) / "checkpoints.log", SIGNER, timedelta(seconds=1), lambda _trouble: None
        ).seal()


def entry_of(desk: Incidents, code: str) -> int:
    query = text(f"SELECT max(sequence) FROM audit_entry WHERE code = '{code}'")
    return int(desk.kept.database.read_now(lambda c: c.execute(query).scalar_one()))


@pytest.mark.parametrize(("item", "code"), [(2, "incident.noted"), (4, "audit.hold_placed")])
async def test_an_item_that_was_taken_out_is_missed_while_the_column_of_its_entry_hides_it(
    written: Incidents, item: int, code: str
) -> None:
    number = entry_of(written, code)
    by_hand(written, f"DELETE FROM {ITEM} WHERE number = {item}")
    by_hand(written, f"UPDATE audit_entry SET code = 'x' WHERE sequence = {number}")
    shown = await written.office.exporting(1, "hlášení", OFFICER, LATER)
    assert [(one.item, one.what) for one in shown.differences] == [(item, What.MISSING)]
    told = await altered(written.office.books)
    assert [(one.item, one.what) for one in told[1]] == [(item, What.MISSING)]
    assert written.kept.entries[-1].details["not_as_recorded"] == 1


async def test_an_item_rewritten_with_its_entry_and_leaf_is_told(written: Incidents) -> None:
    await sealed(written)

    def work(connection: Connection) -> None:
        row = connection.execute(text(f"SELECT body, entry FROM {ITEM} WHERE number = 1")).one()
        body = row.body.replace("registr", "nic")
        at = {"at": row.entry}
        old = connection.execute(
            text("SELECT canonical FROM audit_entry WHERE sequence = :at"), at
        ).scalar_one()
        new = old.replace(digest(read(row.body)).encode(), digest(read(body)).encode())
        assert new != old
        both = {"new": new, "leaf": leaf_hash(new), **at}
        connection.execute(
            text("UPDATE audit_entry SET canonical = :new, leaf = :leaf WHERE sequence = :at"), both
        )
        connection.execute(text(f"UPDATE {ITEM} SET body = :body WHERE number = 1"), {"body": body})

    assert await differences(written) == []
    written.kept.database.write_soon(work).result()
    assert (1, What.NOT_RECORDED) in await differences(written)  # and those beside it in the tree
    told = await altered(written.office.books)
    assert (1, What.NOT_RECORDED) in [(one.item, one.what) for one in told[1]]


async def test_a_second_opening_frees_the_first_one_of_nothing(written: Incidents) -> None:
    """As somebody puts it there whose entry has no digest: what was opened first is held against the incident too."""
    again = Entry(
        code=Code.SECURITY_INCIDENT_OPENED,
        outcome=Outcome.SUCCESS,
        at=NOON,
        subject=OFFICER.subject,
        details={"incident": 1, "kind_of_incident": SAID.kind.value, "severity": SAID.severity.value},
    )
    await written.record([again])
    by_hand(written, f"UPDATE {ROW} SET description = 'nic'")
    assert (0, What.CHANGED) in await differences(written)
