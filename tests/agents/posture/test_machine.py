"""The machine itself: bounded in size and time, never by a shell; and what is found out on this one."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.posture.asking import MOST_OF_A_FILE, MOST_OF_AN_ANSWER
from agents.posture.linux import collect
from agents.posture.machine import PLACES, ThisMachine
from agents.protocol.facts import FactName, known

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs commands of Linux")


@pytest.fixture
def machine(tmp_path: Path) -> ThisMachine:
    """Which finds programs in a folder of the test."""
    return ThisMachine((str(tmp_path), "/usr/bin", "/bin"))


def program(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_a_command_answers_with_its_words_and_its_end(machine: ThisMachine, tmp_path: Path) -> None:
    program(tmp_path, "says", 'printf "%s" "$1"; echo oh >&2; exit 3')
    answer = machine.run("says", "a b; $(id) *")
    assert answer is not None
    assert (answer.code, answer.out, answer.err) == (3, b"a b; $(id) *", b"oh\n")


def test_a_command_speaks_english_and_knows_no_secret_of_the_agent(machine, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BRANA_SECRET", "x")
    monkeypatch.setenv("LC_ALL", "cs_CZ.UTF-8")
    monkeypatch.setenv("LD_PRELOAD", "")
    answer = ThisMachine((str(tmp_path), "/usr/bin")).run("env")
    assert answer is not None
    assert "LC_ALL=C" in answer.text.splitlines()
    assert not {"BRANA_SECRET", "LD_PRELOAD"} & {line.partition("=")[0] for line in answer.text.splitlines()}


@pytest.mark.parametrize("name", ["is-not-there", "/bin/sh", "../sh", "folder", "not-executable", "a\0b"])
def test_what_is_no_program_in_its_place_has_no_answer(
    machine: ThisMachine, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "not-executable").write_text("#!/bin/sh\n")
    assert machine.run(name) is None


def test_a_command_that_goes_on_is_ended_with_its_children(machine: ThisMachine, tmp_path: Path) -> None:
    program(tmp_path, "hangs", f"sleep 600 & echo $! > {tmp_path}/child; wait")
    begun = time.monotonic()
    assert machine.run("hangs", seconds=0.3) is None
    assert time.monotonic() - begun < 5
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_a_command_that_says_too_much_is_ended(machine: ThisMachine, tmp_path: Path) -> None:
    program(tmp_path, "babbles", "exec yes")
    begun = time.monotonic()
    assert machine.run("babbles", seconds=60) is None
    assert time.monotonic() - begun < 10
    program(tmp_path, "long", f"exec head -c {MOST_OF_AN_ANSWER} /dev/zero")
    answer = machine.run("long")
    assert answer is not None
    assert len(answer.out) == MOST_OF_AN_ANSWER


def test_a_file_is_read_to_a_limit_from_either_end(machine: ThisMachine, tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"first" + b"." * MOST_OF_A_FILE + b"last")
    begin, end = machine.read(str(file)), machine.read(str(file), end=True)
    assert begin is not None
    assert end is not None
    assert (len(begin), len(end)) == (MOST_OF_A_FILE, MOST_OF_A_FILE)
    assert begin.startswith(b"first")
    assert end.endswith(b"last")
    file.write_bytes(b"short")
    assert machine.read(str(file), end=True) == b"short"


def test_what_is_no_file_is_not_read_and_holds_nobody_up(machine: ThisMachine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "is-not-there", "/dev/zero", "a\0b"):
        assert machine.read(str(path)) is None


def test_names_in_a_folder_come_in_order(machine: ThisMachine, tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).touch()
    assert machine.entries(str(tmp_path)) == ("a", "b")
    assert machine.entries(str(tmp_path / "a")) is None
    assert machine.entries("a\0b") is None


def test_of_this_machine_is_said_what_its_own_tools_say() -> None:
    facts = collect(ThisMachine(), now=datetime.now(UTC), slow=False)
    assert known({str(name): fact for name, fact in facts.items()}) == facts
    assert facts[FactName.OS].value == "linux"
    kernel = subprocess.run(["uname", "-r"], capture_output=True, text=True, check=True).stdout.strip()
    assert facts[FactName.KERNEL].value == kernel
    size = os.statvfs("/")
    share = 100 * size.f_bavail // size.f_blocks
    assert abs(int(facts[FactName.DISK_FREE_PERCENT].value) - share) <= 1
    if not Path("/sys/firmware/efi").exists():
        assert facts[FactName.SECURE_BOOT].value is False
    if not Path("/sys/class/tpm").exists():
        assert FactName.TPM_VERSION not in facts
    if os.geteuid() == 0:
        assert FactName.SCREEN_LOCK not in facts


def test_commands_are_looked_for_in_places_that_only_administrators_write_to() -> None:
    assert all(Path(place).stat().st_uid == 0 for place in PLACES["linux"] if Path(place).exists())
    assert not any(
        place.startswith(("/usr/local", "/tmp", "/opt")) for places in PLACES.values() for place in places
    )
