import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.commands.operator import operator

PROGRAM = "from gateway.commands.operator import operator; print(operator())"


def said_with(*before: str) -> str:
    done = subprocess.run(
        [*before, sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_environment_cannot_name_somebody_else() -> None:
    names = {entry.pw_name for entry in pwd.getpwall()}
    plain = said_with()
    acting = plain.removeprefix("cli:").split(" ")[0]
    assert acting in names or acting.isdigit()
    assert said_with("env", "LOGNAME=somebody-else", "USER=somebody-else") == plain


def account(number: int) -> str:
    return pwd.getpwuid(number).pw_name


SOMEBODY = next(entry for entry in pwd.getpwall() if entry.pw_uid not in {0, os.getuid()})


@pytest.fixture
def login(tmp_path: Path) -> Path:
    return tmp_path / "loginuid"


def test_whoever_signed_in_to_the_machine_is_named_beside_the_account(login: Path) -> None:
    login.write_text(f"{SOMEBODY.pw_uid}\n")
    assert operator(login) == f"cli:{account(os.getuid())} ({account(SOMEBODY.pw_uid)})"


def test_whoever_acts_under_the_own_account_is_named_once(login: Path) -> None:
    login.write_text(str(os.getuid()))
    assert operator(login) == f"cli:{account(os.getuid())}"


def test_a_person_without_a_name_is_told_by_number(login: Path) -> None:
    login.write_text("4000000000")
    assert operator(login) == f"cli:{account(os.getuid())} (4000000000)"


@pytest.mark.parametrize("content", [str(2**32 - 1), "", "-1", "jana", None])
def test_where_the_kernel_knows_of_no_sign_in_the_account_is_named(login: Path, content: str | None) -> None:
    if content is not None:
        login.write_text(content)
    assert operator(login) == f"cli:{account(os.getuid())}"
