"""Rows that somebody wrote by hand: the rest is shown, they are marked at their place, and nothing crashes.

What is right in form but was altered is marked like what cannot be read: none of it is shown as genuine.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.anchors import Fault
from gateway.audit.canonical import Recorded, canonical
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Altered, Found, Query, Unreadable
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_search import LogSearch
from tests.gateway.audit.attacking import ENTRIES, broken, by_hand, grow
from tests.gateway.audit.making import NOON, Log, entry, open_log

DAMAGED = 7
OTHER = canonical(Recorded(3, NOON, entry(3)))
"""Bytes of a right entry, which stands at another place."""
BYTES = {
    "bytes that are no JSON": b"\xff\x00 not json",
    "an empty value": b"",
    "JSON of another kind": b"[1, 2, 3]",
    "JSON's null": b"null",
    "a number out of bounds": b'{"v":1,"sequence":1e999}',
    "a time that is none": OTHER.replace(b"2026-05-04", b"2026-05-99"),
    "a time before all times": OTHER.replace(b"2026-05-04T12:00:00.003000Z", b"0001-01-01T00:00:00+23:59"),
    "text": "text",
    "a number": 42,
    "a huge number": 2**62,
    "nothing": None,
}
TIMES = {"text": "yesterday", "bytes": b"\x01", "a fraction": 1.5, "a huge number": 2**62, "nothing": None}


@pytest.fixture
def log(tmp_path: Path):
    with open_log(tmp_path) as made:
        yield made


def damage(log: Log, column: str, value: object) -> None:
    """As somebody would who knows SQLite: what the table forbids is first allowed."""
    with closing(sqlite3.connect(log.path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '') WHERE name = 'audit_entry'"
        )
        connection.commit()
    log.database.engine.dispose()  # its connections know the schema of before
    with closing(sqlite3.connect(log.path)) as connection:
        values = (value, DAMAGED)
        connection.execute(f"UPDATE audit_entry SET {column} = ? WHERE sequence = ?", values)
        connection.commit()
    log.database.engine.dispose()


async def whole(log: Log) -> LogSearch:
    await grow(log)
    return LogSearch(log.database)


async def found_at(search: LogSearch, sequence: int) -> Found | None:
    stored = await search.entry(sequence)
    return stored and stored.found


async def altered(search: LogSearch) -> dict[int, tuple[str, ...]]:
    """Numbers of the entries that a page marks as altered, each with what differs; the others are shown."""
    entries = (await search.page(Query())).entries
    assert sorted(one.sequence for one in entries) == list(range(ENTRIES))
    assert not [one for one in entries if isinstance(one, Unreadable)]
    return {one.sequence: one.differing for one in entries if isinstance(one, Altered)}


async def forged(search: LogSearch, **facts: object) -> bytes:
    """The entry's bytes, right in every way but for what somebody wants them to say."""
    recorded = await found_at(search, DAMAGED)
    assert isinstance(recorded, Recorded)
    return canonical(replace(recorded, entry=replace(recorded.entry, **facts)))


@pytest.mark.parametrize("value", BYTES.values(), ids=BYTES)
async def test_a_row_that_cannot_be_read_is_marked_at_its_place(log: Log, value: object) -> None:
    search = await whole(log)
    before = [one.sequence for one in (await search.page(Query())).entries]
    damage(log, "canonical", value)
    entries = (await search.page(Query())).entries
    assert [one.sequence for one in entries] == before
    unreadable = [one for one in entries if isinstance(one, Unreadable)]
    assert [one.sequence for one in unreadable] == [DAMAGED]
    assert unreadable[0].at == NOON + timedelta(milliseconds=DAMAGED % 5)
    assert await found_at(search, DAMAGED) == unreadable[0]
    assert await found_at(search, DAMAGED - 1) == next(one for one in entries if one.sequence == DAMAGED - 1)
    assert broken(log).sequence == DAMAGED


@pytest.mark.parametrize("leaf_too", [False, True])
async def test_an_entry_whose_bytes_say_another_outcome_is_marked_as_altered(
    log: Log, *, leaf_too: bool
) -> None:
    search = await whole(log)
    data = await forged(search, outcome=Outcome.REFUSED)
    damage(log, "canonical", data)
    if leaf_too:
        damage(log, "leaf", leaf_hash(data))
    assert await altered(search) == {DAMAGED: ("outcome",) if leaf_too else ("outcome", "leaf")}
    assert isinstance(await found_at(search, DAMAGED), Altered)
    assert broken(log).sequence == DAMAGED


@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "refused"), ("person", "somebody-else"), ("received_at", 1), ("leaf", bytes(32))],
)
async def test_an_entry_with_another_value_beside_its_bytes_is_marked_as_altered(
    log: Log, column: str, value: object
) -> None:
    search = await whole(log)
    damage(log, column, value)
    assert await altered(search) == {DAMAGED: (column,)}
    assert broken(log).sequence == DAMAGED


async def test_a_forged_outcome_is_marked_where_a_search_for_it_finds_the_entry(log: Log) -> None:
    search = await whole(log)
    damage(log, "canonical", await forged(search, outcome=Outcome.REFUSED))
    damage(log, "outcome", "refused")
    [found] = (await search.page(Query(outcome=Outcome.REFUSED))).entries
    assert isinstance(found, Altered)
    assert (found.sequence, found.differing) == (DAMAGED, ("leaf",))


async def test_two_rows_that_changed_places_are_both_marked_as_altered(log: Log) -> None:
    search = await whole(log)
    other = DAMAGED + 1
    swap = "UPDATE audit_entry SET sequence = ? WHERE sequence = ?"
    by_hand(log, (swap, (-1, DAMAGED)), (swap, (DAMAGED, other)), (swap, (other, -1)))
    assert await altered(search) == {DAMAGED: ("sequence",), other: ("sequence",)}
    assert broken(log).sequence == DAMAGED


@pytest.mark.parametrize(
    "value", [OTHER, OTHER.replace(b"2026", b"9999")], ids=["as it was", "of a far time"]
)
async def test_bytes_of_a_right_entry_of_another_place_are_marked_as_altered(log: Log, value: bytes) -> None:
    search = await whole(log)
    damage(log, "canonical", value)
    assert "sequence" in (await altered(search))[DAMAGED]


async def test_an_entry_comes_with_the_leaf_hash_that_is_stored_beside_it(log: Log) -> None:
    search = await whole(log)
    genuine = await search.entry(DAMAGED)
    assert genuine is not None
    assert genuine.leaf == leaf_hash(await forged(search))
    damage(log, "canonical", await forged(search, outcome=Outcome.REFUSED))
    stored = await search.entry(DAMAGED)
    assert stored is not None
    assert stored.leaf == genuine.leaf


async def test_an_entry_rewritten_in_bytes_leaf_and_columns_is_found_by_verification_alone(log: Log) -> None:
    search = await whole(log)
    data = await forged(search, outcome=Outcome.REFUSED)
    for column, value in (("canonical", data), ("leaf", leaf_hash(data)), ("outcome", "refused")):
        damage(log, column, value)
    assert await altered(search) == {}
    assert broken(log).fault is Fault.REWRITTEN


@pytest.mark.parametrize("value", TIMES.values(), ids=TIMES)
async def test_pages_of_any_size_survive_a_time_that_is_none(log: Log, value: object) -> None:
    search = await whole(log)
    damage(log, "at", value)
    damage(log, "canonical", b"null")
    found, after = [], None
    while True:
        page = await search.page(Query(codes=frozenset({Code.ACCESS, Code.SIGN_OUT})), after, 3)
        found += [one.sequence for one in page.entries]
        if page.following is None:
            break
        after = page.following
    assert set(found) >= set(range(20)) - {DAMAGED}
    assert len(found) == len(set(found))
    last = await search.position(DAMAGED)
    assert last is not None
    await search.page(Query(), last)
    assert isinstance(await found_at(search, DAMAGED), Unreadable)


@pytest.mark.parametrize("column", ["root", "at"])
@pytest.mark.parametrize("value", ["text", 7.5, 2**62])
async def test_a_damaged_checkpoint_is_known_to_be_unreadable(log: Log, column: str, value: object) -> None:
    await whole(log)
    newest = await Checkpoints(log.database).newest()
    assert newest is not None
    assert newest.readable
    by_hand(log, (f"UPDATE audit_checkpoint SET {column} = ?", (value,)))
    newest = await Checkpoints(log.database).newest()
    assert newest is not None
    assert not newest.readable


@pytest.mark.parametrize("column", ["at", "code", "outcome", "received_at", "leaf", "subject"])
@pytest.mark.parametrize("value", [None, "text", b"\x00", 7, 1.5])
async def test_the_overview_and_the_verification_survive_any_value_in_any_column(
    log: Log, column: str, value: object
) -> None:
    search = await whole(log)
    damage(log, column, value)
    hours = await search.hours(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert sum(hour.requests for hour in hours) >= 19
    assert len((await search.page(Query())).entries) == 20
    assert broken(log).sequence == DAMAGED
