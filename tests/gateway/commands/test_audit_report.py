"""`brana audit report`: of an installation that has run, in each form, recorded with its purpose."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from gateway.compliance.demands import demands_of
from tests.gateway.commands.logs import entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real
PURPOSE = ("--purpose", "kontrola NÚKIB")


def test_the_report_tells_of_this_installation_and_is_recorded(kept: Installation, tmp_path: Path) -> None:
    files = {one: tmp_path / f"zprava.{one}" for one in ("pdf", "html")}
    named = [word for form, file in files.items() for word in (f"--{form}", str(file))]
    done = kept.brana("audit", "report", *PURPOSE, "--json", "--language", "cs", *named)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    demands = {one["id"]: one for one in told["demands"]}
    assert list(demands) == [one.id for one in demands_of("higher")]
    started = next(one for one in demands["record-operation"]["evidence"] if one["code"] == "system.started")
    assert (started["number"], started["at_least"]) == (1, False)
    assert demands["recovery"]["standing"] == "not_met"
    assert told["log"]["size"] > 0
    assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o600}
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(files["pdf"]).pages).split())
    assert "Účet správce pro obnovu" in text
    assert demands["recovery"]["title"] in files["html"].read_text("utf-8")
    (entry,) = entries(kept, "--code", "audit.searched")
    assert entry["entry"]["details"]["purpose"] == "kontrola NÚKIB"
    assert "page=report, regime=higher" in entry["entry"]["details"]["query"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--since", "2026-01-02", "--until", "2026-01-01"), "is not before --until"),
        (("--pdf", "taken"), "is there already"),
    ],
)
def test_what_cannot_be_made_is_told_and_not_recorded(
    kept: Installation, tmp_path: Path, words: tuple[str, ...], complaint: str
) -> None:
    (tmp_path / "taken").write_text("something", "utf-8")
    named = [str(tmp_path / one) if one == "taken" else one for one in words]
    done = kept.brana("audit", "report", *PURPOSE, *named)
    assert (done.returncode, complaint in done.stderr) == (1, True), done.stderr
    assert entries(kept, "--code", "audit.searched") == []
