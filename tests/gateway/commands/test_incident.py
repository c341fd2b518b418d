"""Incidents from the command line: written down, shown, handed out, and verified elsewhere by what is in the bundle."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.entry import Code
from gateway.audit.for_auditors import brana_verify
from gateway.audit.note import Signer
from gateway.commands.incident import command
from gateway.incidents.bundle_signed import Signing, signed
from tests.gateway.commands.logs import by_hand, entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real
PURPOSE = ("--purpose", "hlášení NÚKIB")


def say(one: Installation, name: str, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        command, [name, "--config", str(one.configuration), *words]
    )


def handed_out(one: Installation, folder: Path, *more: str) -> tuple[Result, Path]:
    """Unpacked, as whoever gets it does."""
    out = folder / "incident.zip"
    done = say(one, "export", "1", "--out", str(out), *PURPOSE, *more)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    assert out.stat().st_mode & 0o777 == 0o600
    return done, folder / "incident-1"


def verified(folder: Path) -> tuple[int, str]:
    """By the program and the key in the bundle, in a Python that sees no package of ours."""
    key = (folder / "log-key.txt").read_text("utf-8").strip()
    proofs = sorted(str(one) for one in (folder / "entries/proofs").glob("*"))
    words = [sys.executable, "-I", str(folder / "brana_verify.py"), "--english", "--key", key]
    words += [str(folder / "statement.json"), *proofs]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def open_with_evidence(one: Installation) -> None:
    assert "incident 1 is open" in say(one, "open", "Zneužitý účet", "--kind", "account_taken_over").output
    assert say(one, "note", "1", "Voláno správci.").exit_code == 0
    for number in ("1", "0"):
        assert say(one, "add", "1", number).exit_code == 0


def test_a_bundle_holds_the_entries_in_their_bytes_and_verifies_elsewhere(
    kept: Installation, tmp_path: Path
) -> None:
    open_with_evidence(kept)
    done, folder = handed_out(kept, tmp_path)
    assert done.exit_code == 0, done.output
    status, said = verified(folder)
    assert (status, said.count("Right: entry")) == (0, 2), said
    assert "handed out the bundle of incident 1; all " in said
    lines = (folder / "entries/entries.jsonl").read_bytes().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["sequence"] for row in rows] == [0, 1]
    assert (folder / "brana_verify.py").read_bytes() == Path(brana_verify.__file__).read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["purpose"], manifest["not_proven"]) == ("hlášení NÚKIB", [])
    for name, told in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == told["sha256"], name
    there = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert there == {*manifest["files"], "manifest.json", "SHA256SUMS", "statement.json"}
    assert "Voláno správci." in (folder / "incident.html").read_text("utf-8")
    assert "Balíček bezpečnostního incidentu 1" in (folder / "README.txt").read_text("utf-8")
    [logged] = entries(kept, "--code", "incident.exported")
    assert logged["entry"]["details"]["purpose"] == "hlášení NÚKIB"


@pytest.mark.parametrize(
    ("more", "titles"), [((), "Auditní záznam (audit), map"), (("--english",), "Audit log (audit), map")]
)
def test_the_page_of_a_bundle_has_names_beside_codes(
    kept: Installation, tmp_path: Path, more: tuple[str, ...], titles: str
) -> None:
    concerned = ("--municipality", "588491", "--municipality", "588296")
    concerned += ("--application", "audit", "--application", "map")
    assert "incident 1 is open" in say(kept, "open", "Zneužitý účet", *concerned).output
    done, folder = handed_out(kept, tmp_path, *more)
    assert done.exit_code == 0, done.output
    page = (folder / "incident.html").read_text("utf-8")
    assert "<dd>Hulín (588491), Kroměříž (588296)</dd>" in page
    assert f"<dd>{titles}</dd>" in page
    told = json.loads((folder / "incident.json").read_text("utf-8"))
    assert (told["municipalities"], told["applications"]) == (["588491", "588296"], ["audit", "map"])


def test_a_file_that_was_changed_taken_out_or_added_on_the_way_is_found_also_with_its_digests(
    kept: Installation, tmp_path: Path
) -> None:
    open_with_evidence(kept)
    _, whole = handed_out(kept, tmp_path)
    right = (whole / "incident.json").read_bytes()
    wrong = right.replace("Voláno".encode(), b"Nic")
    digests = [hashlib.sha256(one).hexdigest() for one in (right, wrong)]

    def with_its_digests(folder: Path) -> None:
        (folder / "incident.json").write_bytes(wrong)
        for name in ("manifest.json", "SHA256SUMS"):
            told = (folder / name).read_text("utf-8").replace(*digests)
            (folder / name).write_text(
                told.replace(f'"bytes": {len(right)}', f'"bytes": {len(wrong)}'), "utf-8"
            )

    def of_another_key(folder: Path) -> None:
        stranger, manifest = Signer("brana.localhost", Ed25519PrivateKey.generate()), folder / "manifest.json"
        with_its_digests(folder)
        statement = signed(1, manifest.read_bytes(), datetime.now(UTC), Signing(5, [stranger]))
        (folder / "statement.json").write_bytes(statement)

    def by_a_link(file: Path) -> None:
        file.symlink_to(file.rename(tmp_path / "elsewhere.html"))

    attacks: dict[str, tuple[Callable[[Path], object], str]] = {
        "changed": (lambda one: (one / "incident.json").write_bytes(wrong), "incident.json: is not as"),
        "with its digests": (with_its_digests, "manifest.json: is not as"),
        "of another key": (of_another_key, "is not signed by the key"),
        "taken out": (lambda one: (one / "incident.html").unlink(), "incident.html: is missing"),
        "manifest": (lambda one: (one / "manifest.json").unlink(), "manifest.json: is missing"),
        "added": (lambda one: (one / "reports.html").write_bytes(b"x"), "reports.html: is no file"),
        "added below": (lambda one: (one / "entries/\x1b[2J").write_bytes(b"x"), "entries/?[2J: is no file"),
        "the statement by a link": (
            lambda one: by_a_link(one / "statement.json"),
            "statement.json: is no file",
        ),
        "sums": (
            lambda one: (one / "SHA256SUMS").write_text("0" * 64 + "  incident.json\n"),
            "SHA256SUMS: is not as",
        ),
        "without sums": (lambda one: (one / "SHA256SUMS").unlink(), "SHA256SUMS: is missing"),
        "folder by a link": (
            lambda one: (one / "entries/more").symlink_to(tmp_path),
            "entries/more: is no file",
        ),
        "file by a link": (lambda one: by_a_link(one / "incident.html"), "incident.html: is no file"),
        "a selection's": (
            lambda one: (one / "statement.json").write_bytes(
                (one / "statement.json").read_bytes().replace(b"brana_bundle", b"brana_selection")
            ),
            "this version understands",
        ),
    }
    for name, (attack, complaint) in attacks.items():
        folder = tmp_path / name
        shutil.copytree(whole, folder)
        attack(folder)
        status, said = verified(folder)
        assert (status, complaint in said) == (1, True), (name, said)


def test_what_was_written_down_and_changed_by_hand_is_told_by_every_way(
    kept: Installation, tmp_path: Path
) -> None:
    open_with_evidence(kept)
    by_hand(kept, "UPDATE security_incident_item SET body = replace(body, 'Voláno', 'Nic') WHERE number = 1")
    assert "Item 1 is not what the audit log says" in say(kept, "show", "1").output
    done, folder = handed_out(kept, tmp_path)
    assert (done.exit_code, "Item 1 is not what" in done.output) == (1, True)
    status, said = verified(folder)
    assert (status, "the log itself tells in it what it could not prove, or what differs: 1" in said) == (
        0,
        True,
    ), said


def test_an_entry_that_was_altered_is_told_and_never_passes_for_proven(
    kept: Installation, tmp_path: Path
) -> None:
    open_with_evidence(kept)
    change = "UPDATE audit_entry SET canonical = CAST(replace(canonical, 'system', 'sYstem') AS BLOB)"
    by_hand(kept, f"{change} WHERE sequence = 1")
    done, folder = handed_out(kept, tmp_path, "--english")
    assert done.exit_code == 1
    assert "entries that are NOT proven: 1" in done.output
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert [one["entry"] for one in manifest["not_proven"]] == [1]
    assert "BEWARE: these entries cannot be proven" in (folder / "README.txt").read_text("utf-8")
    assert "NOT PROVEN" in (folder / "entries/entries.html").read_text("utf-8")
    assert [one.name for one in (folder / "entries/proofs").iterdir()] == ["entry-0.tlog-proof"]
    assert b"sYstem" in (folder / "entries/not-proven/entry-1.bin").read_bytes()
    assert b"sYstem" not in (folder / "entries/entries.jsonl").read_bytes()
    assert verified(folder)[0] == 0  # of what is left


def test_an_entry_that_was_put_in_anothers_place_with_a_right_hash_is_told(
    kept: Installation, tmp_path: Path
) -> None:
    """Bytes and leaf agree; it is not what became evidence."""
    open_with_evidence(kept)
    other = "(SELECT {0} FROM audit_entry AS o WHERE o.sequence = 0)"
    by_hand(
        kept,
        f"UPDATE audit_entry SET canonical = {other.format('canonical')}, leaf = {other.format('leaf')} "
        "WHERE sequence = 1",
    )
    done, folder = handed_out(kept, tmp_path)
    assert done.exit_code == 1
    assert "its hash is another" in (folder / "manifest.json").read_text("utf-8")


def test_what_is_typed_never_becomes_markup(kept: Installation, tmp_path: Path) -> None:
    open_with_evidence(kept)
    assert say(kept, "note", "1", "<script>alert(1)</script>").exit_code == 0
    _, folder = handed_out(kept, tmp_path)
    page = (folder / "incident.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_script_sees_what_is_due_and_what_was_written_down(kept: Installation) -> None:
    open_with_evidence(kept)
    [listed] = json.loads(say(kept, "list", "--json").output)
    assert (listed["title"], listed["open"]) == ("Zneužitý účet", True)
    assert [one["overdue"] for one in listed["reports"].values()] == [False] * 3
    shown = json.loads(say(kept, "show", "1", "--json").output)
    assert [one["type"] for one in shown["items"]] == ["note", "entry", "held", "entry"]
    told = say(kept, "show", "1").output
    assert "early_warning: due" in told
    assert "Entry of the audit log 0 (" in told
    assert "Records held" in told
    assert '{"' not in told
    assert "Zneužitý účet" in say(kept, "list").output
    assert say(kept, "close", "1", "--conclusion", "Planý poplach").exit_code == 0
    assert json.loads(say(kept, "list", "--json").output)[0]["open"] is False
    assert "closed" in say(kept, "show", "1").output


def test_whoever_is_suspended_in_it_is_shown(kept: Installation) -> None:
    open_with_evidence(kept)
    device = f"device:{'d' * 22}"
    for subject, name, lifted in (("urad:1", "Jana Nováková", "NULL"), (device, "Mozilla/5.0", "2000000")):
        by_hand(
            kept,
            "INSERT INTO suspension (id, subject, login, name, why, done_by, done_by_subject, since, incident, "
            f"lifted_at, lifted_why) VALUES ('{subject}', '{subject}', 'novakova', '{name}', 'Zneužitý účet', "
            f"'kucera.martin', 'urad:2', 1000000, 1, {lifted}, '')",
        )
    told = say(kept, "show", "1").output
    assert "suspended Jana Nováková (novakova), 1970-01-01 01:00 CET kucera.martin: Zneužitý účet\n" in told
    assert f"suspended the device {'d' * 22}, 1970" in told
    assert "Zneužitý účet; lifted 1970-01-01 01:00 CET" in told
    assert "Mozilla" not in told


def test_open_ones_are_listed_first_and_no_more_than_are_asked_for(kept: Installation) -> None:
    for title, noticed in (("Starý", "2020-01-02"), ("Uzavřený", "2026-10-01"), ("Nový", "2026-10-02")):
        assert say(kept, "open", title, "--noticed", noticed).exit_code == 0
    assert say(kept, "close", "2", "--conclusion", "Planý poplach").exit_code == 0

    def listed(*words: str) -> list[str]:
        return [one["title"] for one in json.loads(say(kept, "list", "--json", *words).stdout)]

    assert listed() == ["Nový", "Starý", "Uzavřený"]
    assert listed("--open") == ["Nový", "Starý"]
    assert listed("--since", "2026-10-01") == ["Nový", "Uzavřený"]
    assert listed("--open", "--since", "2026-10-01") == ["Nový"]
    assert listed("--most", "2") == ["Nový", "Starý"]
    assert "there are more than these 2" in say(kept, "list", "--most", "2").stderr
    assert say(kept, "list", "--most", "3").stderr == ""
    none = say(kept, "list", "--open", "--since", "2026-10-03")
    assert none.stdout == "there is no open incident noticed since then\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("open", " "), "incident_text_unusable"),
        (("open", "x", "--noticed", "2999-01-01"), "incident_times_unusable"),
        (("open", "x", "--municipality", "999999"), "security_incident_target_unknown"),
        (("note", "7", "x"), "security_incident_unknown"),
        (("close", "7", "--conclusion", "x"), "security_incident_unknown"),
        (("add", "7", "0"), "security_incident_unknown"),
    ],
)
def test_what_is_refused_is_said_by_name_and_recorded(
    kept: Installation, words: tuple[str, ...], reason: str
) -> None:
    done = say(kept, *words)
    assert done.exit_code == 1
    assert f"({reason})" in str(done.exception)
    found = entries(kept, "--code", "incident.act_refused")
    assert [one["entry"]["reason"] for one in found] == [reason]


def test_what_is_done_to_an_incident_by_commands_is_recorded_with_who_did_it(kept: Installation) -> None:
    open_with_evidence(kept)
    assert say(kept, "show", "1").exit_code == 0
    assert say(kept, "close", "1", "--conclusion", "Vyřešeno.").exit_code == 0
    for code, number in (
        (Code.SECURITY_INCIDENT_NOTED, 1),
        (Code.SECURITY_INCIDENT_EVIDENCE, 2),
        (Code.SECURITY_INCIDENT_CLOSED, 1),
    ):
        recorded(kept, code, number)
    [look] = [
        one
        for one in entries(kept, "--code", "audit.searched")
        if "incident show" in json.dumps(one["entry"])
    ]
    assert look["entry"]["person"]


def recorded(kept: Installation, code: Code, number: int) -> None:
    found = [one["entry"] for one in entries(kept, "--code", code.value)]
    assert len(found) == number
    assert all(one["person"] and one["details"]["incident"] == 1 for one in found)


def test_a_verification_of_the_log_says_which_incidents_are_not_as_it_has_them(kept: Installation):
    open_with_evidence(kept)
    assert kept.brana("audit", "verify").returncode == 0
    by_hand(kept, "UPDATE security_incident_item SET body = 'nic' WHERE number = 1")
    by_hand(kept, "UPDATE security_incident SET severity = 'nic'")
    done = kept.brana("audit", "verify")
    assert done.returncode == 1
    assert "the log is whole" in done.stdout
    assert done.stderr.count("incident 1 is NOT as the audit log has it: ") == 2
    (found,) = entries(kept, "--code", Code.LOG_INCIDENTS_ALTERED.value)
    assert found["entry"]["outcome"] == "failure"
    assert (found["entry"]["details"]["incidents"], found["entry"]["details"]["found"]) == (["1"], 2)
    assert say(kept, "list").exit_code == 0
    assert "CHANGED BY HAND" in say(kept, "list").output
    shown = say(kept, "show", "1")
    assert (shown.exit_code, shown.output.count("NOT as the audit log has it")) == (0, 2)
    assert json.loads(say(kept, "show", "1", "--json").stdout)["items"][0]["type"] == "damaged"
