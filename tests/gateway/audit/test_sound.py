"""Pages of rows that are found right together are those, and only those, whose rows are right one by one."""

import asyncio
import multiprocessing
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.audit import rebuilt
from gateway.audit.anchors import Fault
from gateway.audit.bounds import ONE_TREE
from gateway.audit.brought import Brought
from gateway.audit.canonical import NotCanonical, Recorded, canonical, read, settled
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import FACTS, facts, facts_written
from gateway.audit.page import Sound
from gateway.audit.rebuilt import Rebuilding
from gateway.audit.sound import Reading
from gateway.audit.stored_end import StoredTail
from gateway.audit.tree import leaf_hash
from gateway.commands.reading_ahead import reading_ahead
from gateway.storage import audit_pages
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_pages import alone, pages
from tests.gateway.audit.attacking import broken, by_hand, grow
from tests.gateway.audit.making import (
    EITHER,
    NOON,
    SIGNER,
    Log,
    entries,
    entry,
    open_log_of_either,
    recorded,
)

Stored = tuple[object, ...]
COLUMNS = (*FACTS, "canonical", "leaf")
FILE = sqlite3.connect(":memory:")
FILE.execute(f"CREATE TABLE audit_entry ({', '.join(COLUMNS)})")
"""Without types: whoever writes to a file by hand puts anything anywhere."""


def row(one: Recorded) -> Stored:
    one = replace(one, entry=settled(one.entry))
    data = canonical(one)
    return (*facts(one), data, leaf_hash(data))


def brought(stored: Stored) -> Brought:
    """As the database hands it over. Raises sqlite3.OperationalError."""
    texts = [isinstance(value, str) for value in stored]
    values = [value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value for value in stored]
    marks = ", ".join("CAST(? AS TEXT)" if text else "?" for text in texts)
    FILE.execute("DELETE FROM audit_entry")
    FILE.execute(f"INSERT INTO audit_entry VALUES ({marks})", values)
    (found,) = FILE.execute(audit_pages.BROUGHT)
    return tuple(found)


def sound(reading: Reading, *rows: Stored) -> Sound | None:
    try:
        return reading.sound([brought(one) for one in rows])
    except sqlite3.OperationalError:  # as `sound_span`
        return None


def right_alone(stored: Stored) -> bool:
    *columns, data, leaf = stored
    assert isinstance(data, bytes)
    try:
        return tuple(columns) == facts_written(read(data)) and leaf == leaf_hash(data)
    except NotCanonical:
        return False


def access(number: int, **details: object) -> Recorded:
    told = {"bytes_in": number, "fresh": True, "path": f"/a/{number}", "roles": ["a", "b"], **details}
    return Recorded(number, NOON, entry(number, details=told, person="novak", rule="region/read"))


@given(recorded)
def test_an_entry_that_was_written_is_sound_also_once_its_shape_is_known(one: Recorded) -> None:
    reading = Reading(frozenset())
    for _ in range(2):
        found = sound(reading, row(one))
        assert found is not None
        assert (found.first, found.end, found.leaves_of(0, 1)) == (
            one.sequence,
            one.sequence + 1,
            [row(one)[-1]],
        )


@given(st.lists(entries(), min_size=1, max_size=4))
def test_entries_one_behind_the_other_are_sound_together(several: list[Entry]) -> None:
    rows = [row(Recorded(number, NOON, one)) for number, one in enumerate(several, 5)]
    found = sound(Reading(frozenset()), *rows)
    assert found is not None
    assert (found.first, len(found)) == (5, len(rows))


@given(recorded, recorded, st.integers(0, len(FACTS) - 1))
def test_a_column_of_another_entry_is_sound_only_where_it_says_the_same(
    one: Recorded, other: Recorded, place: int
) -> None:
    reading = Reading(frozenset())
    sound(reading, row(one))
    stored = (*row(one)[:place], row(other)[place], *row(one)[place + 1 :])
    assert (sound(reading, stored) is not None) is right_alone(stored)


@given(st.data())
def test_bytes_that_are_written_otherwise_are_sound_only_where_they_are_canonical(
    data: st.DataObject,
) -> None:
    """Whoever knows the format makes the leaf agree; a byte is taken out, put in or exchanged."""
    reading = Reading(frozenset())
    for number in range(2):
        assert sound(reading, row(access(number))) is not None
    *columns, written, _leaf = row(access(7))
    assert isinstance(written, bytes)
    place = data.draw(st.integers(0, len(written)))
    put = data.draw(
        st.sampled_from([b"", b" ", b'"', b"0", b"\\", b"-", b"\x7f", b"{", b",", b"1", b"\xc3", b"\n"])
    )
    changed = written[:place] + put + written[place + data.draw(st.integers(0, 1)) :]
    stored = (*columns, changed, leaf_hash(changed))
    assert (sound(reading, stored) is not None) is right_alone(stored)


@pytest.mark.parametrize("column", range(len(FACTS)))
@pytest.mark.parametrize("value", [5, 5.0, None, b"x", "x", "", "\x00", "\ud800", 10**18, -1, '","rule":"x'])
def test_anything_that_somebody_put_into_a_column_is_not_sound(column: int, value: object) -> None:
    reading = Reading(frozenset())
    assert sound(reading, row(access(1)), row(access(2))) is not None
    stored = (*row(access(3))[:column], value, *row(access(3))[column + 1 :])
    assert (sound(reading, stored) is not None) is right_alone(stored)


@pytest.mark.parametrize(
    "path",
    [
        'a "quoted" path', "a\\path", "č", "", "a\u2028b", "=" * 2000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", [0, -1, 10**14, 10**15, 2**53 - 1])
def test_what_is_seldom_written_is_sound_as_well(path: str, number: int) -> None:
    reading = Reading(frozenset())
    assert sound(reading, row(access(1, path="/"))) is not None
    assert sound(reading, row(access(2, path=path, bytes_in=number, roles=[]))) is not None


def test_most_entries_are_told_without_being_read() -> None:
    """Else it would be right, and slow."""
    rebuilding = Rebuilding()
    first, second = access(1), access(2, path='/a "b" \\ c', bytes_in=17)
    assert not rebuilding.holds(brought(row(first)))
    rebuilding.learn(Code.ACCESS.value, first.entry.details)
    assert rebuilding.holds(brought(row(second)))


@pytest.mark.parametrize(
    "rows",
    [
        [row(access(1)), row(access(3))],
        [row(access(2)), row(access(1))],
        [row(replace(access(1), received_at=NOON + timedelta(seconds=1))), row(access(2))],
        [row(access(1)), (*row(access(2))[:-1], b"x" * 32)],
        [row(access(1)), (*row(access(2))[:-2], "text", row(access(2))[-1])],
        [],
    ],
)
def test_gaps_and_times_that_go_back_are_left_to_whoever_verifies(rows: list[Stored]) -> None:
    assert sound(Reading(frozenset()), *rows) is None


def test_an_entry_that_tells_of_the_log_itself_is_left_to_whoever_verifies() -> None:
    assert sound(Reading(frozenset({"access.request"})), row(access(1))) is None


@pytest.mark.parametrize(
    "at", [datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(9999, 12, 31, 23, 59, 59, 0, UTC)]
)
def test_any_time_is_put_together_as_it_is_written(at: datetime) -> None:
    rebuilding = Rebuilding()
    one = replace(access(1), entry=replace(access(1).entry, at=at))
    rebuilding.learn(Code.ACCESS.value, one.entry.details)
    assert rebuilding.holds(brought(row(one))) is (at.year < 5000)


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_pages, "SPAN", 4)


@pytest.mark.usefixtures("small")
def test_pages_that_are_sound_are_not_read_row_by_row(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(grow(log))
    asked: list[tuple[int | None, int | None]] = []
    plain = audit_pages.rows

    def rows(
        connection: Connection, begin: int | None = None, end: int | None = None, *told: object
    ) -> Iterator:
        asked.append((begin, end))
        return plain(connection, begin, end)

    monkeypatch.setattr(audit_pages, "rows", rows)
    assert verify_log(log.database, log.file, [SIGNER.verifier]).broken is None
    assert asked == [(None, 0), (0, 4), (20, None)]  # the first entry of a tree is always read


@pytest.mark.usefixtures("small")
def test_processes_beside_find_the_same_and_what_one_that_died_did_not_say_is_read_here(whole: Log) -> None:
    by_hand(whole, "UPDATE audit_entry SET person = 'x' WHERE sequence = 17")
    by_rows = verify_log(whole.database, whole.file, [SIGNER.verifier])
    said: list[Sound | None] = []
    with reading_ahead(whole.database.place, processes=2, few=0) as ahead:

        def heard(connection: Connection, spans: Sequence[range]) -> Iterator[Sound | None]:
            for one in ahead(connection, spans):
                said.append(one)
                yield one

        assert verify_log(whole.database, whole.file, [SIGNER.verifier], ahead=heard) == by_rows
        assert [one.first if one else None for one in said] == [0, 4, 8, 12, None]

        def dying(connection: Connection, spans: Sequence[range]) -> Iterator[Sound | None]:
            said.clear()
            for child in multiprocessing.active_children():
                child.kill()
                child.join()
            return heard(connection, spans)

        assert verify_log(whole.database, whole.file, [SIGNER.verifier], ahead=dying) == by_rows
        assert said == [None] * 5
    assert by_rows.broken is not None
    assert (by_rows.broken.fault, by_rows.broken.sequence) == (Fault.COLUMNS_DIFFER, 17)


def test_a_short_log_is_read_without_starting_a_process(whole: Log) -> None:
    with reading_ahead(whole.database.place, processes=2) as ahead:
        assert verify_log(whole.database, whole.file, [SIGNER.verifier], ahead=ahead).broken is None
        assert multiprocessing.active_children() == []


@pytest.mark.parametrize("size", [2**40, "x"])
def test_an_end_that_is_far_behind_the_rows_is_not_walked_to(whole: Log, size: object) -> None:
    known, tail = ONE_TREE, StoredTail(size, b"")  # type: ignore[arg-type] # whatever somebody wrote
    found = whole.database.read_now(
        lambda one: list(pages(one, known, tail, alone, lambda _done, _total: None))
    )
    assert [one.sound for one in found] == [None]


@pytest.mark.parametrize("request_id", ['a"b', "a\\b", "žádost", 'a","rule":"x', "7b1e"])
def test_a_request_number_is_put_together_as_json_writes_it(request_id: str) -> None:
    rebuilding = Rebuilding()
    one = replace(access(1), entry=replace(access(1).entry, request_id=request_id))
    rebuilding.learn(Code.ACCESS.value, one.entry.details)
    assert rebuilding.holds(brought(row(one)))


def test_a_request_number_that_reaches_into_the_next_field_is_not_taken_for_both() -> None:
    reading = Reading(frozenset())
    one = replace(access(1), entry=replace(access(1).entry, request_id="a", rule="x"))
    assert sound(reading, row(one)) is not None  # its shape is known
    forged = list(row(one))
    forged[FACTS.index("request_id")], forged[FACTS.index("rule")] = 'a","rule":"x', ""
    assert sound(reading, tuple(forged)) is None


def test_who_has_seen_more_than_is_remembered_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilt, "REMEMBERED", 2)
    reading = Reading(frozenset())
    rows = [
        row(replace(access(at), entry=replace(access(at).entry, session=f"s{at % 5}"))) for at in range(20)
    ]
    assert sound(reading, *rows) is not None
    assert sound(reading, (*rows[0][:-3], "other", *rows[0][-2:])) is None


def test_a_column_that_is_computed_is_not_taken_for_what_it_was_computed_from(in_file: Log) -> None:
    """SQLite puts JSON into an array as it is: a person `"x"`, with quotation marks, would stand there as `x`."""
    names = ", ".join(name for name in COLUMNS if name != "person")
    by_hand(
        in_file,
        "CREATE TABLE kept AS SELECT * FROM audit_entry",
        "DROP TABLE audit_entry",
        f"CREATE TABLE audit_entry (sequence INTEGER PRIMARY KEY, {names.partition(', ')[2]}, hidden, "
        "person TEXT GENERATED ALWAYS AS (iif(sequence = 9, json_quote(hidden), hidden)) VIRTUAL)",
        f"INSERT INTO audit_entry ({names}, hidden) SELECT {names}, person FROM kept",
    )
    found = broken(in_file)
    assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, 9)


def test_bytes_where_a_text_is_to_be_are_found_as_rows_are_read(in_file: Log) -> None:
    by_hand(in_file, "UPDATE audit_entry SET person = CAST(person AS blob) WHERE sequence = 9")
    found = broken(in_file)
    assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, 9)
