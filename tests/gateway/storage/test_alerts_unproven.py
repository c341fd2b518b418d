"""What alerts passed as it stood outlives the process that did, and however much follows."""

import pytest

from gateway.audit.doubted import WAITED
from gateway.audit.entry import Code, Outcome
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import Log, entry
from tests.gateway.audit.sharding import by_hand
from tests.gateway.storage.test_alerts import alerts_of, log, look, looking, moved
from tests.gateway.storage.test_checkpoints_altered import kept

__all__ = ["log"]

TRUE = entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)


async def hushed(log: Log, follow: int = 0) -> tuple[int, object]:
    """Bytes of an entry are changed for as long as whoever watches waits, and for `follow` looks behind it."""
    one = await looking(log)
    log.append([entry(number) for number in range(5)])
    at, number = log.clock.now, log.append([TRUE])[0]
    log.append([entry(11)])
    put_in(log, number, entry(10))
    await look(log, one)
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    for _ in range(follow):
        log.append([entry(12)])
        await look(log, one)
    log.clock.advance(seconds=WAITED.total_seconds())
    log.append([entry(13)])
    await look(log, one)
    assert kept(log, "alert_place")["alert_place"][0].following > number
    later, log.clock.now = log.clock.now, at
    put_in(log, number, TRUE)
    log.clock.now = later
    assert "audit.end_altered" not in alerts_of(log)
    return number, one


async def test_a_process_that_ends_forgets_nothing_of_what_it_passed(log: Log):
    number, _ = await hushed(log)
    again = await looking(log)
    assert again.following > number
    await look(log, again)
    assert "audit.end_altered" in alerts_of(log)
    log.clock.advance(minutes=2)
    log.append([entry(14)])
    await look(log, again)
    assert kept(log, "alert_place")["alert_place"][0].unproven is None, "proven, and forgotten"
    assert moved(log) == []


async def test_a_damage_that_lasts_makes_nothing_forgotten(log: Log):
    _, one = await hushed(log, follow=120)
    log.clock.advance(seconds=2 * WAITED.total_seconds())
    await look(log, one)
    assert "audit.end_altered" in alerts_of(log)


@pytest.mark.parametrize("value", ["NULL", "''", "'9-9'", "'x'"])
async def test_what_was_passed_unproven_is_taken_out_of_the_place_by_nobody_unnoticed(log: Log, value: str):
    await hushed(log)
    by_hand(log, f"UPDATE alert_place SET unproven = {value}")
    await look(log, await looking(log))
    assert [one["of"] for one in moved(log)] == ["alerts"]
    assert "audit.end_altered" in alerts_of(log), "the last day is read again"


async def test_what_stays_damaged_is_looked_at_by_the_next_process_too_and_hides_nothing(log: Log):
    number, one = await hushed(log)
    put_in(log, number, entry(10))
    for _ in range(3):
        log.clock.advance(minutes=1)
        log.append([entry(15, Code.LOG_ROLLED_BACK, Outcome.FAILURE)])
        one = await looking(log)
        await look(log, one)
    log.clock.advance(minutes=1)
    await look(log, one)
    assert "audit.rolled_back" in alerts_of(log)
    assert kept(log, "alert_place")["alert_place"][0].unproven
