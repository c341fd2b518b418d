"""Rows for a spreadsheet and lines of JSON."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.forms import BEGINS_A_FORMULA, COLUMNS, cell, csv_rows, json_line
from tests.gateway.audit.making import NOON, entry, recorded


def read(rows: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(rows.decode(), newline="")))


def test_a_table_has_a_head_and_a_row_for_each_entry():
    found = [Recorded(number, NOON, entry(number, person="novák")) for number in range(2)]
    head, *rows = read(b"".join(csv_rows(found, Language.ENGLISH)))
    assert head == list(COLUMNS)
    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert [one["sequence"] for one in named] == ["0", "1"]
    assert named[0]["person"] == "novák"
    assert named[0]["sentence"].startswith("Request: novák")


@given(st.text())
def test_no_cell_begins_as_a_formula_does_and_none_breaks_its_row(text: str):
    ((read_back,),) = csv.reader(io.StringIO(cell(text), newline=""))
    assert not read_back.lstrip(" ").startswith(BEGINS_A_FORMULA)
    assert read_back in {text, f"'{text}"}


@given(st.lists(recorded, max_size=4))
def test_every_row_has_every_column(found: list[Recorded]):
    assert {len(row) for row in read(b"".join(csv_rows(found)))} == {len(COLUMNS)}


@given(recorded)
def test_a_line_of_json_is_one_line_and_has_every_field(one: Recorded):
    line = json_line(one)
    assert b"\n" not in line
    told = json.loads(line)
    assert (told["sequence"], told["code"], told["details"]) == (
        one.sequence,
        one.entry.code,
        one.entry.details,
    )
    assert {"received_at", "at", "outcome", "person", "reason"} <= told.keys()
