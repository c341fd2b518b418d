"""Rows for a spreadsheet and lines of JSON."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.forms import COLUMNS, cell, csv_rows, json_line
from gateway.audit.spreadsheets import BEGINS_A_FORMULA
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
    assert read_back in {text, f"'{text}"} or any(one in text for one in ";\t\r\n\v\f\x85\u2028\u2029")


def computed(rows: bytes, separator: str) -> list[str]:
    """Cells that begin a formula for a spreadsheet whose list separator this is."""
    lines = rows.decode().splitlines()
    cells = [one for row in csv.reader(lines, delimiter=separator) for one in row]
    return [one for one in cells if one.lstrip().startswith(BEGINS_A_FORMULA)]


PIECES = st.lists(st.sampled_from([*";\t\n,'\" =+-@＝", "cmd|' /C calc'!A0", "a"]), max_size=12).map("".join)


@given(PIECES, st.sampled_from(",;\t"))
def test_no_cell_begins_a_formula_for_a_reader_of_other_separators(text: str, separator: str):
    one = entry(person=text, rule=text, details={"user_agent": text, "path": [text]})
    assert not computed(b"".join(csv_rows([Recorded(1, NOON, one)])), separator)


def test_a_user_agent_computes_nothing_in_a_czech_spreadsheet():
    for agent in ("Mozilla/5.0;=cmd|' /C calc'!A0;", 'a;"=1+1', "a; ;\t=1", "a;;@SUM(1)", "a\n-1"):
        row = Recorded(1, NOON, entry(person=agent, details={"user_agent": agent}))
        assert not computed(b"".join(csv_rows([row])), ";"), agent


def test_what_is_no_formula_stays_as_it_is():
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko), a=b; c-d"
    assert cell(agent) == f'"{agent}"'


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
