"""An alert, its entry and the place in the log are one transaction: no crash loses or doubles one."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.alerts.delivered import in_force
from gateway.alerts.told import acknowledged
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Outcome
from gateway.commands.alerting import Looking
from gateway.forwarding.forwarder import NotTaken
from gateway.storage.alerts import SPAN, OthersLooked, StoredAlerts, standing
from gateway.storage.audit import read_tail
from gateway.storage.audit_since import first_since
from gateway.storage.forwarding import StoredReceivers
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.rotating import SEAL
from tests.gateway.audit.sharding import by_hand
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_checkpoints_altered import TABLES, kept, put_back

RULES = in_force([])


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def store(log: Log) -> StoredAlerts:
    return StoredAlerts(log.database, log.ledger.append, SEAL)


async def looking(log: Log) -> Looking:
    return await Looking.begun(store(log), RULES, log.clock())


async def look(log: Log, one: Looking) -> None:
    while await one.step(log.clock()):
        pass


def guesses(number: int, person: str = "novak") -> list[object]:
    return [
        entry(code=Code.SIGN_IN_PASSWORD_REFUSED, outcome=Outcome.REFUSED, person=person)
        for _ in range(number)
    ]


def told(log: Log) -> list[str]:
    def codes(connection: object) -> list[str]:
        rows = connection.exec_driver_sql("SELECT code FROM audit_entry ORDER BY sequence")
        return [row[0] for row in rows if row[0].startswith("alert.")]

    return log.database.read_now(codes)


async def test_what_was_more_than_a_day_before_the_first_look_raises_nothing(log: Log):
    log.append(guesses(20))
    log.clock.advance(days=2)
    log.append([entry(1)])
    await look(log, await looking(log))
    assert "novak" not in alerts_of(log)


async def test_a_young_log_is_looked_at_from_its_first_entry_and_no_place_is_missed(log: Log):
    log.append(guesses(20))
    await look(log, await looking(log))
    assert told(log) == ["alert.raised"]
    assert moved(log) == []


async def test_an_alert_is_an_entry_and_stands_until_it_is_over(log: Log):
    one = await looking(log)
    log.append(guesses(12))
    await look(log, one)
    assert told(log) == ["alert.raised"]
    (alert,) = await store(log).standing()
    assert (alert.rule, alert.group, alert.entries[:3]) == ("failed_sign_ins", "novak", (0, 1, 2))
    for _ in range(5):
        log.clock.advance(minutes=15)
        await look(log, one)
    assert told(log) == ["alert.raised", "alert.over"]
    assert await store(log).standing() == []


async def test_whoever_comes_after_a_crash_goes_on_and_tells_nothing_twice(log: Log):
    one = await looking(log)
    log.append(guesses(6))
    await look(log, one)  # and it dies, with six in memory alone
    log.append(guesses(6))
    two = await looking(log)
    await look(log, two)
    assert told(log) == ["alert.raised"]
    log.append(guesses(5))
    await look(log, await looking(log))
    assert told(log) == ["alert.raised"]
    (alert,) = await store(log).standing()
    assert alert.number == 17


async def test_of_two_that_look_at_once_one_tells(log: Log):
    one, two = await looking(log), await looking(log)
    log.append(guesses(10))
    await look(log, one)
    with pytest.raises(OthersLooked):
        await look(log, two)
    assert told(log) == ["alert.raised"]


async def test_a_write_that_fails_keeps_neither_entry_nor_place(log: Log):
    one = await looking(log)
    log.append(guesses(10))

    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    one.store = StoredAlerts(log.database, fails, SEAL)
    with suppress(Exception):
        await look(log, one)
    assert told(log) == []
    assert await store(log).standing() == []
    await look(log, await looking(log))
    assert told(log) == ["alert.raised"]


async def test_what_people_were_seen_with_outlives_a_start(log: Log):
    facts = [
        entry(code=Code.DECISION_PERMIT, person="novak", details={"facts": f'{{"country":"{one}"}}'})
        for one in ("CZ", "US")
    ]
    one = await looking(log)
    log.append(facts[:1])
    await look(log, one)
    two = await looking(log)
    log.append(facts[1:])
    await look(log, two)
    assert [one.rule for one in await store(log).standing()] == ["new_country"]


async def test_the_first_entry_since_a_moment_is_found_by_halving(log: Log):
    for _ in range(20):
        log.append([entry()])
        log.clock.advance(minutes=1)
    start = log.clock() - timedelta(minutes=20)
    found = [
        log.database.read_now(lambda c, m=m: first_since(c, start + timedelta(minutes=m)))
        for m in (-5, 0, 7, 25)
    ]
    assert found == [0, 0, 7, 20]


async def test_a_long_backlog_is_looked_at_in_spans(log: Log):
    one = await looking(log)
    log.append([entry(number) for number in range(SPAN)])
    log.append(guesses(10))
    assert await one.step(log.clock())
    await look(log, one)
    assert told(log) == ["alert.raised"]


async def test_one_officer_takes_an_alert_in_hand_and_what_is_added_leaves_it_so(log: Log):
    one = await looking(log)
    log.append(guesses(10))
    await look(log, one)
    (alert,) = await store(log).standing()
    entry_of = acknowledged(alert, log.clock(), subject="office:2", person="vesela")
    assert await store(log).acknowledge(alert.id, "vesela", entry_of)
    assert not await store(log).acknowledge(alert.id, "jina", entry_of)
    log.append(guesses(3))
    await look(log, one)
    (alert,) = await store(log).standing()
    assert (alert.acknowledged_by, alert.number) == ("vesela", 13)
    assert told(log) == ["alert.raised", "alert.acknowledged"]


async def test_entries_of_a_new_month_raise_alerts_as_those_before_did(log: Log):
    log.append([entry(number) for number in range(50)])
    one = await looking(log)
    log.clock.advance(days=40)
    log.append(guesses(10))
    await look(log, one)
    assert told(log) == ["alert.raised"]


async def test_who_begins_to_forward_in_a_later_month_begins_at_its_end_and_who_watches_a_day_before(
    log: Log,
):
    log.append([entry(number) for number in range(50)])
    log.clock.advance(days=40)
    log.append(guesses(20))
    size = log.database.read_now(lambda connection: read_tail(connection).size)
    assert size > 70  # and the entry that opens the month
    assert (await store(log).begin(log.clock())).following == 50
    size += 1  # that no place was kept is an entry
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    await receivers.begin("siem", log.clock(), from_beginning=False)
    (stands,) = await receivers.standing()
    assert stands.following == size
    assert stands.behind <= 1  # that a receiver began is an entry too


@pytest.mark.parametrize("change", ["UPDATE alert_place SET following = 1000", "DELETE FROM alert_place"])
async def test_a_place_that_was_moved_past_entries_hides_none_of_them(log: Log, change: str):
    one = await looking(log)
    log.append([entry(1)])
    log.clock.advance(days=2)
    log.append(guesses(10, "svoboda"))
    await look(log, one)  # an alert, and the place behind it
    log.clock.advance(hours=1)
    log.append(guesses(10))
    by_hand(log, change)
    with suppress(OthersLooked):
        await look(log, one)
    await look(log, await looking(log))
    raised = [of for of in alerts_of(log) if of == "novak"]
    assert raised == ["novak"]
    assert moved(log)[0]["of"] == "alerts"
    await look(log, await looking(log))
    assert len(moved(log)) == 1


async def test_a_receivers_place_that_was_moved_by_hand_is_told_and_nothing_is_lost(log: Log):
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    begun = await receivers.begin("siem", log.clock(), from_beginning=False)
    log.append([entry(number) for number in range(30)])
    await receivers.taken("siem", begun + 10, log.clock())
    by_hand(log, "UPDATE audit_receiver SET following = following + 15")
    await receivers.taken("siem", begun + 12, log.clock())  # while it is at work: its own place is right
    assert await receivers.begin("siem", log.clock(), from_beginning=False) == begun + 12
    for away in ("following + 15", "following - 5"):
        by_hand(log, f"UPDATE audit_receiver SET following = {away}")
        assert await receivers.begin("siem", log.clock(), from_beginning=False) == begun + 12, (
            "as the log says"
        )
    by_hand(log, "UPDATE audit_receiver SET mark = NULL")
    assert await receivers.begin("siem", log.clock(), from_beginning=False) == begun + 12
    assert [(one["of"], one["kept"]) for one in moved(log)] == [
        ("siem", begun + 25), ("siem", begun + 27), ("siem", begun + 7), ("siem", begun + 12),
    ]  # fmt: skip


async def test_a_receivers_place_that_was_taken_away_is_told_and_nothing_is_lost(log: Log):
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    begun = await receivers.begin("siem", log.clock(), from_beginning=False)
    log.append([entry(number) for number in range(30)])
    await receivers.taken("siem", begun + 10, log.clock())
    by_hand(log, "DELETE FROM audit_receiver")
    assert await receivers.begin("siem", log.clock(), from_beginning=False) == begun, "as the log says"
    by_hand(log, "DELETE FROM audit_receiver")
    await receivers.taken("siem", begun + 12, log.clock())  # while it is at work: its own place is right
    assert await receivers.begin("siem", log.clock(), from_beginning=False) == begun + 12
    by_hand(log, "DELETE FROM audit_receiver")
    trouble = NotTaken("receiver_unreachable", "nobody answers")
    await receivers.failed("siem", trouble, log.clock(), timedelta(0))
    (stands,) = await receivers.standing()
    assert (stands.following, stands.reason) == (begun + 12, "receiver_unreachable")
    assert [(one["kept"], one["first"]) for one in moved(log)] == [
        (-1, begun), (-1, begun + 12), (-1, begun + 12),
    ]  # fmt: skip
    assert await receivers.begin("another", log.clock(), from_beginning=False) > begun + 12, "one that is new"


def moved(log: Log) -> list[dict[str, object]]:
    found = log.database.read_now(
        lambda c: c.exec_driver_sql(
            "SELECT canonical FROM audit_entry WHERE code = 'audit.place_moved' ORDER BY sequence"
        ).all()
    )
    return [parse(bytes(row[0])).entry.details for row in found]


def alerts_of(log: Log) -> list[str]:
    return [one.group for one in log.database.read_now(standing)]


def hush(log: Log, rule: str, of: str, entries: str = "[]") -> None:
    at = int(log.clock().timestamp() * 1_000_000)
    by_hand(
        log,
        'INSERT INTO alert_standing (id, rule, "of", raised_at, number, threshold, entries, acknowledged_by) '
        f"VALUES ('{rule}-1', '{rule}', '{of}', {at}, 10, 10, '{entries}', 'svoboda')",
    )


def restored(log: Log) -> list[tuple[object, object]]:
    def entries(connection: object) -> list[object]:
        query = "SELECT canonical FROM audit_entry WHERE code = 'audit.alerts_restored' ORDER BY sequence"
        return [parse(bytes(row[0])).entry.details for row in connection.exec_driver_sql(query)]

    return [(one["put_back"], one["taken_out"]) for one in log.database.read_now(entries)]


@pytest.mark.parametrize("entries", ["[]", "no JSON"])
async def test_an_alert_that_was_written_in_by_hand_hushes_no_real_one(log: Log, entries: str):
    await look(log, await looking(log))
    hush(log, "failed_sign_ins", "novak", entries)
    hush(log, "emergency_access", "novak", entries)
    one = await looking(log)  # as after a start, or another node that leads
    log.append([*guesses(30), entry(code=Code.EMERGENCY_BEGUN, person="novak")])
    await look(log, one)
    assert told(log).count("alert.raised") == 3  # and that the log was meddled with
    assert {one.rule for one in await store(log).standing()} == {
        "failed_sign_ins", "emergency_access", "log_damaged",
    }  # fmt: skip
    assert restored(log) == [(0, 2)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM alert_standing",
        "UPDATE alert_standing SET \"of\" = 'svoboda'",
        "UPDATE alert_standing SET rule = 'emergency_access'",
        "UPDATE alert_standing SET number = 1",
        "UPDATE alert_standing SET entries = '[]'",
        "UPDATE alert_standing SET calm_since = 9000000000000000",
        "UPDATE alert_standing SET acknowledged_by = 'svoboda'",
        "UPDATE alert_standing SET threshold = 1000000",
    ],
)
async def test_an_alert_that_was_changed_or_taken_out_by_hand_stands_as_it_was_recorded(
    log: Log, change: str
):
    one = await looking(log)
    log.append(guesses(12))
    await look(log, one)
    (before,) = await store(log).standing()
    assert not await store(log).put_right(log.clock())
    by_hand(log, change)
    assert await store(log).put_right(log.clock())
    assert not await store(log).put_right(log.clock())
    (after,) = await store(log).standing()
    assert (after.rule, after.group, after.entries, after.acknowledged_by, after.calm_since) == (
        before.rule, "novak", before.entries, "", None,
    )  # fmt: skip
    assert restored(log) == [(1, 0)]
    log.append(guesses(3))
    await look(log, await looking(log))
    assert told(log).count("alert.raised") == 2, "log_damaged; the other stands already"


async def test_what_was_taken_in_hand_is_over_or_grew_is_nothing_by_hand(log: Log):
    one = await looking(log)
    log.append([*guesses(12), *guesses(12, "\x1b[2J" + "ř" * 400)])
    await look(log, one)
    alert = next(one for one in await store(log).standing() if one.group == "novak")
    entry_of = acknowledged(alert, log.clock(), subject="office:2", person="vesela")
    assert await store(log).acknowledge(alert.id, "vesela", entry_of)
    log.append(guesses(3))
    for _ in range(7):
        await look(log, one)
        assert not await store(log).put_right(log.clock())
        log.clock.advance(minutes=15)
    assert told(log).count("alert.over") == 2
    assert restored(log) == []


@pytest.mark.parametrize("place", ["kept beyond the end", "put back with the rest"])
async def test_whoever_watches_a_log_that_was_put_back_hears_what_is_new(log: Log, place: str):
    one = await looking(log)
    log.append([entry(1)])
    await look(log, one)
    tables = (*TABLES, *(("alert_place",) if place == "put back with the rest" else ()))
    yesterday = kept(log, *tables)
    log.append([entry(number) for number in range(40)])
    await look(log, one)
    log.clock.advance(seconds=40)  # so that the place is kept
    log.append([entry(50)])
    await look(log, one)
    put_back(log, yesterday)
    log.append(guesses(12))
    with pytest.raises(OthersLooked):
        await look(log, one)
    await look(log, await looking(log))
    assert "alert.raised" in told(log)
    moved = place == "kept beyond the end"
    assert (Code.LOG_PLACE_MOVED in {one.entry.code for one in written(log)}) is moved
