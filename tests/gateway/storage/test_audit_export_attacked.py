"""Whoever changes what an auditor is given, with no key, with one that signs no more, or with one that was stolen."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.audit.drop_notes import Dropped
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import Broken, Key, Tree, leaf_hash, main, verified
from gateway.audit.note import Signer, sign
from gateway.audit.selection_proofs import statement
from tests.gateway.audit.making import NOON, SIGNER, Log
from tests.gateway.audit.rotating import Rotating
from tests.gateway.audit.sharding import months, shards
from tests.gateway.audit.test_log_keys import THIEF
from tests.gateway.storage.test_audit_drops_attacked import let_go_by_hand, older, unsigned
from tests.gateway.storage.test_audit_export_keys import hand_out as hand_out_keys
from tests.gateway.storage.test_audit_export_keys import through
from tests.gateway.storage.test_audit_export_months import broken, hand_out, read
from tests.gateway.storage.test_audit_retention import MAY_IS_OLD, drop, seal
from tests.gateway.storage.test_audit_selection_keys import WANTED, Given, log

__all__ = ["log", "months", "older"]

Parts = list[bytes]


def of_months(data: bytes) -> Parts:
    begin = b'{"brana_export"'
    return [begin + part for part in data.split(begin)[1:]]


def passed_off(part: bytes, **more: object) -> bytes:
    """A month of an export as one that was deleted."""
    head = json.loads(part.partition(b"\n")[0])
    return json.dumps({"brana_export": 2, "dropped": head["checkpoint"], **more}).encode() + b"\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: [parts[0], passed_off(parts[1]), parts[2]],
        lambda parts: [passed_off(parts[0]), *parts[1:]],
        lambda parts: [*parts[:2], passed_off(parts[2])],
        lambda parts: [passed_off(one) for one in parts],
    ],
    ids=["in the middle", "the first", "the newest", "all"],
)
def test_a_month_left_out_of_a_file_is_not_passed_off_as_deleted(
    months: Log, tmp_path: Path, change: Callable[[Parts], Parts]
) -> None:
    assert broken(b"".join(change(of_months(hand_out(months)))), tmp_path)[0] == "gone"


def test_a_note_of_another_deletion_or_of_somebody_else_says_nothing_of_it(
    months: Log, tmp_path: Path
) -> None:
    may, june, _ = *shards(months), None
    parts = of_months(hand_out(months))
    assert june is not None
    for dropped, signer in (
        (Dropped(SIGNER.name, (june.told,), 18, 25), THIEF),
        (Dropped(SIGNER.name, (may.told,), 18, 25), SIGNER),
        (Dropped("another.log", (june.told,), 18, 25), SIGNER),
    ):
        wrong = passed_off(parts[1], signed=sign(dropped.text(), signer))
        assert broken(b"".join([parts[0], wrong, parts[2]]), tmp_path)[0] == "gone"


def test_a_month_that_the_log_deleted_is_told_as_such_by_its_signature(months: Log, tmp_path: Path) -> None:
    drop(months, MAY_IS_OLD)
    seal(months)
    told = read(hand_out(months), tmp_path)
    assert [what for what, _ in told] == ["dropped", "whole", "whole"]
    assert b'"signed":"brana.log-drop/v1' in hand_out(months)


def test_a_file_of_a_version_that_signed_no_deletion_is_right_and_says_what_it_does_not_prove(
    older: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older.clock.now = MAY_IS_OLD
    let_go_by_hand(older, shards(older)[0], unsigned(older.clock.now, shards(older)[0]))
    seal(older)
    data = hand_out(older)
    assert [what for what, _ in read(data, tmp_path)] == ["whole", "whole", "unsigned"]
    file = tmp_path / "old.jsonl"
    file.write_bytes(data)
    assert main(["--english", "--key", str(SIGNER.verifier), str(file)]) == 3
    assert "NOT PROVEN: entries 0 to 6" in capsys.readouterr().out
    assert broken(of_months(data)[0], tmp_path)[0] == "gone", "nothing behind it names it"
    older.signs_drops = True
    drop(older, MAY_IS_OLD)
    seal(older)
    assert [what for what, _ in read(hand_out(older), tmp_path)] == ["earlier", "whole", "whole"]


def forged(file: Path, signer: Signer, sealed: int, keys: Callable[[list[str]], list[str]]) -> None:
    """The first entry left out, another file for people, and a statement of all that by one key."""
    lines = file.read_bytes().splitlines(keepends=True)
    head = json.loads(lines[0])
    left = head["numbers"][1:]
    rest = [
        one for one in lines[1:] if json.loads(one).get("entry", {}).get("sequence") != head["numbers"][0]
    ]
    content = b'{"forged":"nobody did anything"}\n'
    (file.parent / "entries.jsonl").write_bytes(content)
    said = statement(
        WANTED, {"q": "x"}, left, sealed, hashlib.sha256(content).digest(), NOON, [signer], stated=False
    )
    head = {"brana_selection": 1, "keys": keys(head["keys"]), "statement": said, "numbers": left}
    file.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(rest))


@pytest.mark.parametrize(
    ("compromised", "sealed", "keys", "what"),
    [
        (False, 3, lambda notes: notes, "sealed"),
        (False, 10**6, lambda notes: notes, "retired"),
        (False, 10**6, lambda notes: notes[:1], "signature"),
        (True, 3, lambda notes: notes, "retired"),
        (True, 10**6, lambda notes: notes[:1], "retired"),
    ],
)
async def test_a_key_that_signs_no_more_states_no_selection(
    log: Rotating,
    tmp_path: Path,
    compromised: bool,
    sealed: int,
    keys: Callable[[list[str]], list[str]],
    what: str,
) -> None:
    _, second = await through(log, compromised=compromised)
    given = await Given(log, tmp_path).take()
    forged(given.file, SIGNER, sealed, keys)
    assert given.broken(second) == what


async def test_a_history_that_a_stolen_key_wrote_up_to_its_end_is_refused_unless_somebody_else_knows_it(
    log: Rotating, tmp_path: Path
) -> None:
    _, second = await through(log, compromised=True)
    keys = json.loads(hand_out_keys(log).partition(b"\n")[0])["keys"]
    tree, lines = Tree(), []
    for number in range(3):
        entry = {"sequence": number, "received_at": f"2026-05-04T12:00:0{number}.000000Z", "code": "x"}
        data = json.dumps(entry, separators=(",", ":")).encode()
        tree.add(0, leaf_hash(data))
        lines.append(b'{"leaf":"' + base64.b64encode(leaf_hash(data)) + b'","entry":' + data + b"}\n")
    note = sign(f"{SIGNER.name}\n3\n{base64.b64encode(tree.root()).decode()}\n", SIGNER)
    head = {"brana_export": 1, "keys": keys, "checkpoint": note, "begin": 0, "end": 3, "left": []}
    file = tmp_path / "export.jsonl"
    file.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(lines) + b'{"right":[]}\n')
    words = ["--english", "--key", str(second), str(file)]
    assert main(words) == 1
    kept = tmp_path / "kept"
    kept.write_text(note, "utf-8")
    assert main([*words, "--checkpoint", str(kept)]) == 0


async def test_content_is_not_taken_out_of_the_proofs_of_a_selection(log: Rotating, tmp_path: Path) -> None:
    first, _ = await through(log)
    given = await Given(log, tmp_path).take()
    lines = given.file.read_bytes().splitlines(keepends=True)
    bare = []
    for line in lines:
        begin, found, rest = line.partition(b',"entry":')
        number = json.loads(rest[:-2])["sequence"] if found else 0
        bare.append(begin + b',"sequence":%d}\n' % number if found else line)
    given.file.write_bytes(b"".join(bare))
    assert given.broken(first) == "bare"
    given.file.write_bytes(b"".join(lines))
    (given.file.parent / "entries.jsonl").unlink()
    assert main(["--key", str(first), str(given.file)]) == 3


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_the_program_speaks_on_any_console_and_sends_no_terminal_a_file_s_name(
    log: Rotating, tmp_path: Path, encoding: str
) -> None:
    evil = tmp_path / "x\x1b[2JV po\u0159\u00e1dku.jsonl"
    evil.write_bytes(b"{}\n")
    ran = subprocess.run(
        [sys.executable, brana_verify.__file__, "--key", str(SIGNER.verifier), str(evil)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (ran.returncode, b"Traceback" in ran.stderr, b"\x1b" in ran.stdout) == (1, False, False)
    assert b"x?[2JV" in ran.stdout


async def test_nothing_that_is_no_version_is_taken_for_one(log: Rotating, tmp_path: Path) -> None:
    await log.grow()
    file = tmp_path / "export.jsonl"
    file.write_bytes(hand_out_keys(log).replace(b'"brana_export":1', b'"brana_export":true'))
    with pytest.raises(Broken), file.open("rb") as opened:
        verified(opened, Key(str(SIGNER.verifier)), {})
