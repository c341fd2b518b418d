"""`brana audit keys`: the log's key is followed by another while the product runs."""

import json
import zipfile
from pathlib import Path

import pytest

from gateway.audit import checkpoint_file
from gateway.audit.for_auditors.brana_verify import main
from gateway.audit.note import DASH
from tests.gateway.commands.logs import entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real


def test_a_key_is_followed_by_another_while_the_product_runs(kept: Installation, tmp_path: Path) -> None:
    file = kept.state / checkpoint_file.NAME
    old = kept.brana("audit", "key").stdout.strip()
    refused = kept.brana("audit", "keys", "retire")
    assert (refused.returncode, "one key signs alone" in refused.stderr) == (1, True), refused.stderr
    with kept.serving() as serving:
        made = kept.brana("audit", "keys", "rotate")
        assert made.returncode == 0, made.stderr
        new = made.stdout.strip()
        assert kept.brana("audit", "key").stdout.strip() == new != old
        again = kept.brana("audit", "keys", "rotate")
        assert (again.returncode, "two keys sign already" in again.stderr) == (1, True), again.stderr
        serving.wait_until(lambda: signatures(file) == 2, "a checkpoint of both keys")
        assert kept.brana("audit", "keys", "retire").returncode == 0
        serving.wait_until(lambda: signatures(file) == 1, "a checkpoint of the new key alone")
    assert kept.brana("audit", "verify", "--index").returncode == 0
    rows = json.loads(kept.brana("audit", "keys", "list", "--json").stdout)
    assert [(row["key"], row["state"]) for row in rows] == [(old, "retired"), (new, "signs")]
    assert "signs" in kept.brana("audit", "keys", "list").stdout
    assert kept.brana("audit", "export", str(tmp_path / "e"), "--purpose", "x").returncode == 0
    selected = kept.brana(
        "audit", "export", str(tmp_path / "s"), "--purpose", "kontrola", "--as", "csv", "--proofs"
    )
    assert (selected.returncode, new in selected.stdout) == (0, True), selected.stderr
    with zipfile.ZipFile(tmp_path / "s") as archive:
        archive.extractall(tmp_path)
    for known in (old, new):
        assert main(["--key", known, str(tmp_path / "brana-export" / "proofs.jsonl")]) == 0
    notes = kept.brana("audit", "keys", "notes").stdout
    assert notes.count("brana.log-key/v1\n") == 2
    codes = ("audit.key_introduced", "audit.key_retired", "audit.key_not_changed")
    told = entries(kept, *(word for code in codes for word in ("--code", code)))
    assert [(one["entry"]["code"], one["entry"].get("reason", "")) for one in reversed(told)] == [
        ("audit.key_not_changed", "log_key_alone"),
        ("audit.key_introduced", ""),
        ("audit.key_not_changed", "log_key_overlap"),
        ("audit.key_retired", ""),
    ]


def signatures(file: Path) -> int:
    last = checkpoint_file.last(file)
    return 0 if last is None else last.note.count(f"\n{DASH}")
