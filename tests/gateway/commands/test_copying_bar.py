"""Whoever upgrades sees how far the copy is, and a log gets a line for each tenth; of a small file nothing is said."""

import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from gateway.commands.copying_bar import WHAT, copying_bar

MIB = 2**20


def test_in_a_log_each_tenth_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with copying_bar() as told:
        for done in range(201):
            told(done * MIB, 200 * MIB)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"{WHAT}: {done} of 200 MiB" for done in range(0, 201, 20)]


def test_whoever_watches_sees_a_bar() -> None:
    shown = StringIO()
    with copying_bar(Console(file=shown, force_terminal=True, width=160)) as told:
        told(0, 200 * MIB)
        told(100 * MIB, 200 * MIB)
    assert WHAT in shown.getvalue()
    assert "/209.7 MB" in shown.getvalue()


def test_of_a_small_file_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with copying_bar() as told:
        told(0, 5 * MIB)
        told(5 * MIB, 5 * MIB)
    assert capsys.readouterr().err == ""


def test_a_start_that_copies_nothing_loads_no_bar() -> None:
    program = (
        "import sys; from gateway.commands.copying_bar import copying_bar\n"
        "with copying_bar() as told: told(0, 5)\n"
        "sys.exit('rich' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
