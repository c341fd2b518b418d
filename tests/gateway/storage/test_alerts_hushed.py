"""Somebody writes to the database so that no alert is raised, and puts it back: what there was is seen all the same."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import pytest

from gateway.alerts.gaps import Gap, Lack
from gateway.alerts.gaps import told as gap_told
from gateway.alerts.told import acknowledged, over, raised
from gateway.alerts.unproven import Unproven
from gateway.alerts.watch import Alert
from gateway.audit.doubted import AGAIN, WAITED
from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands.alerting import Looking
from gateway.storage import alert_told
from gateway.storage.alerts import OthersLooked
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import NOON, Log, entry
from tests.gateway.audit.sharding import by_hand, check
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_alerts import (
    RULES,
    alerts_of,
    guesses,
    hush,
    log,
    look,
    looking,
    moved,
    restored,
    store,
    told,
)
from tests.gateway.storage.test_checkpoints_altered import kept, put_back

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
    assert len(moved(log)) == 1


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


async def test_what_was_passed_as_it_stood_is_heard_once_it_is_put_back(log: Log):
    """Two entries are changed for so long that nothing is waited for."""
    one, begun = await looking(log), log.clock.now
    log.append([entry(9)])
    number = log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    log.append([entry(11)])
    put_in(log, number - 1, entry(8))
    put_in(log, number, entry(10))
    await look(log, one)
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    assert gaps(log) == [("entries_not_proven", number - 1)]
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    assert "audit.end_altered" not in alerts_of(log), "it is not known yet"
    later, log.clock.now = log.clock.now, begun
    put_in(log, number - 1, entry(9))
    put_in(log, number, entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE))
    log.clock.now = later
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    assert "audit.end_altered" in alerts_of(log)
    log.clock.advance(seconds=WAITED.total_seconds())
    await look(log, one)
    assert [one.number for one in await one.store.standing() if one.group == "audit.end_altered"] == [1]


@pytest.mark.parametrize(
    "change", ["DELETE FROM alert_place", "following = 0", "following = 1000000", "older"]
)
async def test_a_place_that_is_moved_again_and_again_keeps_no_alert_from_being_raised(log: Log, change: str):
    one = await looking(log)
    older = kept(log, "alert_place")
    log.append([entry(number) for number in range(5)])
    log.clock.advance(minutes=1)
    await look(log, one)
    for person in ("novak", "svoboda"):
        if change == "older":
            put_back(log, older)
        else:
            by_hand(log, change if change.startswith("DELETE") else f"UPDATE alert_place SET {change}")
        log.append(guesses(10, person))
        await look(log, one)
    assert {"novak", "svoboda"} <= set(alerts_of(log))
    assert len(moved(log)) == 2


async def test_whoever_makes_alerts_begin_anew_again_and_again_makes_them_forget_nothing(log: Log):
    """A row that somebody changes among what stands is enough for that: neither how long is waited, nor what was
    passed.
    """
    unproven, begun = Unproven(), log.clock.now
    one = await Looking.begun(store(log), RULES, log.clock(), unproven)
    number = log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    log.append(
        [entry(other) for other in range(300)]
    )  # a root is kept of those before the last, which is proven so
    log.append(guesses(10))  # which raise an alert, so that the place is kept behind them
    put_in(log, number, entry(10))
    every = WAITED / 4
    for _ in range(6):
        await look(log, one)
        log.clock.advance(seconds=every.total_seconds())
        one = await Looking.begun(one.store, RULES, log.clock(), unproven)
    assert gaps(log) == [("entries_not_proven", number)]
    assert unproven.ranges[0][0] == number
    later, log.clock.now = log.clock.now, begun
    put_in(log, number, entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE))
    log.clock.now = later
    await look(log, await Looking.begun(one.store, RULES, log.clock(), unproven))
    assert "audit.end_altered" in alerts_of(log)
    assert not unproven


async def test_what_was_passed_and_is_read_anyway_is_not_looked_at_again(log: Log):
    one = await looking(log)
    number = log.append([entry(10, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    unproven = Unproven([(number - 1, number + 1)])
    again = await Looking.begun(one.store, RULES, log.clock(), unproven)
    assert again.following == number
    assert unproven.ranges == [(number - 1, number)]


async def test_roots_of_the_tree_that_somebody_changed_keep_nothing_from_being_seen_as_it_is(log: Log):
    """Else all would be passed as it stands, once it was waited for in vain, and bytes changed just then."""
    log.append([entry(number) for number in range(300)])
    one = await looking(log)
    await look(log, one)
    by_hand(log, "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5")
    number = log.append([entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE)])[0]
    put_in(log, number, entry(9))
    await look(log, one)
    put_in(log, number, entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE))
    log.clock.advance(seconds=WAITED.total_seconds() / 2)
    await look(log, one)
    assert "audit.end_altered" in alerts_of(log)
    log.clock.advance(seconds=2 * WAITED.total_seconds())
    log.append([entry(10)])
    await look(log, one)
    assert gaps(log) == []


RAISED = Alert(
    id="log_damaged-1",
    rule="log_damaged",
    group="audit.end_altered",
    raised_at=NOON,
    number=10,
    threshold=10,
    entries=(),
)
BEHIND = 10**9


@pytest.mark.parametrize("at", [1, BEHIND])
async def test_an_alert_that_was_never_raised_hushes_none_wherever_its_entry_was_put(log: Log, at: int):
    """For a moment in the place of another, or behind the end of the log."""
    log.append([entry(number) for number in range(3)])
    await look(log, await looking(log))
    put_in(log, at, raised(RAISED, NOON))
    hush(log, RAISED.rule, RAISED.group)
    by_hand(log, "UPDATE alert_standing SET acknowledged_by = ''")
    again = await looking(log)
    put_in(log, at, entry(at))
    by_hand(log, f"DELETE FROM audit_entry WHERE sequence = {BEHIND}", "DELETE FROM alert_standing")
    log.append([entry(9, Code.LOG_END_ALTERED, Outcome.FAILURE)])
    await look(log, again)
    assert "audit.end_altered" in alerts_of(log)
    assert restored(log) == [(0, 1)]
    assert check(log).broken is None


async def test_an_alert_that_is_over_hushes_none_whatever_the_column_of_its_end_says(log: Log):
    one = await looking(log)
    log.append(guesses(10))
    await look(log, one)
    [stood] = kept(log, "alert_standing")["alert_standing"]
    log.clock.advance(hours=2)
    await look(log, one)
    log.clock.advance(hours=2)
    await look(log, one)
    assert told(log) == ["alert.raised", "alert.over"]
    by_hand(log, "UPDATE audit_entry SET code = 'x' || code WHERE code = 'alert.over'")
    put_back(log, {"alert_standing": [stood]})
    again = await looking(log)
    by_hand(log, "UPDATE audit_entry SET code = substr(code, 2) WHERE code LIKE 'x%'")
    log.append(guesses(10))
    await look(log, again)
    assert told(log).count("alert.raised") >= 2


CHANGES = [
    "DELETE FROM alert_standing",
    "UPDATE alert_standing SET \"of\" = 'svoboda'",
    "UPDATE alert_standing SET entries = '[]'",
    "UPDATE alert_standing SET id = 'failed_sign_ins-1'",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_whoever_watches_sees_that_the_page_shows_other_alerts_than_stand(log: Log, change: str):
    """An entry put in another's place, which says that the alert is over, hides none of it."""
    one = await looking(log)
    log.append(guesses(10))
    await look(log, one)
    [alert] = one.watch.standing.values()
    assert await one.store.stand_so([alert])
    put_in(log, 3, over(alert, log.clock()))
    by_hand(log, "UPDATE alert_standing SET acknowledged_by = 'vesela'")
    assert await one.store.stand_so([alert])
    by_hand(log, change)
    assert not await one.store.stand_so([alert])
    put_in(log, 3, guesses(1)[0])
    again = await looking(log)
    assert await again.store.stand_so([alert])
    assert len(restored(log)) == 1


@pytest.mark.parametrize("made", [over, partial(acknowledged, subject="office:1", person="svoboda")])
async def test_an_entry_in_another_s_place_neither_ends_an_alert_nor_takes_it_in_hand(
    log: Log, made: Callable[[Alert, datetime], Entry]
):
    one = await looking(log)
    log.append(guesses(10))
    await look(log, one)
    [alert] = one.watch.standing.values()
    log.append([entry(number) for number in range(20)])
    put_in(log, 20, made(alert, log.clock()))
    by_hand(log, "UPDATE alert_standing SET acknowledged_by = 'svoboda'")
    assert await one.store.put_right(log.clock())
    [left] = await one.store.standing()
    assert (left.id, left.acknowledged_by) == (alert.id, "")


async def test_what_stands_is_proven_in_steps_over_months_and_stays(
    log: Log, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alert_told, "AT_ONCE", 7)
    one = await looking(log)
    log.append(guesses(10))
    await look(log, one)
    log.clock.advance(days=31)
    log.append([entry(number) for number in range(20)])
    await looking(log)
    assert (alerts_of(log), restored(log)) == (["novak"], [])
    put_in(log, 25, entry(99))
    await looking(log)
    assert alerts_of(log) == [], "nothing proves that it was not over there"
    assert len(restored(log)) == 1


async def test_a_gap_that_somebody_keeps_open_hides_no_other_kind(log: Log):
    one = await looking(log)
    for gap in (Gap.SILENT, Gap.MISSING):
        log.append([gap_told(Lack(gap, 1, log.clock(), 0), log.clock())])
        await look(log, one)
    assert alerts_of(log) == [Gap.SILENT.value, Gap.MISSING.value]


def gaps(log: Log) -> list[tuple[str, object]]:
    found = (one.entry for one in written(log) if one.entry.code is Code.LOG_GAP)
    return [(one.reason, one.details["first"]) for one in found]
