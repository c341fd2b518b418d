"""The log is put back by entries that whoever follows it has passed: what says so bears one of their numbers, and is
heard all the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.alerts.delivered import in_force
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Outcome
from gateway.commands.alerting import Looking
from gateway.forwarding.forwarder import Forwarder, NotTaken
from gateway.storage.alerts import OthersLooked, StoredAlerts
from gateway.storage.audit import Ledger
from gateway.storage.audit_passed import Passed
from gateway.storage.end_marks import key_under, mark_ends
from gateway.storage.ends_reached import end_at, stands
from gateway.storage.forwarding import StoredReceivers
from gateway.storage.tables.audit import audit_entry
from gateway.storage.tables.forwarding import audit_receiver
from tests.gateway.audit.making import KEYS, Log, entry
from tests.gateway.audit.rotating import SEAL
from tests.gateway.audit.sharding import by_hand
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_alerts import alerts_of, log, moved
from tests.gateway.storage.test_checkpoints_altered import kept, put_back
from tests.gateway.storage.test_end_marks import MASTER

__all__ = ["log"]

RULES = in_force([])


class Heard:
    """The other side of a line, as far as the store is concerned."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.away = False

    async def open(self) -> None:
        if self.away:
            raise NotTaken("receiver_unreachable")

    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:
        self.codes += [one.decode() for one in messages]
        return []

    def check(self) -> None: ...

    async def close(self) -> None: ...


def said(recorded: Recorded) -> bytes:
    return recorded.entry.code.encode()


def sending(log: Log, heard: Heard, settle: timedelta = timedelta(0)) -> Forwarder:
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    return Forwarder("siem", receivers, heard, said, log.clock, settle, from_beginning=True)


async def sent(forwarder: Forwarder) -> None:
    while await forwarder.step():
        pass


async def spied(log: Log, passed_by: Callable[[], Awaitable[None]]) -> None:
    """An act whose entry goes again once it was passed; then what others do, until the log is longer than it was."""
    before = kept(log, "audit_tail")
    log.append([entry(7, Code.DECISION_PERMIT, subject="s-spy")])
    await passed_by()
    by_hand(log, f"DELETE FROM audit_entry WHERE sequence >= {before['audit_tail'][0].size}")
    put_back(log, before)
    log.append([entry(8)])  # tells of it, and is as long as the log was
    log.append([entry(9)])


async def test_that_the_log_was_put_back_raises_an_alert(log: Log) -> None:
    store = StoredAlerts(log.database, log.ledger.append, SEAL)
    one = await Looking.begun(store, RULES, log.clock())
    log.append([entry(number) for number in range(3)])

    async def look() -> None:
        while await one.step(log.clock()):
            pass

    await spied(log, look)
    try:
        await look()
    except OthersLooked:
        one = await Looking.begun(store, RULES, log.clock())  # as `watch_the_log` does
        await look()
    assert "audit.rolled_back" in alerts_of(log)
    assert [found["of"] for found in moved(log)] == ["alerts"]
    await look()
    assert len(moved(log)) == 1, "once"


async def test_that_the_log_was_put_back_reaches_a_receiver(log: Log) -> None:
    heard = Heard()
    forwarder = sending(log, heard)
    log.append([entry(number) for number in range(3)])
    await sent(forwarder)
    await spied(log, lambda: sent(forwarder))
    assert heard.codes[-1] == Code.DECISION_PERMIT
    await sent(forwarder)
    assert Code.LOG_ROLLED_BACK in heard.codes
    assert [found["of"] for found in moved(log)] == ["siem"]
    await sent(forwarder)
    assert heard.codes.count(Code.LOG_ROLLED_BACK) == 1
    assert len(moved(log)) == 1, "once"


async def test_a_receiver_that_was_away_meanwhile_hears_of_it_too(log: Log) -> None:
    heard = Heard()
    forwarder = sending(log, heard)
    log.append([entry(number) for number in range(3)])
    await sent(forwarder)

    async def goes_away() -> None:
        await sent(forwarder)
        heard.away = True
        await forwarder.rest()

    await spied(log, goes_away)
    heard.away = False
    await sent(forwarder)
    assert Code.LOG_ROLLED_BACK in heard.codes


async def test_an_undisturbed_log_is_sent_once_whoever_reads_it(log: Log) -> None:
    heard = Heard()
    forwarder = sending(log, heard)
    for number in range(5):
        log.append([entry(number)])
        await sent(forwarder)
        await forwarder.rest()
    assert len(heard.codes) == 6, "and that it was begun"
    assert moved(log) == []


async def test_a_place_jumps_over_a_gap_only_once_what_was_sent_before_it_counts_as_taken(log: Log) -> None:
    heard = Heard()
    forwarder = sending(log, heard, timedelta(minutes=2))
    log.append([entry(number) for number in range(3)])
    await sent(forwarder)
    log.append([entry(number) for number in range(5)])
    by_hand(log, "DELETE FROM audit_entry WHERE sequence IN (4, 5)")
    await sent(forwarder)
    log.clock.advance(minutes=1)  # longer than anybody waits for them to be put back
    await sent(forwarder)
    assert (len(heard.codes), missed(log)) == (4, 0)
    log.clock.advance(minutes=1)
    await sent(forwarder)
    assert missed(log) == 1
    assert len(heard.codes) > 4


def missed(log: Log) -> int:
    return sum(one.entry.code is Code.RECEIVER_MISSED for one in written(log))


async def test_a_place_goes_back_for_nobody(log: Log) -> None:
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    begun = await receivers.begin("siem", log.clock(), from_beginning=False)
    log.append([entry(number) for number in range(30)])
    await receivers.taken("siem", begun + 10, log.clock())
    await receivers.taken("siem", begun + 5, log.clock())
    (standing,) = await receivers.standing()
    assert standing.following == begun + 10


def test_what_was_passed_stands_until_it_is_gone_and_its_month_is_not(log: Log) -> None:
    log.append([entry(number) for number in range(3)])
    log.clock.advance(days=31)
    log.append([entry(9)])
    end = log.database.read_now(lambda c: end_at(c, 3))
    assert log.database.read_now(lambda c: stands(c, end))
    by_hand(log, "DELETE FROM audit_entry WHERE sequence < 3")
    assert not log.database.read_now(lambda c: stands(c, end))
    by_hand(log, "UPDATE audit_shard SET dropped_by = 3")
    assert log.database.read_now(lambda c: stands(c, end))


FALSE_MONTH = (
    "INSERT INTO audit_shard (number, month, first, size, root, began, ended, dropped_by) "
    "SELECT 99, '2001-01', 0, size, frontier, 0, 0, 1 FROM audit_tail"
)


async def test_a_month_that_somebody_says_is_gone_hides_no_log_that_was_put_back(log: Log) -> None:
    """What tells of it is taken out for the moment in which it is passed, as if it had gone with its month."""
    marked(log)
    store = StoredAlerts(log.database, log.ledger.append, SEAL)
    one = await Looking.begun(store, RULES, log.clock())
    log.append([entry(number) for number in range(3)])

    async def look() -> None:
        while await one.step(log.clock()):
            pass

    await spied(log, look)
    hidden = kept(log, "audit_entry", "audit_shard")
    by_hand(log, "DELETE FROM audit_entry WHERE sequence = 3", FALSE_MONTH)
    with pytest.raises(OthersLooked):
        await look()
    put_back(log, hidden)
    with pytest.raises(OthersLooked):  # still
        await look()
    one = await Looking.begun(store, RULES, log.clock())
    await look()
    assert "audit.rolled_back" in alerts_of(log)


async def test_an_end_that_is_changed_with_the_months_hides_none_either(log: Log) -> None:
    marked(log)
    log.append([entry(number) for number in range(3)])
    passed = Passed()
    log.database.read_now(lambda c: passed.came_to(c, "one", 3))
    before = kept(log, "audit_tail")
    by_hand(log, "DELETE FROM audit_entry WHERE sequence = 2", FALSE_MONTH)
    by_hand(log, "UPDATE audit_tail SET first = 3, size = 6")
    assert log.database.read_now(lambda c: passed.put_back(c, "one"))
    put_back(log, before)
    log.database.read_now(lambda c: passed.came_to(c, "one", 3))
    assert log.database.read_now(lambda c: passed.put_back(c, "one")), (
        "it is not forgotten while it is not there"
    )


def marked(log: Log) -> None:
    (log.folder / "master.key").write_bytes(MASTER)
    mark_ends(log.database.engine, key_under(log.folder), log.file)


async def test_a_log_that_was_put_back_while_nothing_ran_is_alerted_and_sent_after_the_start(
    log: Log,
) -> None:
    """What the start writes brings it behind the places before anybody reads."""
    marked(log)
    heard = Heard()
    forwarder = sending(log, heard)
    store = StoredAlerts(log.database, log.ledger.append, SEAL)
    one = await Looking.begun(store, RULES, log.clock())
    log.append([entry(number) for number in range(300)])
    log.clock.advance(days=3)
    before = kept(log, "audit_tail")
    log.append([entry(7, Code.DECISION_PERMIT, subject="s-spy")])
    for number in range(2):
        while await one.step(log.clock()):
            pass
        log.clock.advance(minutes=1)  # places are kept now and then
        log.append([entry(number)])
    await sent(forwarder)
    while await one.step(log.clock()):
        pass
    by_hand(log, f"DELETE FROM audit_entry WHERE sequence >= {before['audit_tail'][0].size}")
    put_back(log, before)
    log.ledger = Ledger(log.clock)
    log.append([entry(number, Code.LOG_ROLLED_BACK, Outcome.FAILURE) for number in range(4)])
    one = await Looking.begun(StoredAlerts(log.database, log.ledger.append, SEAL), RULES, log.clock())
    while await one.step(log.clock()):
        pass
    assert "audit.rolled_back" in alerts_of(log)
    await sent(sending(log, heard))
    assert heard.codes.count(Code.LOG_ROLLED_BACK) >= 4
    assert {found["of"] for found in moved(log)} == {"alerts", "siem"}
    assert 300 < len(heard.codes) < 400, "a day is sent again, and not all"


async def test_of_a_place_nothing_is_passed_over_that_was_not_sent_yet(log: Log) -> None:
    """Somebody damages what says which entry was the last: a receiver that is away for days still gets all."""
    marked(log)
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    await receivers.begin("siem", log.clock(), from_beginning=True)
    log.append([entry(number) for number in range(5)])
    await receivers.taken("siem", 4, log.clock())
    log.clock.advance(days=3)
    log.append([entry(number) for number in range(5)])
    [place] = kept(log, "audit_receiver")["audit_receiver"]
    half = place._mapping["mark"][:32]
    log.database.write_soon(lambda c: c.execute(update(audit_receiver).values(mark=half))).result()
    assert await receivers.begin("siem", log.clock(), from_beginning=True) == 4
    assert len(moved(log)) == 1


@pytest.mark.parametrize("bytes_too", [False, True])
async def test_a_hash_that_stands_in_its_column_again_hides_no_log_that_was_put_back(
    log: Log, *, bytes_too: bool
) -> None:
    """Where the place is at the edge of a kept subtree, whose root says nothing of the leaf."""
    marked(log)
    heard = Heard()
    forwarder = sending(log, heard)
    store = StoredAlerts(log.database, log.ledger.append, SEAL)
    one = await Looking.begun(store, RULES, log.clock())
    await sent(forwarder)  # that it was begun is an entry
    log.append([entry(number) for number in range(254)])
    taken_back: list[tuple[bytes, bytes]] = []

    async def look() -> None:
        while await one.step(log.clock()):
            pass
        await sent(forwarder)
        if not taken_back:
            taken_back.append(row_of(log, 255))

    await spied(log, look)
    true = row_of(log, 255)
    put(log, 255, (taken_back[0][0] if bytes_too else true[0], taken_back[0][1]))
    with suppress(OthersLooked):
        while await one.step(log.clock()):
            pass
    await sent(forwarder)
    put(log, 255, true)
    try:
        await one.step(log.clock())
    except OthersLooked:
        one = await Looking.begun(store, RULES, log.clock())
    while await one.step(log.clock()):
        pass
    await sent(forwarder)
    assert Code.LOG_ROLLED_BACK in heard.codes
    assert "audit.rolled_back" in alerts_of(log)
    assert sorted(str(found["of"]) for found in moved(log)) == ["alerts", "siem"]


def row_of(log: Log, number: int) -> tuple[bytes, bytes]:
    query = select(audit_entry.c.canonical, audit_entry.c.leaf).where(audit_entry.c.sequence == number)
    return tuple(log.database.read_now(lambda c: c.execute(query).one()))


def put(log: Log, number: int, row: tuple[bytes, bytes]) -> None:
    this = update(audit_entry).where(audit_entry.c.sequence == number)
    log.database.write_soon(lambda c: c.execute(this.values(canonical=row[0], leaf=row[1]))).result()
