"""Whoever writes to the database puts entries behind the end of the log, or moves it: the log says so by itself."""

import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from gateway.audit.anchors import Fault
from gateway.audit.entry import Code
from gateway.storage.audit import Ledger, LogInconsistent, read_tail
from gateway.storage.end_marks import INFO, key_under, mark_ends
from tests.gateway.audit.making import EITHER, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import broken, by_hand, check, months
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_audit_retention import seal

__all__ = ["months"]

YEAR = 365 * 86_400 * 1_000_000
MASTER = bytes(range(32))


@pytest.fixture(params=EITHER)
def marked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Three entries, sealed, and two more."""
    with open_log_of_either(request, tmp_path) as made:
        (tmp_path / "master.key").write_bytes(MASTER)
        mark_ends(made.database.engine, key_under(tmp_path), made.file)
        made.append([entry(number) for number in range(3)])
        seal(made)
        made.append([entry(3), entry(4)])
        yield made


def by_somebody(log: Log, number: int = 9) -> None:
    """As the log does it, but for the key."""
    mark_ends(log.database.engine, lambda: None)
    forged = [entry(number, Code.DECISION_PERMIT, subject="s-starosta")]
    log.database.write_soon(lambda c: Ledger(log.clock).append(c, forged)).result()
    mark_ends(log.database.engine, key_under(log.folder), log.file)


def told(log: Log) -> list[tuple[int, object, object]]:
    return [
        (one.sequence, one.entry.details["first"], one.entry.details["last"])
        for one in written(log)
        if one.entry.code is Code.LOG_END_ALTERED
    ]


def test_nothing_is_told_of_what_the_log_wrote_itself(marked: Log) -> None:
    for _ in range(2):  # other processes: each looks at the end that it did not write
        marked.database.write_soon(lambda c: Ledger(marked.clock).append(c, [entry(5)])).result()
    seal(marked)
    marked.append([entry(6)])
    assert (told(marked), check(marked).broken) == ([], None)


@pytest.mark.parametrize("first", ["an entry", "a checkpoint"])
def test_an_entry_behind_the_end_is_told_before_anything_vouches_for_it(marked: Log, first: str) -> None:
    by_somebody(marked)
    if first == "an entry":
        marked.append([entry(5)])
    seal(marked)
    assert told(marked) == [(6, 3, 5)], "entries since the newest checkpoint, told by the very next one"
    marked.append([entry(6)])
    seal(marked)
    assert len(told(marked)) == 1
    assert check(marked).broken is None


@pytest.mark.parametrize("change", ["mark = NULL", "until = until - 1", f"wall = wall - {YEAR}"])
def test_an_end_that_was_changed_bears_no_mark(marked: Log, change: str) -> None:
    by_hand(marked, f"UPDATE audit_tail SET {change}")
    marked.database.write_soon(lambda c: Ledger(marked.clock).append(c, [entry(5)])).result()
    assert len(told(marked)) == 1


def test_what_a_version_before_left_without_a_mark_is_its_own(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    request.param = "embedded"
    with open_log_of_either(request, tmp_path) as log:
        (tmp_path / "master.key").write_bytes(MASTER)
        log.signs_drops = False  # as long as it is at work
        log.append([entry(1)])
        seal(log)
        by_somebody(log)
        log.append([entry(2)])
        by_somebody(log)
        log.signs_drops = True  # and it is gone
        seal(log)
        log.append([entry(3)])
        seal(log)
        assert told(log) == []
        by_somebody(log)
        seal(log)
        assert len(told(log)) == 1


def test_the_key_is_that_of_the_standard_and_of_nothing_else(tmp_path: Path) -> None:
    assert key_under(tmp_path)() is None, "nobody can read one"
    (tmp_path / "master.key").write_bytes(MASTER)
    derived = HKDFExpand(SHA256(), 32, INFO.removesuffix(b"\x01")).derive(MASTER)
    found = key_under(tmp_path)()
    assert found is not None
    assert hmac.compare_digest(found, derived)


@pytest.mark.parametrize(
    "change",
    [
        f"received_at = received_at + {50 * YEAR}",
        f"received_at = received_at - {YEAR}, wall = wall - {YEAR}",
        f"wall = wall + {YEAR}",
        f"until = until + {YEAR}",
        f"until = until - {YEAR}",
    ],
)
def test_a_time_of_the_end_that_was_moved_is_found_at_once(months: Log, change: str) -> None:
    by_hand(months, f"UPDATE audit_tail SET {change}")
    assert broken(months).fault is Fault.TAIL_DAMAGED


@pytest.mark.parametrize(
    "change", [f"received_at = received_at + {50 * YEAR}", f"wall = wall + {YEAR}", f"until = until + {YEAR}"]
)
def test_no_entry_gets_a_time_that_somebody_wrote_into_the_end(months: Log, change: str) -> None:
    before = months.database.read_now(read_tail)
    by_hand(months, f"UPDATE audit_tail SET {change}")
    with pytest.raises(LogInconsistent):
        months.database.write_soon(lambda c: Ledger(months.clock).append(c, [entry(5)])).result()
    assert before is not None
    assert written(months)[-1].sequence == before.size - 1
