"""`brana audit` and the other commands about an installation, as an operator types them."""

import os
import pty
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.audit.entry import Code
from gateway.audit.purposes import ROUTINE
from gateway.storage.audit import Ledger
from gateway.storage.database import Database
from tests.gateway.audit.making import entry
from tests.gateway.commands.logs import by_hand, entries
from tests.rig.installation import PROJECT, Installation, install

pytestmark = pytest.mark.real
READING = (
    ("audit", "verify"),
    ("audit", "search"),
    ("user", "show", "novak"),
    ("user", "reset-factor", "novak", "--yes"),
    ("sessions", "list"),
    ("sessions", "revoke", "--user", "novak"),
)


@pytest.mark.parametrize("command", READING, ids=lambda one: " ".join(one[:2]))
@pytest.mark.parametrize("state", ["missing", "empty folder", "empty database"])
def test_a_command_about_a_state_that_is_not_there_says_so_and_makes_nothing(
    tmp_path: Path, command: tuple[str, ...], state: str
) -> None:
    fresh = install(tmp_path / "brana")
    if state != "missing":
        fresh.state.mkdir(mode=0o700)
    if state == "empty database":
        (fresh.state / "brana.db").touch()
    before = sorted(fresh.folder.rglob("*"))
    done = fresh.brana(*command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"brana: no state at {fresh.state}")
    assert "start `brana serve` once, or correct state.directory" in done.stderr
    assert sorted(fresh.folder.rglob("*")) == before


def test_checking_the_configuration_makes_nothing(tmp_path: Path) -> None:
    fresh = install(tmp_path / "brana")
    before = sorted(fresh.folder.rglob("*"))
    assert fresh.brana("config", "check").returncode == 0
    assert sorted(fresh.folder.rglob("*")) == before


def test_a_whole_log_is_told_and_recorded(kept: Installation) -> None:
    done = kept.brana("audit", "verify")
    assert done.returncode == 0, done.stderr
    assert "the log is whole: " in done.stdout
    assert done.stderr == ""  # no bar where nobody watches
    [found] = entries(kept, "--code", "audit.verified")
    assert (found["entry"]["outcome"], found["entry"]["details"]["finding"]) == ("success", "whole")


def test_a_quiet_verification_says_nothing_of_a_whole_log_and_names_the_fault_of_another(
    kept: Installation,
) -> None:
    done = kept.brana("audit", "verify", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    by_hand(kept, "UPDATE audit_entry SET canonical = x'00' WHERE sequence = 1")
    done = kept.brana("audit", "verify", "--quiet")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("the log is NOT whole: entry 1")


def test_whoever_watches_sees_a_bar_of_entries_done_of_all(kept: Installation) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", "verify"],
        cwd=PROJECT, env=kept.environment | {"TERM": "xterm"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=theirs, timeout=60, check=False,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:  # the end of a pseudo terminal, Linux
        pass
    os.close(ours)
    assert done.returncode == 0
    total = kept_total(kept)
    assert f"{total}/{total}" in seen.decode()


def kept_total(one: Installation) -> int:
    """Entries that there were when it was verified: all but the entry of the verification itself."""
    with closing(sqlite3.connect(one.state / "brana.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM audit_entry").fetchone()[0]) - 1


@pytest.mark.parametrize(
    ("damage", "verdict"),
    [
        ("UPDATE audit_tail SET frontier = x'00'", "the log is NOT whole"),
        (
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(FAIL, 'no'); END",
            "the log is whole",
        ),
    ],
)
def test_the_verdict_is_told_even_when_it_cannot_be_recorded(
    kept: Installation, damage: str, verdict: str
) -> None:
    by_hand(kept, damage)
    done = kept.brana("audit", "verify")
    assert done.returncode == 1
    assert verdict in done.stdout + done.stderr
    assert "brana: the verdict stands, but this verification could not be recorded: " in done.stderr
    assert "verify again" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_search_that_cannot_be_recorded_shows_nothing_and_says_why(kept: Installation) -> None:
    by_hand(kept, "UPDATE audit_tail SET frontier = x'00'")
    done = kept.brana("audit", "search")
    assert (done.returncode, done.stdout) == (1, "")
    assert "run `brana audit verify`" in done.stderr
    assert "Traceback" not in done.stderr


def test_that_the_product_began_and_ended_is_recorded(kept: Installation) -> None:
    [began] = entries(kept, "--code", "system.started")
    [ended] = entries(kept, "--code", "system.stopped")
    assert began["entry"]["at"] < ended["entry"]["at"]


def test_times_of_entries_are_those_of_prague_and_say_so(kept: Installation) -> None:
    [started] = entries(kept, "--code", "system.started")
    at = datetime.fromisoformat(started["entry"]["at"]).astimezone(ZoneInfo("Europe/Prague"))
    line = kept.brana("audit", "search", "--code", "system.started").stdout
    assert f"{at:%Y-%m-%d %H:%M:%S %Z} " in line


def test_an_entry_that_cannot_be_read_is_told_at_its_place(kept: Installation) -> None:
    by_hand(kept, "UPDATE audit_entry SET canonical = 'written by hand' WHERE sequence = 2")
    done = kept.brana("audit", "search")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert {"1", "2", "3"} <= lines.keys()
    assert lines["2"].endswith("this entry cannot be read; run `brana audit verify`")
    assert "1 of these entries cannot be read" in done.stderr
    [unreadable] = [one for one in entries(kept) if "unreadable" in one]
    assert unreadable["sequence"] == 2


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ("outcome = 'failure'", ["outcome"]),
        (
            "canonical = CAST(replace(CAST(canonical AS TEXT), 'success', 'failure') AS BLOB)",
            ["outcome", "leaf"],
        ),
    ],
)
def test_an_altered_entry_is_told_at_its_place_and_not_as_genuine(
    kept: Installation, change: str, differing: list[str]
) -> None:
    by_hand(kept, f"UPDATE audit_entry SET {change} WHERE sequence = 2")
    done = kept.brana("audit", "search")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert {"1", "2", "3"} <= lines.keys()
    assert lines["2"].endswith("  this entry was altered; run `brana audit verify`")
    assert done.stderr == "1 of these entries were altered; run `brana audit verify`\n"
    [altered] = [one for one in entries(kept) if "altered" in one]
    assert (altered["sequence"], altered["differing"]) == (2, differing)
    assert "entry" not in altered


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-25", "2026-11-25T00:00:00+01:00"),
        ("2026-11-25T21:25", "2026-11-25T21:25:00+01:00"),
        ("2026-11-25 21:25", "2026-11-25T21:25:00+01:00"),
        ("2026-07-25T21:25:30", "2026-07-25T21:25:30+02:00"),
        ("2026-11-25 21:25:30+01:00", "2026-11-25T21:25:30+01:00"),
        ("2026-11-25T20:25Z", "2026-11-25T20:25:00+00:00"),
    ],
)
def test_times_are_given_as_a_day_to_the_minute_or_to_the_second(
    kept: Installation, written: str, meant: str
) -> None:
    found = entries(kept, "--until", written)
    [search] = entries(kept, "--code", "audit.searched", "--limit", "1")
    assert search["entry"]["details"] == {
        "query": f"until={meant}", "found": len(found), "form": "command", "purpose": ROUTINE,
    }  # fmt: skip


LOOKS = (
    ("audit", "search"),
    ("audit", "ask", "who-read-the-log"),
    ("audit", "tail", "--for", "1 s"),
    ("audit", "alerts"),
    ("audit", "alerts", "--try", "clock_drift"),
    ("sessions", "list"),
    ("user", "exceptions"),
    ("person", "suspended"),
    ("device", "list"),
    ("incident", "list"),
    ("recovery-admin", "status"),
    ("keys", "list"),
    ("audit", "keys", "list"),
)


@pytest.mark.parametrize("command", LOOKS, ids=" ".join)
def test_a_look_by_a_command_says_what_it_was_for(
    kept: Installation, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    def told() -> object:
        kept.brana(*command)
        [look] = entries(kept, "--code", "audit.searched", "--limit", "1")
        return look["entry"]["details"]["purpose"]

    assert told() == ROUTINE
    monkeypatch.setenv("BRANA_PURPOSE", "šetření č. j. 5")
    assert told() == "šetření č. j. 5"


def test_what_a_search_prints_as_a_time_says_its_zone(kept: Installation) -> None:
    first = kept.brana("audit", "search", "--limit", "1", "--code", "system.started").stdout
    printed = re.match(r" +\d+  (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (CES?T) +B", first)
    assert printed is not None
    offset = {"CET": "+01:00", "CEST": "+02:00"}[printed[2]]
    assert entries(kept, "--code", "system.started", "--since", printed[1] + offset)


def test_each_version_of_the_policies_is_recorded_once_with_what_differs(kept: Installation) -> None:
    [first] = entries(kept, "--code", "policies.loaded")
    assert first["entry"]["details"]["previous"] == "none"
    assert first["entry"]["details"]["policies"] > 20
    with kept.serving():
        pass
    assert entries(kept, "--code", "policies.loaded") == [first]
    added = kept.folder / "policies/region/99-closed.cedar"
    added.write_text(
        '@id("closed")\n@reason("office_closed")\n@title_cs("Úřad má zavřeno")\n@title_en("The office is closed")\n'
        '@advice_cs("Přijďte.")\n@advice_en("Come.")\n'
        "forbid (principal, action, resource) when { context.time.month == 2 && context.time.day == 30 };\n"
    )
    with kept.serving():
        pass
    second, again = entries(kept, "--code", "policies.loaded")
    assert again == first
    assert second["entry"]["policy_version"] != first["entry"]["policy_version"]
    assert second["entry"]["details"]["previous"] == first["entry"]["policy_version"]
    assert second["entry"]["details"]["changed"] == ["added region/99-closed.cedar"]
    assert second["entry"]["details"]["digest"].startswith(second["entry"]["policy_version"])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--reason", "no_rol"), "there is no reason 'no_rol'; did you mean no_role?"),
        (("--municipality", "Hulin"), "there is no municipality 'Hulin'; did you mean Hulín?"),
        (("--municipality", "999999"), "there is no municipality '999999'"),
        (("--since", "2026-11-24", "--until", "2026-11-23"), "--until is not after --since"),
    ],
)
def test_a_question_that_can_have_no_answer_names_its_mistake(
    kept: Installation, asked: tuple[str, ...], told: str
) -> None:
    done = kept.brana("audit", "search", *asked)
    assert done.returncode != 0
    assert told in done.stderr
    assert "no entry fits" not in done.stderr


@pytest.mark.parametrize("written", ["588491", "hulín"])
def test_a_municipality_is_asked_for_by_code_or_name(kept: Installation, written: str) -> None:
    done = kept.brana("audit", "search", "--municipality", written)
    assert (done.returncode, done.stderr) == (0, "no entry fits\n")


def test_an_entry_behind_the_end_that_the_log_did_not_put_there_is_told(kept: Installation) -> None:
    with closing(Database(kept.state / "brana.db")) as database:
        forged = [entry(9, Code.DECISION_PERMIT)]
        database.write_soon(lambda c: Ledger(lambda: datetime.now(UTC)).append(c, forged)).result()
    told = kept.brana("audit", "verify")
    assert told.returncode == 1, told.stdout
    assert "does NOT bear its mark" in told.stderr


def test_a_trigger_that_somebody_hung_on_the_log_is_told_by_a_verification_too(kept: Installation) -> None:
    hung = "CREATE TRIGGER swallows BEFORE INSERT ON audit_view BEGIN SELECT RAISE(IGNORE); END"
    with closing(sqlite3.connect(kept.state / "brana.db")) as database:
        database.execute(hung)
    told = kept.brana("audit", "verify")
    with closing(sqlite3.connect(kept.state / "brana.db")) as database:
        database.execute("DROP TRIGGER swallows")
    assert told.returncode == 1, told.stdout
    assert "the log is whole" in told.stdout
    assert "trigger swallows was NOT made by Brána" in told.stderr
    [entry] = entries(kept, "--code", "audit.schema_altered")
    assert (entry["entry"]["outcome"], entry["entry"]["details"]["objects"]) == (
        "failure",
        ["trigger swallows"],
    )
    assert "NOT made by Brána" not in kept.brana("audit", "verify").stderr
