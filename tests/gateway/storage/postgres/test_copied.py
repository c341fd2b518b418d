"""What a server is given as the text of a COPY stands there as if each value had been inserted."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.audit.entry import Outcome
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.postgres.copied import copied
from gateway.storage.postgres.spoken import Spoken
from tests.rig.postgres import Server

TABLE = "CREATE TEMPORARY TABLE copied (number bigint, words text, bytes bytea, truth boolean)"
NAMES = ("number", "words", "bytes", "truth")
VALUES = [
    (0, "", b"", True),
    (None, None, None, None),
    (2**63 - 1, "\\N", b"\\N", False),
    (-(2**63), "a\tb\nc\rd\\e\b\f\v\x1f\x7f", bytes(range(256)), True),
    (1, "\\.", b"\\.\n", False),
    (2, "žluťoučký kůň 🐎\u2028", "ž".encode(), None),
    (3, Outcome.SUCCESS, b"x", True),
    (4, "NUL\0", b"\0", True),
]
OF_ONE_KIND = [(7, "žluťoučký kůň", b"\\x", False), (8, "", b"", True)]
"""Columns that are looked at as a whole."""


@pytest.mark.real
def test_every_value_arrives_as_it_was(postgres: Server) -> None:
    def there(connection: Connection) -> list[tuple[object, ...]]:
        driver = driver_of(connection.connection)
        assert isinstance(driver, Spoken)
        driver.execute(TABLE)
        driver.copy("copied", NAMES, VALUES * 100)
        driver.copy("copied", NAMES, OF_ONE_KIND * 100)
        driver.copy("copied", NAMES, [*OF_ONE_KIND, (9, "\\N", b"", True)])
        return driver.execute("SELECT * FROM copied").fetchall()

    with closing(Database(postgres.database())) as database:
        found = database.write_soon(there).result()
    expected = [*VALUES[:-1], (4, "NUL\N{REPLACEMENT CHARACTER}", b"\0", True)]
    assert found == [*expected * 100, *OF_ONE_KIND * 101, (9, "\\N", b"", True)]


@given(st.lists(st.tuples(st.integers(), st.text(), st.binary())))
def test_each_row_is_one_line_and_each_value_one_field(rows: list[tuple[int, str, bytes]]) -> None:
    lines = copied(rows).decode().split("\n")
    assert lines.pop() == ""
    assert [line.count("\t") for line in lines] == [2] * len(rows)


@pytest.mark.parametrize("value", [1.5, object(), ("a",)])
def test_a_value_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no form"):
        copied([(value,)])
