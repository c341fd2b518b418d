"""Roots that the database keeps of the log's tree are a shortcut for whoever begins to follow it: one that somebody
changed is put right before anything is passed as it stands.
"""

from datetime import timedelta

import pytest

from gateway.audit.doubted import WAITED
from gateway.audit.entry import Code, Outcome
from gateway.audit.tree import KEPT
from gateway.storage.kept_roots import KeptRoots
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import Log, entry
from tests.gateway.audit.sharding import by_hand
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_alerts import alerts_of, log, look, looking, moved
from tests.gateway.storage.test_alerts_hushed import gaps
from tests.gateway.storage.test_audit_passed import Heard, sending, sent
from tests.gateway.storage.test_checkpoints_altered import kept

__all__ = ["log"]

WRONG = "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5 AND level = 8"
WIDE = 1 << KEPT


def grown(log: Log, number: int = 300) -> None:
    log.append([entry(one) for one in range(number)])


async def watched(log: Log) -> None:
    """Until the place is kept behind the first root."""
    one = await looking(log)
    for _ in range(2):
        log.clock.advance(minutes=1)
        log.append([entry(1)])
        await look(log, one)


def restored(log: Log) -> list[tuple[object, object, object]]:
    told = (one.entry.details for one in written(log) if one.entry.code is Code.LOG_ROOTS_RESTORED)
    return [(one["number"], one["first"], one["last"]) for one in told]


def roots(log: Log) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in kept(log, "audit_node")["audit_node"])


async def test_a_wrong_root_lets_nobody_hush_an_entry_after_a_start(log: Log):
    """All would be passed as it stands, half a minute after the start, and looked at again in vain."""
    grown(log)
    await watched(log)
    log.clock.advance(days=2)
    by_hand(log, WRONG)
    one = await looking(log)
    number = log.append([entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    at = log.clock.now
    put_in(log, number, entry(9))
    for _ in range(3):
        await look(log, one)
        log.clock.advance(seconds=WAITED.total_seconds() / 2)
    later, log.clock.now = log.clock.now, at
    put_in(log, number, entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE))
    log.clock.now = later + timedelta(minutes=2)
    log.append([entry(10)])
    await look(log, one)
    assert "audit.end_altered" in alerts_of(log)


async def test_a_start_beside_a_wrong_root_moves_no_place_and_doubts_nothing(log: Log):
    grown(log)
    heard = Heard()
    await sent(sending(log, heard))
    await watched(log)
    before = roots(log)
    by_hand(log, WRONG)
    one = await looking(log)
    log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])
    await look(log, one)
    assert {"audit.end_altered", "audit.roots_restored"} <= set(alerts_of(log))
    assert (moved(log), gaps(log)) == ([], [])
    assert restored(log) == [(1, 0, 302)]
    assert roots(log)[: len(before)] == before


async def test_a_receiver_that_begins_beside_a_wrong_root_gets_what_was_written(log: Log):
    grown(log)
    heard = Heard()
    await sent(sending(log, heard))
    by_hand(log, WRONG)
    again = sending(log, heard)
    log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])
    await sent(again)
    assert len(heard.codes) == 303, "with its begin, and what was restored"
    assert (moved(log), len(restored(log))) == ([], 1)


async def test_whoever_makes_a_root_wrong_again_is_told_of_again(log: Log):
    grown(log)
    one = await looking(log)
    by_hand(log, WRONG)
    for _ in range(3):
        log.append([entry(11)])
        log.clock.advance(minutes=1)
        one = await looking(log)
        await look(log, one)
        by_hand(log, WRONG)
    assert len(restored(log)) == 3
    assert gaps(log) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (WRONG, [(2, 0, 599)]),
        (
            "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5 AND position = 1",
            [(1, 0, 599)],
        ),
        ("DELETE FROM audit_node WHERE position = 1", []),
        ("UPDATE audit_entry SET leaf = canonical WHERE sequence = 590", []),
    ],
)
async def test_what_is_wrong_is_put_right_and_what_is_missing_put_in(
    log: Log, change: str, told: list[object]
):
    grown(log, 600)
    right = roots(log)
    by_hand(log, change)
    await KeptRoots().put_right(log.database, log.ledger.append, log.clock())
    assert (roots(log), restored(log)) == (right, told)


async def test_a_month_that_is_over_is_looked_at_too_and_one_that_is_damaged_stays_as_it_is(log: Log):
    grown(log)
    log.clock.advance(days=31)
    grown(log)
    right = roots(log)
    assert len(right) == 2
    by_hand(log, WRONG)
    assert await KeptRoots().put_right(log.database, log.ledger.append, log.clock())
    assert (roots(log), restored(log)) == (right, [(1, 300, 600), (1, 0, 299)])
    by_hand(log, WRONG, "UPDATE audit_entry SET leaf = canonical WHERE sequence = 7")
    await KeptRoots().put_right(log.database, log.ledger.append, log.clock())
    assert roots(log)[0] != right[0], "no root is made of a leaf that is none"
    assert roots(log)[1] == right[1]


async def test_a_log_that_is_kept_damaged_is_not_read_again_and_again(log: Log):
    grown(log)
    by_hand(log, WRONG, "UPDATE audit_entry SET leaf = canonical WHERE sequence = 7")
    one = KeptRoots()
    await one.put_right(log.database, log.ledger.append, log.clock())
    by_hand(log, "UPDATE audit_entry SET leaf = leaf")
    assert not await one.put_right(log.database, log.ledger.append, log.clock())


async def test_roots_above_the_lowest_are_held_against_them(log: Log):
    for _ in range(WIDE + 1):
        grown(log, WIDE)
    right = roots(log)
    by_hand(log, "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5 AND level = 16")
    log.clock.advance(minutes=1)
    one = KeptRoots()
    assert await one.put_right(log.database, log.ledger.append, log.clock())
    assert roots(log) == right
    by_hand(log, "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5 AND position = 0")
    log.clock.advance(minutes=1)
    assert await one.put_right(log.database, log.ledger.append, log.clock())
    assert roots(log) == right
    assert [number for number, _, _ in restored(log)] == [1, 2]
