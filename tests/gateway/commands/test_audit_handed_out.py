"""What is given to an auditor by command, and verified elsewhere by the program that is given too."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway.audit import checkpoint_file
from tests.gateway.commands.logs import by_hand, entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real
PURPOSE = ("--purpose", "kontrola NÚKIB")


def audited(one: Installation, folder: Path, *files: Path) -> tuple[int, str]:
    """With nothing but what the commands print, in a Python that sees no package of ours."""
    program = folder / "verify.py"
    program.write_text(one.brana("audit", "verifier").stdout, "utf-8")
    key = one.brana("audit", "key").stdout.strip()
    words = [sys.executable, "-I", str(program), "--english", "--key", key, *map(str, files)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_an_export_and_a_proof_are_verified_elsewhere_and_recorded_with_their_purpose(
    kept: Installation, tmp_path: Path
) -> None:
    export, proof = tmp_path / "log.jsonl", tmp_path / "entry.tlog-proof"
    notes = kept.state / checkpoint_file.NAME
    done = kept.brana("audit", "export", str(export), "--checkpoint", str(notes), *PURPOSE)
    assert done.returncode == 0, done.stderr
    assert kept.brana("audit", "prove", "1", str(proof), *PURPOSE).returncode == 0
    assert {one.stat().st_mode & 0o777 for one in (export, proof)} == {0o600}
    status, said = audited(kept, tmp_path, export, proof)
    assert status == 0, said
    assert "Whole: entries 0 to " in said
    assert "Right: entry 1 is in the log " in said
    found = entries(kept, "--code", "audit.searched")
    assert [one["entry"]["details"]["purpose"] for one in found] == ["kontrola NÚKIB"] * 2
    assert {one["entry"]["details"]["form"] for one in found} == {"export"}


def test_a_damaged_log_is_handed_out_as_evidence_and_told_to_be_none(
    kept: Installation, tmp_path: Path
) -> None:
    change = "UPDATE audit_entry SET canonical = CAST(replace(canonical, 'system', 'sYstem') AS BLOB)"
    by_hand(kept, f"{change} WHERE sequence = 0")
    export = tmp_path / "log.jsonl"
    done = kept.brana("audit", "export", str(export), *PURPOSE)
    assert done.returncode == 1
    assert "do NOT verify: entry 0 was altered" in done.stderr
    assert audited(kept, tmp_path, export)[0] == 1
    proven = kept.brana("audit", "prove", "0", str(tmp_path / "new"), *PURPOSE)
    assert (proven.returncode, "its bytes do not give its leaf hash" in proven.stderr) == (1, True)
    assert [one.name for one in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("prove", "99999", "new"), "there is no entry 99999 among the"),
        (("prove", "0", "taken"), "is there already"),
        (("export", "taken"), "is there already"),
        (("export", "new", "--checkpoint", "taken"), "this is no checkpoint that"),
        (("export", "new", "--checkpoint", "none"), "this is no checkpoint that"),
    ],
)
def test_what_cannot_be_given_is_told_and_nothing_is_written(
    kept: Installation, tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    (tmp_path / "taken").write_text("something", "utf-8")
    named = [str(tmp_path / one) if one in ("new", "taken", "none") else one for one in words]
    done = kept.brana("audit", *named, *PURPOSE)
    assert (done.returncode, complaint in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "new").exists()
    assert (tmp_path / "taken").read_text("utf-8") == "something"


def test_what_a_search_finds_is_given_in_the_form_of_the_pages_and_verified_elsewhere(
    kept: Installation, tmp_path: Path
) -> None:
    target = tmp_path / "vydano.zip"
    words = ("--as", "csv", "--where", "code=system.started", "--proofs", "--pseudonyms")
    done = kept.brana("audit", "export", str(target), *words, *PURPOSE)
    assert (done.returncode, "1 entries" in done.stdout) == (0, True), done.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    zipfile.ZipFile(target).extractall(tmp_path)
    folder = tmp_path / "brana-export"
    assert "system.started" in (folder / "entries.csv").read_text("utf-8")
    status, said = audited(kept, folder, folder / "proofs.jsonl")
    assert (status, ", says that it handed out 1, of these numbers" in said) == (0, True), said
    table = folder / "entries.csv"
    table.write_text(table.read_text("utf-8").replace("system.started", "system.stopped"), "utf-8")
    status, said = audited(kept, folder, folder / "proofs.jsonl")
    assert (status, "is not as the log handed it out" in said) == (1, True), said
    [entry] = entries(kept, "--code", "audit.searched")
    assert (entry["entry"]["details"]["form"], entry["entry"]["details"]["found"]) == ("export", 1)


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("--as", "csv", "--where", "person=nobody"), 1, "no entry fits"),
        (("--as", "csv", "--where", "colour=red"), 2, "no entry has such a field"),
        (("--as", "csv", "--view", "none"), 1, "none"),
        (("--as", "csv", "--checkpoint", "x"), 2, "--checkpoint is of a span"),
        (("--proofs",), 2, "say --as"),
    ],
)
def test_a_selection_that_cannot_be_given_is_refused(
    kept: Installation, tmp_path: Path, words: tuple[str, ...], status: int, complaint: str
) -> None:
    done = kept.brana("audit", "export", str(tmp_path / "new"), *words, *PURPOSE)
    assert (done.returncode, complaint in done.stderr) == (status, True), done.stderr
    assert not (tmp_path / "new").exists()
    refused = [one["entry"]["reason"] for one in entries(kept, "--code", "audit.act_refused")]
    assert refused == (["export_of_nothing"] if complaint == "no entry fits" else [])


def test_nothing_is_given_without_a_purpose(kept: Installation, tmp_path: Path) -> None:
    for words in (("export", "new"), ("prove", "0"), ("prove", "0", "--purpose", "  ")):
        done = kept.brana("audit", *words)
        assert "--purpose" in done.stderr
        assert done.returncode == 2


@pytest.mark.parametrize(
    ("words", "said"), [((), "tohle není klíč záznamu"), (("--english",), "this is no Ed25519 key")]
)
def test_a_key_that_was_not_copied_whole_is_no_verdict(
    kept: Installation, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    program = tmp_path / "verify.py"
    program.write_text(kept.brana("audit", "verifier").stdout, "utf-8")
    key = kept.brana("audit", "key").stdout.strip()[:-1]
    command = [sys.executable, "-I", str(program), *words, "--key", key, str(tmp_path / "log.jsonl")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, said in done.stdout) == (2, True), done.stdout + done.stderr
