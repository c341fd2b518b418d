"""What a search found is handed out of a log whose key changed, and verified by any key of it."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert

from gateway.audit.entry import Code, Entry
from gateway.audit.exporting import Exporting
from gateway.audit.for_auditors.brana_verify import Broken, Key, main, notes_of, verified
from gateway.audit.note import Signer, Verifier, sign
from gateway.audit.reading_acts import searched
from gateway.audit.reasons import REASONS
from gateway.audit.search import Query
from gateway.audit.selection import ExportRefused, Form, Wanted, Why
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_selection import StoredSelection
from gateway.storage.log_keys import known, vouching
from gateway.storage.tables.log_keys import audit_key
from tests.gateway.audit.making import EITHER, NOON, SIGNER, open_log_of_either
from tests.gateway.audit.rotating import SEAL, Rotating
from tests.gateway.audit.test_log_keys import THIEF
from tests.gateway.storage.test_audit_export_keys import headed, through

WANTED = Wanted(form=Form.JSON_LINES, purpose="kontrola NÚKIB", proofs=True)
ALL = Query(codes=frozenset({Code.ACCESS, Code.LOG_KEY_INTRODUCED, Code.LOG_KEY_RETIRED}))


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rotating]:
    with open_log_of_either(request, tmp_path) as made:
        yield Rotating(made)


@dataclass
class Given:
    """A file that was handed out, unpacked."""

    log: Rotating
    folder: Path
    recorded: list[Entry] = field(default_factory=list)

    async def take(self) -> "Given":
        database = self.log.log.database

        async def record(entries: Any) -> None:
            self.recorded.extend(entries)

        exporting = Exporting(
            log=LogSearch(database),
            source=StoredSelection(
                database,
                lambda c: known(c, [self.log.held[-1].verifier]),
                lambda c, reach: vouching(c, SEAL, SIGNER.name, reach),
            ),
            origin=SIGNER.name,
            reasons=REASONS,
            record=record,
        )

        def look(found: int) -> Entry:
            return searched(NOON, subject="o", person="o", query={}, found=found)

        prepared = await exporting.prepare(ALL, WANTED, look, NOON)
        data = b"".join([part async for part in exporting.given(prepared)])
        zipfile.ZipFile(io.BytesIO(data)).extractall(self.folder)
        return self

    @property
    def file(self) -> Path:
        return self.folder / "brana-export" / "proofs.jsonl"

    @property
    def key(self) -> str:
        return (self.file.parent / "log-key.txt").read_text("utf-8").strip()

    def read(self, key: Verifier) -> list[tuple[str, dict[str, object]]]:
        with self.file.open("rb") as opened:
            return verified(opened, Key(str(key)), {}, self.file.parent)

    def broken(self, key: Verifier) -> str:
        with pytest.raises(Broken) as found:
            self.read(key)
        return found.value.what

    def signers(self) -> int:
        said: str = json.loads(self.file.read_bytes().partition(b"\n")[0])["statement"]
        return said.count("\n— ")


async def test_any_key_of_the_log_verifies_entries_from_before_and_after_a_change(
    log: Rotating, tmp_path: Path
) -> None:
    first, second = await through(log)
    given = await Given(log, tmp_path).take()
    assert (given.key, given.signers()) == (str(second), 1)
    for key in (first, second):
        told = given.read(key)
        assert [what for what, _ in told] == ["selected", "content", "ended", "changed"]
        assert told[0][1]["count"] == 17
    (tmp_path / "kept").write_text("".join(log.sealed), "utf-8")
    for key in (first, second):
        words = ["--english", "--key", str(key), "--checkpoint", str(tmp_path / "kept")]
        assert main([*words, str(given.file)]) == 0
    assert given.broken(THIEF.verifier) == "elsewhere"


async def test_while_two_keys_stand_both_sign_what_is_said_of_the_selection(
    log: Rotating, tmp_path: Path
) -> None:
    await log.grow()
    new = log.rotate()
    before = await Given(log, tmp_path / "before").take()
    assert before.signers() == 1, "the newest checkpoint is one of the first key"
    assert [before.read(key)[0][0] for key in (SIGNER.verifier, new)] == ["selected"] * 2
    await log.grow()
    given = await Given(log, tmp_path).take()
    assert given.signers() == 2
    assert [given.read(key)[0][0] for key in (SIGNER.verifier, new)] == ["selected"] * 2
    given.file.write_bytes(headed(given.file.read_bytes(), lambda _: []))
    assert given.broken(SIGNER.verifier) == "untold"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda _: [], "signature"),
        (lambda notes: notes[:1], "signature"),
        (lambda notes: notes[1:], "keys"),
        (lambda notes: [*notes, sign(notes[1].partition("\n\n")[0] + "\n", THIEF)], "keys"),
        (lambda _: [1], "format"),
    ],
)
async def test_what_tells_of_keys_is_believed_by_its_signatures_alone(
    log: Rotating, tmp_path: Path, change: Callable[[list[str]], list[str]], what: str
) -> None:
    first, _ = await through(log)
    given = await Given(log, tmp_path).take()
    given.file.write_bytes(headed(given.file.read_bytes(), change))
    assert given.broken(first) == what


@pytest.mark.parametrize(("signer", "what"), [(SIGNER, "retired"), (THIEF, "signature")])
async def test_a_statement_that_no_key_of_its_time_signed_is_refused(
    log: Rotating, tmp_path: Path, signer: Signer, what: str
) -> None:
    keys = await through(log)
    given = await Given(log, tmp_path).take()
    head, _, rest = given.file.read_bytes().partition(b"\n")
    said = json.loads(head)
    text = said["statement"].partition("\n\n")[0] + "\n"
    own = Signer(f"{SIGNER.name}/export", signer.private)
    given.file.write_bytes(json.dumps(said | {"statement": sign(text, own)}).encode() + b"\n" + rest)
    assert [given.broken(key) for key in keys] == [what, what]


async def test_behind_a_compromised_key_nothing_is_proven_until_the_new_one_has_sealed(
    log: Rotating, tmp_path: Path
) -> None:
    await log.grow()
    log.rotate(compromised=True)
    given = Given(log, tmp_path)
    with pytest.raises(ExportRefused) as refused:
        await given.take()
    assert (refused.value.reason, given.recorded[-1].reason) == (Why.NOT_SEALED, Why.NOT_SEALED)
    await log.grow()
    await given.take()
    assert given.read(log.held[-1].verifier)[0][0] == "selected"
    assert given.broken(SIGNER.verifier) == "compromised"


async def test_nothing_is_proven_where_a_change_of_keys_is_not_vouched_for(
    log: Rotating, tmp_path: Path
) -> None:
    await through(log)
    forged = {"number": 9, "note": sign(log.told[0].partition("\n\n")[0] + "\n", THIEF)}
    log.log.database.write_soon(lambda c: c.execute(insert(audit_key).values(forged))).result()
    with pytest.raises(ExportRefused) as refused:
        await Given(log, tmp_path).take()
    assert refused.value.reason is Why.NOT_SEALED
    log.log.database.write_soon(
        lambda c: c.execute(delete(audit_key).where(audit_key.c.number == 9))
    ).result()
    given = await Given(log, tmp_path).take()
    kept = (given.file.parent / "checkpoints.txt").read_text("utf-8")
    assert list(notes_of(kept)) == [log.sealed[-1]]
