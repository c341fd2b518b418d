import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.audit.canonical import Recorded, Unrecordable, parse
from gateway.audit.entry import Code
from gateway.audit.facts import moment
from gateway.audit.ingest import BATCH
from gateway.audit.tree import Frontier, leaf_hash
from gateway.storage.audit import LogInconsistent, read_tail
from gateway.storage.audit_evidence import rows
from gateway.storage.database import DatabaseUnusable
from gateway.storage.place import place_text
from tests.gateway.audit.attacking import by_hand
from tests.gateway.audit.making import EITHER, NOON, Log, entry, open_log, open_log_of_either

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from gateway.storage.place import place_from
from tests.gateway.audit.making import entry, open_log
with open_log(Path(sys.argv[1]), place=place_from(sys.argv[2])) as log:
    for number in range(40):
        log.append([entry(number, person="another process")])
"""


def written(log: Log) -> list[Recorded]:
    return log.database.read_now(lambda connection: [parse(row.canonical) for row in rows(connection)])


def tail_root(log: Log) -> bytes:
    tail = log.database.read_now(read_tail)
    assert tail is not None
    return tail.frontier.root()


def computed_root(log: Log) -> bytes:
    leaves = log.database.read_now(lambda connection: [leaf_hash(row.canonical) for row in rows(connection)])
    return Frontier().extend(leaves).root()


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def test_entries_are_numbered_from_zero_without_gaps(log: Log) -> None:
    assert log.append([entry(1), entry(2)]) == range(2)
    assert log.append([]) == range(2, 2)
    assert log.append([entry(3)]) == range(2, 3)
    assert [item.sequence for item in written(log)] == [0, 1, 2]
    assert [item.entry.request_id for item in written(log)] == ["request-1", "request-2", "request-3"]
    assert tail_root(log) == computed_root(log)


def test_an_act_that_is_rolled_back_takes_its_entry_with_it(log: Log) -> None:
    def failing(connection: Connection) -> None:
        log.ledger.append(connection, [entry(person="never happened")])
        raise LookupError

    good = [log.database.write_soon(lambda c: log.ledger.append(c, [entry(1)])) for _ in range(5)]
    bad = log.database.write_soon(failing)
    more = log.database.write_soon(lambda c: log.ledger.append(c, [entry(2)]))
    with pytest.raises(LookupError):
        bad.result()
    assert [list(one.result()) for one in (*good, more)] == [[0], [1], [2], [3], [4], [5]]
    assert all(item.entry.person == "" for item in written(log))
    assert tail_root(log) == computed_root(log)


def test_threads_and_another_process_append_to_one_unbroken_log(log: Log) -> None:
    log.append([entry()])
    child = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, str(log.folder), place_text(log.database.place)],
        env={**os.environ, "PYTHONPATH": "."},
    )
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda number: log.append([entry(number)]), range(80)))
    finally:
        assert child.wait(60) == 0
    items = written(log)
    assert [item.sequence for item in items] == list(range(121))
    assert sum(item.entry.person == "another process" for item in items) == 40
    assert tail_root(log) == computed_root(log)


def test_the_logs_own_time_never_goes_back_and_a_clock_set_back_is_recorded(log: Log) -> None:
    log.append([entry(1)])
    log.clock.advance(hours=-1)
    assert log.append([entry(2)]) == range(2, 3)
    log.clock.advance(seconds=5)
    log.append([entry(3)])
    items = written(log)
    assert [item.entry.code for item in items] == [Code.ACCESS, Code.CLOCK_JUMPED, Code.ACCESS, Code.ACCESS]
    assert items[1].entry.details["jumped_ms"] == -3_600_000
    assert {item.received_at for item in items} == {NOON}
    log.clock.advance(hours=2)
    log.append([entry(4)])
    assert written(log)[-1].received_at == NOON + timedelta(hours=1, seconds=5)


def test_the_small_steps_of_time_synchronisation_are_not_recorded(log: Log) -> None:
    log.append([entry(1)])
    log.clock.advance(milliseconds=-900)
    log.append([entry(2)])
    assert [item.entry.code for item in written(log)] == [Code.ACCESS, Code.ACCESS]


def test_an_entry_without_a_canonical_form_is_refused_and_harms_no_other(log: Log) -> None:
    with pytest.raises(Unrecordable):
        log.append([entry(1), entry(2, details={"x": float("nan")})])
    assert log.append([entry(3)]) == range(1)


def test_a_row_written_by_hand_stops_the_log_and_says_why(log: Log) -> None:
    log.append([entry(1)])
    by_hand(
        log,
        "CREATE TEMP TABLE one AS SELECT * FROM audit_entry",
        "UPDATE one SET sequence = 1",
        "INSERT INTO audit_entry SELECT * FROM one",
    )
    with pytest.raises(LogInconsistent, match="entry 1: a row that the log did not write"):
        log.append([entry(2)])


def test_a_damaged_tail_stops_the_log(log: Log) -> None:
    log.append([entry(1)])
    by_hand(log, "UPDATE audit_tail SET size = 7")
    with pytest.raises(LogInconsistent, match="tail of the tree is damaged"):
        log.append([entry(2)])


def test_a_full_disk_is_named_and_the_log_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """Of a file; the steps of `test_ingest_steps.py` have it on a server."""
    with open_log(tmp_path) as log:
        _on_a_full_disk(log)


def _on_a_full_disk(log: Log) -> None:
    log.append([entry(1)])
    pages = log.database.read_now(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    log.database.write_soon(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()).result()
    with pytest.raises(DatabaseUnusable, match="free"):
        log.append([entry(number, person="x" * 200) for number in range(500)])
    log.database.write_soon(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").close()).result()
    assert log.append([entry(2)]) == range(1, 2)
    assert tail_root(log) == computed_root(log)


def test_what_the_ingest_writes_at_once_goes_to_the_disk_once_with_its_commit(tmp_path: Path) -> None:
    """Of a file: pages that do not fit into memory would be written before, read back and written again."""
    with open_log(tmp_path) as log:
        log.append([entry()])
        written_ahead = log.path.with_name(f"{log.path.name}-wal")
        before = written_ahead.stat().st_size

        def work(connection: Connection) -> int:
            log.ledger.append(connection, [entry(number, address="192.0.2.1") for number in range(BATCH)])
            return written_ahead.stat().st_size

        assert log.database.write_soon(work).result() == before
        assert written_ahead.stat().st_size > before + 100_000


def test_columns_say_what_the_canonical_bytes_say(log: Log) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    log.append([entry(code=Code.SIGN_OUT, at=at, person="a\x1bb", municipality="588296")])
    [row] = log.database.read_now(lambda connection: list(rows(connection)))
    assert row.facts[0] == 0
    assert moment(int(row.facts[2])) == at
    assert row.facts[3] == "sign_in.signed_out"
    assert r"a\u{1b}b" in row.facts
    assert "588296" in row.facts
