"""What is handed out of the log, verified by the file that auditors get: every damage is found, with its place."""

import ast
import base64
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, text, update

from gateway.audit import checkpoint
from gateway.audit.canonical import canonical, parse
from gateway.audit.checkpoint import unseal
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import MOST_KEPT, Broken, Key, thinned, verified
from gateway.audit.note import Signer
from gateway.audit.tree import Frontier, leaf_hash
from gateway.storage.audit import Ledger, read_tail
from gateway.storage.audit_export import Sealed, Span, handed_out, parts, span_between
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint, audit_entry

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SIGNER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ANOTHER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
KEY = Key(str(SIGNER.verifier))
FILE = Path(brana_verify.__file__)


@dataclass
class Log:
    """A log with its checkpoints; an entry a second."""

    database: Database
    entries: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, entries: int, *, seal: bool = True, word: str = "person") -> None:
        written = []
        for _ in range(entries):
            at = NOON + timedelta(seconds=self.entries)
            entry = Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=at, person=f"{word}-{self.entries}")
            ledger = Ledger(lambda at=at: at)
            written.append(self.database.write_soon(lambda c, e=entry, ledger=ledger: ledger.append(c, [e])))
            self.entries += 1
        for one in written:
            one.result()
        if seal:
            self.seal()

    def seal(self) -> None:
        tail = self.database.read_now(read_tail)
        assert tail is not None
        frontier: Frontier = tail.frontier
        note = checkpoint.seal(frontier.size, frontier.root(), SIGNER)
        row = {"size": frontier.size, "root": frontier.root(), "at": 0, "note": note}
        self.database.write_soon(lambda c: c.execute(audit_checkpoint.insert().values(**row))).result()
        self.notes.append(note)

    def do(self, *changes: object) -> None:
        for one in changes:
            self.database.write_soon(lambda c, one=one: c.execute(one)).result()  # type: ignore[call-overload]

    def sealed(self, note: str) -> Sealed:
        return Sealed(unseal(note, [SIGNER.verifier]), note)

    def hand_out(self, begin: int = 0, end: int | None = None, kept: tuple[str, ...] = ()) -> bytes:
        newest = self.sealed(self.notes[-1])
        span = Span(begin, newest.checkpoint.size if end is None else end)
        older = [self.sealed(one) for one in kept]
        opened = lambda note: unseal(note, [SIGNER.verifier])  # noqa: E731
        return self.database.read_now(
            lambda c: b"".join(handed_out(c, parts(c, span, newest, opened), older))
        )


@pytest.fixture
def log(database: Database) -> Log:
    made = Log(database)
    for entries in (100, 200, 1, 80):
        made.add(entries)
    return made


def read(data: bytes, tmp_path: Path, *kept: str, key: Key = KEY) -> list[tuple[str, dict[str, object]]]:
    file = tmp_path / "export.jsonl"
    file.write_bytes(data)
    checkpoints = (unseal(note, [SIGNER.verifier]) for note in kept)
    roots = {one.reach: (one.origin, one.first, one.root) for one in checkpoints}
    with file.open("rb") as opened:
        return verified(opened, key, roots)


def broken(data: bytes, tmp_path: Path, *kept: str, key: Key = KEY) -> tuple[str, dict[str, object]]:
    with pytest.raises(Broken) as found:
        read(data, tmp_path, *kept, key=key)
    return found.value.what, found.value.facts


@pytest.mark.parametrize(("begin", "end"), [(0, None), (0, 1), (37, 290), (380, 381), (381, 381), (256, 300)])
def test_a_span_of_a_whole_log_is_whole(log: Log, tmp_path: Path, begin: int, end: int | None) -> None:
    [(what, facts)] = read(log.hand_out(begin, end), tmp_path)
    last = (381 if end is None else end) - 1
    assert what == "whole"
    assert (facts["begin"], facts["last"], facts["count"]) == (begin, last, last + 1 - begin)
    assert (facts["origin"], facts["size"]) == ("log.example", 381)
    if facts["count"]:
        moments = [f"{NOON + timedelta(seconds=one):%Y-%m-%dT%H:%M:%S.000000Z}" for one in (begin, last)]
        assert [facts["since"], facts["until"]] == moments


def test_a_span_is_chosen_by_the_times_of_the_log(log: Log) -> None:
    def between(since: int | None, until: int | None) -> Span:
        moments = [
            None if one is None else microseconds(NOON + timedelta(seconds=one)) for one in (since, until)
        ]
        return log.database.read_now(lambda c: span_between(c, moments[0], moments[1], 381))

    assert between(None, None) == Span(0, 381)
    assert between(10, 20) == Span(9, 21), "one on either side shows that none between is left out"
    assert between(-5, 0) == Span(0, 1)
    assert between(380, 999) == Span(379, 381)
    assert between(500, 999) == Span(380, 381)


def test_what_was_kept_elsewhere_is_found_in_the_log_or_proven_to_be_its_beginning(
    log: Log, tmp_path: Path
) -> None:
    kept = tuple(log.notes)
    told = read(log.hand_out(0, kept=kept), tmp_path, *kept)
    assert sorted(str(facts["size"]) for what, facts in told if what == "kept") == [
        "100",
        "300",
        "301",
        "381",
    ]
    told = read(log.hand_out(301, 340, kept=kept), tmp_path, *kept)
    assert sorted(str(facts["size"]) for what, facts in told if what == "kept") == [
        "100",
        "300",
        "301",
        "381",
    ]
    told = read(log.hand_out(0, 200, kept=kept), tmp_path, *kept)
    assert sorted(str(facts["size"]) for what, facts in told if what == "kept") == [
        "100",
        "300",
        "301",
        "381",
    ]
    assert broken(log.hand_out(301, 340), tmp_path, kept[0]) == ("early", {"size": 100, "last": 381})


def forged(log: Log, at: int, **changes: str) -> tuple[bytes, bytes]:
    """Bytes and leaf of an entry that says something else."""
    query = audit_entry.select().where(audit_entry.c.sequence == at)
    row = log.database.read_now(lambda c: c.execute(query).one())
    recorded = parse(bytes(row.canonical))
    data = canonical(recorded).replace(recorded.entry.person.encode(), changes["person"].encode())
    return data, leaf_hash(data)


ROW = audit_entry.c.sequence
DAMAGE: dict[str, tuple[Callable[[Log], list[object]], str, dict[str, object]]] = {
    "bytes": (
        lambda log: [update(audit_entry).where(ROW == 150).values(canonical=forged(log, 150, person="x")[0])],
        "edited",
        {"at": 150},
    ),
    "leaf": (
        lambda _: [update(audit_entry).where(ROW == 3).values(leaf=bytes(32))],
        "edited",
        {"at": 3},
    ),
    "bytes and leaf": (
        lambda log: [
            update(audit_entry)
            .where(ROW == 150)
            .values(canonical=forged(log, 150, person="x")[0], leaf=forged(log, 150, person="x")[1])
        ],
        "rewritten",
        {"begin": 100, "end": 380, "size": 381},
    ),
    "nonsense": (
        lambda _: [update(audit_entry).where(ROW == 9).values(canonical=b"no entry\nat all")],
        "unreadable",
        {"at": 9},
    ),
    "one gone": (lambda _: [delete(audit_entry).where(ROW == 250)], "missing", {"at": 250, "found": 251}),
    "last gone": (
        lambda _: [delete(audit_entry).where(ROW >= 300)],
        "short",
        {"found": 300, "wanted": 381},
    ),
    "two changed places": (
        lambda _: [
            update(audit_entry).where(ROW == 20).values(sequence=9_999),
            update(audit_entry).where(ROW == 21).values(sequence=20),
            update(audit_entry).where(ROW == 9_999).values(sequence=21),
        ],
        "missing",
        {"at": 20, "found": 21},
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_in_the_database_is_found_in_what_is_handed_out(log: Log, tmp_path: Path, damage: str) -> None:
    made, what, facts = DAMAGE[damage]
    log.do(*made(log))
    assert broken(log.hand_out(), tmp_path) == (what, facts)


def test_a_log_that_was_put_back_and_written_on_is_not_the_one_that_was_known(
    log: Log, tmp_path: Path
) -> None:
    """Everything fits together again, signed by the right key; only what was kept elsewhere speaks against it."""
    kept, before = log.notes[-1], log.notes[0]
    log.do(delete(audit_entry).where(ROW >= 100), delete(audit_checkpoint).where(text("size > 100")))
    tail = Frontier().extend(
        bytes(row.leaf)
        for row in log.database.read_now(lambda c: c.execute(audit_entry.select().order_by(ROW)).all())
    )
    last = "(SELECT max(received_at) FROM audit_entry)"
    times = f"received_at = {last}, wall = {last}"
    log.do(text(f"UPDATE audit_tail SET size = 100, frontier = {hexed(log, tail.pack())}, {times}"))
    log.entries, log.notes = 100, log.notes[:1]
    log.add(150, word="somebody")
    shorter = log.hand_out(kept=(kept,))
    assert read(shorter, tmp_path)[0][0] == "whole"
    assert broken(shorter, tmp_path, kept) == ("rolled", {"size": 381, "last": 251})
    log.add(200, word="somebody")
    assert broken(log.hand_out(kept=(kept,)), tmp_path, kept)[0] == "apart"
    assert broken(log.hand_out(400, kept=(kept,)), tmp_path, kept)[0] == "apart"
    assert ("kept", {"size": 100}) in read(log.hand_out(400, kept=(before,)), tmp_path, before)


def hexed(log: Log, data: bytes) -> str:
    return f"'\\x{data.hex()}'::bytea" if "postgres" in str(log.database.where) else f"x'{data.hex()}'"


def test_damage_in_the_file_is_found_wherever_it_is(log: Log, tmp_path: Path) -> None:
    data = log.hand_out(40, 320)
    lines = data.splitlines(keepends=True)
    for at in range(len(lines)):
        for wrong in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at].replace(b"A", b"B", 1).replace(b"1", b"2", 1), *lines[at + 1 :]],
            [*lines[:at], lines[at], lines[at], *lines[at + 1 :]],
        ):
            if b"".join(wrong) != data and not (b'"note"' in lines[at] and b'"right"' not in lines[at]):
                broken(b"".join(wrong), tmp_path)
    for length in range(0, len(data), 997):
        broken(data[:length], tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        '"\\u001b[2K\\rV pořádku: záznamy 0 až 9; žádný nechybí."',
        "true",
        "3.0",
        "null",
        "[3]",
    ],
)
def test_nothing_that_a_file_says_for_a_number_is_repeated(log: Log, tmp_path: Path, said: str) -> None:
    lines = log.hand_out().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"sequence":3,' in line)
    data = lines[at].partition(b',"entry":')[2][:-2].replace(b'"sequence":3,', f'"sequence":{said},'.encode())
    leaf = base64.b64encode(leaf_hash(data))
    lines[at] = b'{"leaf":"' + leaf + b'","entry":' + data + b"}\n"
    assert broken(b"".join(lines), tmp_path) == ("unreadable", {"at": 3})


@pytest.mark.parametrize(
    "line",
    [
        b'{"note":5}',
        b'{"note":{}}',
        b"5",
        b"[]",
        b"null",
        b'"a"',
        b"\xff",
        b"{",
        b'{"right":5}',
        b'{"grew_from":1,"path":2}',
    ],
)
def test_what_is_no_line_of_an_export_ends_nothing_but_the_verdict(
    log: Log, tmp_path: Path, line: bytes
) -> None:
    head, *rest = log.hand_out().splitlines(keepends=True)
    broken(b"".join([head, line + b"\n", *rest]), tmp_path)
    broken(b"".join([line + b"\n", *rest]), tmp_path)
    broken(head.replace(b'"begin":0', b'"begin":1e999') + b"".join(rest), tmp_path)


def test_of_very_many_checkpoints_some_are_held_against_the_log() -> None:
    few = thinned({size: ("log.example", 0, bytes(32)) for size in range(10_000)})
    assert len(few) == MOST_KEPT
    assert {0, 9_999} <= few.keys()
    assert thinned(few) == few


def test_another_key_has_signed_nothing(log: Log, tmp_path: Path) -> None:
    what, facts = broken(log.hand_out(), tmp_path, key=Key(str(ANOTHER.verifier)))
    assert (what, facts) == ("signature", {"key": "log.example"})


def test_the_file_for_auditors_needs_nothing_of_ours() -> None:
    tree = ast.parse(FILE.read_text("utf-8"))
    named = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert named - sys.stdlib_module_names == {"cryptography"}


def run(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """As an auditor does: the file alone, elsewhere."""
    alone = tmp_path / "elsewhere" / "brana_verify.py"
    alone.parent.mkdir(exist_ok=True)
    alone.write_bytes(FILE.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", str(alone), "--key", str(SIGNER.verifier), *arguments],
        cwd=alone.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_auditor_reads_the_verdict_in_czech_or_english(log: Log, tmp_path: Path) -> None:
    export, kept = tmp_path / "export.jsonl", tmp_path / "kept.txt"
    export.write_bytes(log.hand_out())
    kept.write_text("".join(log.notes), "utf-8")
    status, said = run(tmp_path, str(export), "--checkpoint", str(kept))
    assert status == 0, said
    assert "V pořádku: záznamy 0 až 380 (381) jsou v log.example" in said
    assert said.count("log na něj navazuje") == len(log.notes)
    log.do(delete(audit_entry).where(ROW == 250))
    export.write_bytes(log.hand_out())
    assert run(tmp_path, str(export), "--english") == (
        1,
        "NOT WHOLE: entry 250: is missing; entry 251 follows\n",
    )
    assert run(tmp_path, str(export))[1] == "NENÍ V POŘÁDKU: záznam 250: chybí; následuje záznam 251\n"
    status, said = run(tmp_path, str(tmp_path / "none.jsonl"))
    assert (status, "No such file" in said) == (2, True)
    for name, content in {
        "utf-16": kept.read_text("utf-8").encode("utf-16"),
        "text": b"shopping list\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        status, said = run(tmp_path, str(export), "--english", "--checkpoint", str(tmp_path / name))
        assert (status, said.startswith(f"NOT WHOLE: file {tmp_path / name}: ")) == (2, True), said
    kept.write_text("\n" + "".join(log.notes) + "\n\n", "utf-8")
    assert run(tmp_path, str(export), "--english", "--checkpoint", str(kept))[0] == 1, (
        "blank lines are no note"
    )
    odd = tmp_path / "odd.jsonl"
    odd.write_text("anything", "utf-8")
    assert run(tmp_path, str(odd), "--english")[1].startswith(f"NOT WHOLE: file {odd}: this is no export")


def test_every_verdict_has_words_in_both_languages() -> None:
    assert brana_verify.CZECH.keys() == brana_verify.ENGLISH.keys()
