"""Somebody writes to the database so that no alert is raised, and puts it back: what there was is seen all the same."""

from contextlib import suppress

import pytest

from gateway.audit.doubted import AGAIN, WAITED
from gateway.audit.entry import Code, Outcome
from gateway.storage.alerts import OthersLooked
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import Log, entry
from tests.gateway.audit.sharding import by_hand
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_alerts import alerts_of, guesses, log, look, looking, moved, told

__all__ = ["log"]


@pytest.mark.parametrize("young", [False, True])
async def test_a_place_that_was_taken_away_before_any_alert_hides_none(log: Log, *, young: bool):
    """Nothing in the log says that there ever was one, or a column hides it."""
    one = await looking(log)
    log.append([entry(1)])
    if not young:
        log.clock.advance(days=2)
    log.append([entry(number, Code.LOG_END_ALTERED, Outcome.FAILURE) for number in range(3)])
    by_hand(log, "DELETE FROM alert_place")
    with suppress(OthersLooked):
        await look(log, one)
    await look(log, await looking(log))
    assert alerts_of(log).count("audit.end_altered") == 1
    assert len(moved(log)) == (0 if young else 1)


async def test_what_alerts_were_is_hidden_by_a_column_and_no_place_jumps_for_it(log: Log):
    one = await looking(log)
    log.append(guesses(10, "svoboda"))
    await look(log, one)
    log.clock.advance(days=2)
    log.append(guesses(10))
    hidden = "code LIKE 'alert.%' OR code = 'audit.place_moved'"
    by_hand(log, "DELETE FROM alert_place", f"UPDATE audit_entry SET code = 'x' || code WHERE {hidden}")
    again = await looking(log)
    by_hand(log, "UPDATE audit_entry SET code = substr(code, 2) WHERE code LIKE 'x%'")
    await look(log, again)
    assert "novak" in alerts_of(log)
    assert len(moved(log)) == 1


async def test_times_in_a_column_move_no_beginning(log: Log):
    log.append([entry(1)])
    log.clock.advance(days=2)
    log.append(guesses(10))
    by_hand(log, "UPDATE audit_entry SET received_at = 0")
    await look(log, await looking(log))
    assert "novak" in alerts_of(log)


async def test_an_entry_is_seen_whatever_its_column_says_for_a_moment(log: Log):
    one = await looking(log)
    number = log.append([entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    by_hand(log, f"UPDATE audit_entry SET code = 'x' WHERE sequence = {number}")
    await look(log, one)
    assert told(log) == ["alert.raised"]


async def test_an_entry_is_seen_whatever_its_bytes_say_for_a_moment(log: Log):
    one = await looking(log)
    number = log.append([entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    put_in(log, number, entry(9))
    await look(log, one)
    put_in(log, number, entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE))
    await look(log, one)
    assert told(log) == ["alert.raised"]
    assert gaps(log) == []


async def test_what_stays_damaged_hides_nothing_behind_it_and_is_told_now_and_then(log: Log):
    one = await looking(log)
    number = log.append([entry(9)])[0]
    put_in(log, number, entry(8))
    log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])
    await look(log, one)
    assert (told(log), gaps(log)) == ([], [])
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    await look(log, one)
    assert "audit.end_altered" in alerts_of(log)
    assert gaps(log) == [("entries_not_proven", number)]
    log.append([entry(11)])
    await look(log, one)
    assert len(gaps(log)) == 1
    log.clock.advance(seconds=AGAIN.total_seconds())
    log.append([entry(12)])
    await look(log, one)
    assert len(gaps(log)) == 2


def gaps(log: Log) -> list[tuple[str, object]]:
    found = (one.entry for one in written(log) if one.entry.code is Code.LOG_GAP)
    return [(one.reason, one.details["first"]) for one in found]
