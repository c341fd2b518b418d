"""What a search finds is handed out in several forms; what proves it is verified by the file that auditors get."""

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from config.vocabulary import MunicipalityCode
from gateway.audit.checkpoint import unseal
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.exporting import STEP, EntryGone, Exporting, Prepared
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import Broken, Key, verified
from gateway.audit.log_keys import Known
from gateway.audit.note import Signer
from gateway.audit.reading_acts import searched
from gateway.audit.reasons import REASONS
from gateway.audit.search import Having, Query
from gateway.audit.selection import ExportRefused, Form, Wanted, Why
from gateway.storage.audit import Ledger
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_selection import StoredSelection
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_node
from tests.gateway.audit import making
from tests.gateway.audit.sharding import months
from tests.gateway.storage.test_audit_export import ANOTHER, KEY, NOON, ROW, SIGNER, Log, forged

__all__ = ["months"]
WANTED = Wanted(form=Form.CSV, purpose="kontrola NÚKIB", proofs=True)
EVERY = Query(codes=frozenset({Code.ACCESS}))
LATER = NOON + timedelta(hours=1)


@dataclass
class Handing:
    log: Log | making.Log
    within: MunicipalityCode | None = None
    signer: Signer = SIGNER
    recorded: list[Entry] = field(default_factory=list)

    def exporting(self) -> Exporting:
        database, signer = self.log.database, self.signer

        async def record(entries: Any) -> None:
            self.recorded.extend(entries)

        return Exporting(
            log=LogSearch(database, self.within),
            source=StoredSelection(
                database, lambda _: Known((signer.verifier,)), lambda _, __: (signer,), self.within
            ),
            origin=signer.name,
            reasons=REASONS,
            record=record,
            within=self.within,
        )

    async def prepared(self, wanted: Wanted = WANTED, query: Query = EVERY) -> Prepared:
        def look(found: int) -> Entry:
            return searched(LATER, subject="o", person="o", query=query.described(), found=found)

        return await self.exporting().prepare(query, wanted, look, LATER)

    async def file(self, wanted: Wanted = WANTED, query: Query = EVERY) -> bytes:
        prepared = await self.prepared(wanted, query)
        return b"".join([part async for part in self.exporting().given(prepared)])

    async def refused(self, wanted: Wanted = WANTED, query: Query = EVERY) -> Why:
        with pytest.raises(ExportRefused) as refused:
            await self.prepared(wanted, query)
        [entry] = self.recorded
        assert (entry.code, entry.outcome, entry.reason) == (
            Code.LOG_ACT_REFUSED,
            Outcome.REFUSED,
            refused.value.reason,
        )
        assert REASONS.name(entry.reason) is not None
        self.recorded.clear()
        return refused.value.reason


@pytest.fixture
def handing(database) -> Handing:
    log = Log(database)
    for entries in (100, 200, 1, 80):
        log.add(entries)
    return Handing(log)


def unpacked(data: bytes, folder: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder / "brana-export"


def said(folder: Path, kept: dict | None = None, key: Key = KEY) -> list[tuple[str, dict[str, object]]]:
    with (folder / "proofs.jsonl").open("rb") as file:
        return verified(file, key, kept or {}, folder)


def broken(folder: Path, **more: Any) -> tuple[str, dict[str, object]]:
    with pytest.raises(Broken) as found:
        said(folder, **more)
    return found.value.what, found.value.facts


SOME = Query(codes=EVERY.codes, since=NOON + timedelta(seconds=50), until=NOON + timedelta(seconds=350))


async def test_what_was_selected_is_proven_to_be_in_the_log_and_to_be_all_that_was_given(
    handing: Handing, tmp_path: Path
) -> None:
    folder = unpacked(await handing.file(query=SOME), tmp_path)
    assert {one.name for one in folder.iterdir()} == {
        "entries.csv", "proofs.jsonl", "checkpoints.txt", "log-key.txt", "brana_verify.py", "README.txt",
    }  # fmt: skip
    selected, content = said(folder)
    assert (selected[0], selected[1]["count"], selected[1]["size"]) == ("selected", 300, 381)
    assert "since=2026-11-27T12:00:50+00:00" in str(selected[1]["asked"])
    assert content == ("content", {"file": "entries.csv"})
    rows = list(csv.DictReader(io.StringIO((folder / "entries.csv").read_text("utf-8"))))
    assert [int(one["sequence"]) for one in rows] == list(range(50, 350))
    assert Path(brana_verify.__file__).read_bytes() == (folder / "brana_verify.py").read_bytes()
    assert (folder / "log-key.txt").read_text("utf-8").strip() == str(SIGNER.verifier)
    [kept] = brana_verify.notes_of((folder / "checkpoints.txt").read_text("utf-8"))
    checkpoint = unseal(kept, [SIGNER.verifier])
    elsewhere = {381: ("log.example", 0, checkpoint.root), 100: ("log.example", 0, bytes(32))}
    assert said(folder, elsewhere)[1:] == [
        ("kept", {"size": 381}), ("content", {"file": "entries.csv"}), ("unheld", {"count": 1}),
    ]  # fmt: skip
    assert broken(folder, kept={381: ("log.example", 0, bytes(32))})[0] == "apart"
    assert broken(folder, key=Key(str(ANOTHER.verifier)))[0] == "signature"


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "proofs.jsonl").read_bytes().splitlines(keepends=True)


async def test_an_entry_that_was_changed_removed_added_or_moved_is_found(
    handing: Handing, tmp_path: Path
) -> None:
    folder = unpacked(await handing.file(query=SOME), tmp_path)
    lines = lines_of(folder)
    at = next(number for number, line in enumerate(lines) if b'"sequence":77,' in line)
    path, _, rest = lines[at].partition(b',"leaf":"')
    stranger = rest.replace(b"person-77", b"person-78")
    leaf = brana_verify.leaf_hash(stranger.partition(b'"entry":')[2].rstrip(b"\n")[:-1])
    rehashed = brana_verify.base64.b64encode(leaf) + stranger[44:]
    for wrong, what in (
        ([*lines[:at], lines[at].replace(b"person-77", b"person-78"), *lines[at + 1 :]], "edited"),
        ([*lines[:at], path + b',"leaf":"' + rehashed, *lines[at + 1 :]], "proof"),
        ([*lines[:at], *lines[at + 1 :]], "missing"),
        ([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]], "missing"),
        ([*lines[:at], lines[at], *lines[at:]], "added"),
        (lines[:-1], "short"),
        ([lines[0].replace(b"[50,51,", b"[51,"), *lines[1:]], "numbers"),
        ([lines[0].replace(b"[50,51,", b"[50,50,"), *lines[1:]], "numbers"),
        ([lines[0].replace(b"2026", b"2027"), *lines[1:]], "signature"),
        ([lines[0], *lines[2:]], "proof"),
        ([lines[0], lines[1].replace(b"381", b"380"), *lines[2:]], "signature"),
        ([b'{"brana_selection":1}\n'], "format"),
        (
            [*lines[:at], lines[at].replace(b'"sequence":77,', b'"sequence":77.0,'), *lines[at + 1 :]],
            "format",
        ),
        (
            [*lines[:at], lines[at].replace(b'"sequence":77,', b'"sequence":"77",'), *lines[at + 1 :]],
            "format",
        ),
        ([*lines[:at], b"[5]\n", *lines[at:]], "format"),
        ([*lines[:at], b'{"path":5,"leaf":"","entry":{}}\n', *lines[at:]], "format"),
    ):
        (folder / "proofs.jsonl").write_bytes(b"".join(wrong))
        assert broken(folder)[0] == what, what
    (folder / "proofs.jsonl").write_bytes(b"".join(lines))
    table = folder / "entries.csv"
    table.write_bytes(table.read_bytes().replace(b"person-77", b"person-78", 1))
    assert broken(folder) == ("altered", {"name": "entries.csv"})
    table.unlink()
    assert said(folder)[1] == ("beside", {"file": "entries.csv"})


UNDER_PSEUDONYMS = replace(WANTED, form=Form.JSON_LINES, pseudonyms=True, purpose="kvůli panu Novákovi")


async def test_under_pseudonyms_nothing_names_anybody_and_nothing_lets_a_guess_be_checked(
    handing: Handing, tmp_path: Path
) -> None:
    query = replace(SOME, person="=person-77", having=(Having("person", frozenset({"person-77"})),))
    folder = unpacked(await handing.file(UNDER_PSEUDONYMS, query), tmp_path)
    assert {one.name for one in folder.iterdir()} == {
        "entries.jsonl", "proofs.jsonl", "log-key.txt", "brana_verify.py", "README.txt",
    }  # fmt: skip
    log = handing.log.database
    known = [
        bytes(one)
        for column in (audit_entry.c.leaf, audit_node.c.root, audit_checkpoint.c.root)
        for one in log.read_now(lambda c, column=column: c.execute(select(column)).scalars().all())
    ]
    hashes = {text for one in known for text in (one.hex(), base64.b64encode(one).decode())}
    assert len(hashes) >= 381 * 2
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        assert not re.search(r"person-[0-9]{1,3}\b|Novák|Nov%C3%A1k", text), file.name
        assert not any(one in text for one in hashes), file.name
    [stated, content, under] = said(folder)
    assert (stated[0], content[0], under[0]) == ("stated", "content", "pseudonyms")
    for told in ("person=(not told)", "since=2026-11-27T12:00:50+00:00", "having=(not told)"):
        assert told in str(stated[1]["asked"])
    again = unpacked(await handing.file(UNDER_PSEUDONYMS, query), tmp_path / "again")
    people = [
        json.loads((one / "entries.jsonl").read_bytes().splitlines()[0])["person"] for one in (folder, again)
    ]
    assert people[0] != people[1]


async def test_of_an_export_under_pseudonyms_the_signature_vouches_for_numbers_and_text(
    handing: Handing, tmp_path: Path
) -> None:
    folder = unpacked(await handing.file(UNDER_PSEUDONYMS, SOME), tmp_path)
    [line] = lines_of(folder)
    for wrong, what in (
        (line.replace(b"[50,51,", b"[51,"), "numbers"),
        (line.replace(b"pseudonyms yes", b"pseudonyms no"), "signature"),
        (line.replace(b"since", b"until"), "signature"),
    ):
        (folder / "proofs.jsonl").write_bytes(wrong)
        assert broken(folder)[0] == what
    (folder / "proofs.jsonl").write_bytes(line)
    watched = Key(str(SIGNER.verifier))
    watched.witnesses = [
        brana_verify.Witness("w.example+00df7ba9+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    ]
    assert broken(folder, key=watched)[0] == "unwitnessed", "nobody cosigned a statement"
    text = folder / "entries.jsonl"
    text.write_bytes(text.read_bytes().replace(b"access", b"acces5", 1))
    assert broken(folder)[0] == "altered"


DAMAGE: dict[str, tuple[Callable[[Log], list[object]], str, int]] = {
    "bytes": (
        lambda log: [update(audit_entry).where(ROW == 150).values(canonical=forged(log, 150, person="x")[0])],
        "unproven",
        150,
    ),
    "bytes and leaf": (
        lambda log: [
            update(audit_entry)
            .where(ROW == 150)
            .values(canonical=forged(log, 150, person="x")[0], leaf=forged(log, 150, person="x")[1])
        ],
        "unproven",
        50,
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_in_the_database_is_told_by_number_and_proven_by_nothing(
    handing: Handing, tmp_path: Path, damage: str
) -> None:
    made, what, at = DAMAGE[damage]
    handing.log.do(*made(handing.log))
    folder = unpacked(await handing.file(query=SOME), tmp_path)
    assert broken(folder) == (what, {"at": at})
    rows = csv.DictReader(io.StringIO((folder / "entries.csv").read_text("utf-8")))
    told = [one["sequence"] for one in rows if one["code"] == "audit.entry_unreadable"]
    assert told == ["150"]


async def test_what_is_kept_of_the_tree_is_a_shortcut_and_no_evidence(
    handing: Handing, tmp_path: Path
) -> None:
    handing.log.add(700)
    handing.log.do(update(audit_node).values(root=bytes(32)))
    folder = unpacked(await handing.file(), tmp_path)
    assert said(folder)[0][1]["count"] == 1081
    handing.log.do(delete(audit_node))
    folder = unpacked(await handing.file(), tmp_path / "again")
    assert said(folder)[0][1]["count"] == 1081


async def test_each_form_is_given_alone_and_recorded_before(handing: Handing) -> None:
    for form, begins in ((Form.CSV, b'"sequence"'), (Form.JSON_LINES, b"{"), (Form.OCSF, b"{")):
        wanted = replace(WANTED, form=form, proofs=False)
        prepared = await handing.prepared(wanted, SOME)
        [entry] = handing.recorded
        handing.recorded.clear()
        assert (entry.code, entry.details["found"], entry.details["form"]) == (
            Code.LOG_SEARCHED,
            300,
            "export",
        )
        assert (entry.details["purpose"], entry.details["written_as"]) == ("kontrola NÚKIB", form.value)
        parts = [part async for part in handing.exporting().given(prepared)]
        assert len(parts) == 300 // STEP
        data = b"".join(parts)
        assert data.startswith(begins)
        assert data.count(b"\n") == 300 + (form is Form.CSV)


async def test_a_reader_of_a_municipality_gets_what_concerns_it_and_no_more(
    handing: Handing, tmp_path: Path
) -> None:
    ours = MunicipalityCode("588491")
    wrote = [
        Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=NOON, person="x", municipality=where)
        for where in (ours, "588644", ours)
    ]
    handing.log.database.write_soon(
        lambda c: Ledger(lambda: NOON + timedelta(seconds=381)).append(c, wrote)
    ).result()
    handing.log.seal()
    handing.within = ours
    data = await handing.file()
    folder = unpacked(data, tmp_path)
    assert b"person-" not in data
    rows = csv.DictReader(io.StringIO((folder / "entries.csv").read_text("utf-8")))
    assert [one["municipality"] for one in rows] == [ours, ours]
    assert said(folder)[0][1]["count"] == 2
    with pytest.raises(EntryGone):
        await handing.exporting().source.entries([5])


async def test_what_is_not_given_is_refused_by_name_and_recorded(handing: Handing) -> None:
    assert await handing.refused(replace(WANTED, most=299), SOME) is Why.TOO_MUCH
    assert (await handing.prepared(replace(WANTED, most=300), SOME)).numbers == list(range(50, 350))
    handing.recorded.clear()
    assert await handing.refused(query=Query(codes=frozenset({Code.SIGN_OUT}))) is Why.NOTHING
    assert await replace(handing, signer=ANOTHER, recorded=[]).refused() is Why.NOT_SEALED
    handing.log.do(delete(audit_checkpoint))
    assert await handing.refused() is Why.NOT_SEALED


async def test_what_is_not_sealed_yet_waits_for_its_checkpoint(handing: Handing, tmp_path: Path) -> None:
    handing.log.add(5, seal=False)
    folder = unpacked(await handing.file(), tmp_path)
    assert said(folder)[0][1]["count"] == 381
    late = Query(since=NOON + timedelta(seconds=381))
    assert await _after(handing).refused(query=late) is Why.NOTHING


def _after(handing: Handing) -> Handing:
    handing.recorded.clear()
    return handing


async def test_an_export_is_broken_off_where_an_entry_goes_meanwhile(handing: Handing) -> None:
    for proofs in (False, True):
        prepared = await handing.prepared(replace(WANTED, proofs=proofs), SOME)
        parts = handing.exporting().given(prepared)
        assert await anext(parts)
        handing.log.do(delete(audit_entry).where(340 - proofs == ROW))
        with pytest.raises(EntryGone):
            [part async for part in parts]


@pytest.mark.parametrize(
    ("person", "count", "trees"), [(None, 23, 3), ("person-0", 7, 1), ("person-2", 7, 1)]
)
async def test_months_have_a_checkpoint_each(
    months: making.Log, tmp_path: Path, person: str | None, count: int, trees: int
) -> None:
    handing = Handing(months, signer=making.SIGNER)
    folder = unpacked(await handing.file(query=Query(person=person)), tmp_path)
    assert said(folder, key=Key(str(making.SIGNER.verifier)))[0][1]["count"] == count
    assert len(list(brana_verify.notes_of((folder / "checkpoints.txt").read_text("utf-8")))) == trees


def test_conditions_that_a_terminal_would_do_something_by_are_not_repeated() -> None:
    assert brana_verify.plain("person=nov%C3%A1k&text=%1B%5B2K") == "person=novák, text=?[2K"
    assert Query(having=(Having("path", frozenset({"/a"})),)).described() == {"having": "path=/a"}
