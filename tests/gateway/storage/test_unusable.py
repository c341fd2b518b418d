import sqlite3
from pathlib import Path

import psycopg
import pytest

from gateway.storage.unusable import REMEDIES, DatabaseUnusable, concerns_the_file, explained

PATH = Path("/var/lib/brana/brana.db")


def error_of(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", REMEDIES)
def test_every_trouble_of_the_file_names_the_file_the_cause_and_the_remedy(code: int) -> None:
    for extended in (code, code | 7 << 8):
        error = error_of(extended)
        assert concerns_the_file(error)
        assert str(explained(PATH, error)) == f"database {PATH}: what SQLite says; {REMEDIES[code]}"


def test_a_fault_of_one_statement_is_no_trouble_of_the_file() -> None:
    for code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH):
        assert not concerns_the_file(error_of(code))
    assert not concerns_the_file(LookupError("mine"))


def test_what_is_explained_already_is_not_explained_twice() -> None:
    once = DatabaseUnusable(PATH, "closed")
    again = explained(PATH, once)
    assert again is not once
    assert str(again) == str(once)


def test_what_a_server_says_draws_nothing_on_a_terminal_and_is_short() -> None:
    said = str(
        explained("postgresql://brana@db/brana", psycopg.errors.DiskFull(f"full\x1b[2J{'x' * 10_000}"))
    )
    assert "\x1b" not in said
    assert len(said) < 1_000
