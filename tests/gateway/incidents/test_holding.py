"""Evidence keeps the months in which it lies, once; until the incident is closed and its time over, or by hand."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, delete

from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.retention import to_be_dropped
from gateway.audit.shard import Shard
from gateway.incidents.holding import LATE, Months, goes_at, hold_again, months_of, release_due, unheld
from gateway.incidents.items import Held
from gateway.incidents.refused import Why
from gateway.storage.audit_holds import restore
from gateway.storage.audit_retention import Retention
from gateway.storage.incidents import HELD
from gateway.storage.tables.audit import audit_hold
from gateway.storage.tables.incidents import security_incident_item
from tests.gateway.incidents.test_office import refused_with
from tests.rig.incidents import OFFICER, SAID, UNSURE, Incidents
from tests.rig.people import NOON

MONTHS = 18


def at(year: int, month: int, day: int = 1, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


async def received(desk: Incidents) -> datetime:
    """The first entry; the log of these tests goes by the real clock."""
    found = await desk.office.books.look(lambda book: book.oldest())
    assert found is not None
    return found


async def opened(desk: Incidents) -> int:
    return (await desk.office.open(SAID, OFFICER, NOON)).number


async def spans(desk: Incidents, number: int) -> list[tuple[datetime, datetime | None, bool]]:
    return [(one.begins, one.ends, one.stands) for one in await desk.office.holds(number)]


async def due(desk: Incidents, now: datetime) -> list[int]:
    gone = await desk.office.books.transact(lambda book: release_due(book, MONTHS, now))
    return [one.number for one in gone]


def test_months_are_whole_and_those_of_the_log() -> None:
    assert months_of(at(2026, 11, 30, 23), at(2026, 12, 1)) == Months(at(2026, 11), at(2027, 1))
    in_prague = datetime.fromisoformat("2026-12-01T00:30:00+01:00")
    assert months_of(in_prague, in_prague) == Months(at(2026, 11), at(2026, 12))


async def test_an_entry_that_is_evidence_holds_its_month_and_a_second_one_of_it_nothing_more(
    desk: Incidents,
) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    month = months_of(*[await received(desk)] * 2)
    assert await spans(desk, number) == [(month.since, month.until, True)]
    await desk.office.add_entry(number, 1, OFFICER, NOON)
    assert len(await desk.office.holds(number)) == 1
    shown = await desk.office.shown(number)
    assert [one.kind for one in shown.items] == ["entry", "held", "entry"]
    assert [one.number for one in shown.items] == [1, 2, 3]


async def test_it_is_recorded_with_who_and_for_which_incident_in_one_transaction(desk: Incidents) -> None:
    number = await opened(desk)
    item = await desk.office.add_entry(number, 0, OFFICER, NOON)
    placed = desk.kept.entries[-1]
    assert (placed.code, placed.subject, placed.person) == (
        Code.LOG_HOLD_PLACED,
        OFFICER.subject,
        OFFICER.login,
    )
    assert (placed.details["incident"], placed.details["hold"]) == (number, 1)
    assert placed.details["why"] == f"incident {number}: {SAID.title}"
    (held,) = [one for one in (await desk.office.shown(number)).items if isinstance(one.body, Held)]
    assert held.entry == item.entry + 1


async def test_the_first_evidence_of_a_new_incident_is_held_too(desk: Incidents) -> None:
    await opened(desk)
    made = await desk.office.open(SAID, OFFICER, NOON, first=0)
    assert len(await desk.office.holds(made.number)) == 1
    assert len(await Retention(desk.kept.database).holds()) == 1


async def test_two_incidents_hold_each_for_itself(desk: Incidents) -> None:
    one, two = await opened(desk), await opened(desk)
    for number in (one, two):
        await desk.office.add_entry(number, 0, OFFICER, NOON)
    assert [[hold.number for hold in await desk.office.holds(number)] for number in (one, two)] == [[1], [2]]
    await desk.office.close(one, "Vyřešeno.", OFFICER, NOON)
    assert await due(desk, NOON + timedelta(days=700)) == [1]
    assert [hold.stands for hold in await desk.office.holds(two)] == [True]


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ({}, None, None),
        ({"since": "2020-01-05T00:00:00+00:00"}, None, None),
        ({"until": "2020-01-05T00:00:00+00:00"}, "nothing", None),
        ({"since": "2090-01-05T00:00:00+00:00"}, "nothing", None),
    ],
)
async def test_a_search_holds_the_months_of_its_span_and_only_what_there_is(
    desk: Incidents, asked: dict[str, str], since: str | None, until: datetime | None
) -> None:
    number = await opened(desk)
    first = await received(desk)
    now = first + timedelta(seconds=1)
    await desk.office.add_search(number, {"person": "novak", **asked}, 3, OFFICER, now, at_least=False)
    month = months_of(first, now)
    expected = [] if since == "nothing" else [(month.since, month.until, True)]
    assert await spans(desk, number) == expected


async def test_what_was_received_late_is_held_with_the_month_behind_the_span(desk: Incidents) -> None:
    number = await opened(desk)
    first = await received(desk)
    end = first + timedelta(days=40)
    begins = end.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    until = begins - timedelta(hours=1)
    assert begins < until + LATE
    await desk.office.add_search(number, {"until": until.isoformat()}, 3, OFFICER, end, at_least=False)
    assert await spans(desk, number) == [(*_span(first, end), True)]


def _span(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    months = months_of(first, last)
    return months.since, months.until


async def test_notes_and_closing_hold_nothing(desk: Incidents) -> None:
    number = await opened(desk)
    await desk.office.note(number, "Voláme dodavateli.", OFFICER, NOON)
    assert await desk.office.holds(number) == []


async def test_a_hold_goes_by_itself_when_the_incident_is_closed_and_its_time_is_over(
    desk: Incidents,
) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    assert await due(desk, NOON + timedelta(days=10_000)) == []  # it is open
    closed = await desk.office.close(number, "Vyřešeno.", OFFICER, NOON)
    goes = goes_at(closed, MONTHS)
    assert await due(desk, goes - timedelta(seconds=1)) == []
    assert await due(desk, goes) == [1]
    lifted = desk.kept.entries[-1]
    assert (lifted.code, lifted.subject, lifted.details["hold"]) == (Code.LOG_HOLD_LIFTED, "system", 1)
    assert await due(desk, goes + timedelta(days=1)) == []


async def test_a_hold_of_an_operator_is_none_of_an_incidents_business(desk: Incidents) -> None:
    await Retention(desk.kept.database, desk.kept.append).place(0, None, "kontrola", "cli:root", NOON)
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    await desk.office.close(number, "Vyřešeno.", OFFICER, NOON)
    assert await due(desk, NOON + timedelta(days=10_000)) == [2]
    assert await refused_with(desk, desk.office.release(number, 1, "Omyl", OFFICER, NOON)) is Why.HOLD_OVER


async def test_it_is_released_by_hand_with_a_reason_by_who_has_just_shown_to_be_it(desk: Incidents) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    release = desk.office.release
    assert await refused_with(desk, release(number, 1, "Omyl", UNSURE, NOON)) is Why.NOT_CONFIRMED
    assert await refused_with(desk, release(number, 1, " ", OFFICER, NOON)) is Why.TEXT_UNUSABLE
    assert await refused_with(desk, release(number, 7, "Omyl", OFFICER, NOON)) is Why.HOLD_OVER
    assert await refused_with(desk, release(77, 1, "Omyl", OFFICER, NOON)) is Why.INCIDENT_UNKNOWN
    assert [one.stands for one in await desk.office.holds(number)] == [True]
    await release(number, 1, "Důkazy má policie", OFFICER, NOON)
    lifted: Entry = desk.kept.entries[-1]
    assert (lifted.code, lifted.outcome, lifted.details["incident"]) == (
        Code.LOG_HOLD_LIFTED,
        Outcome.SUCCESS,
        number,
    )
    assert await refused_with(desk, release(number, 1, "Znovu", OFFICER, NOON)) is Why.HOLD_OVER
    await desk.office.add_entry(number, 1, OFFICER, NOON)  # evidence that is added later is held anew
    assert [one.stands for one in await desk.office.holds(number)] == [False, True]


async def test_holds_of_incidents_are_as_the_log_tells_of_them_until_somebody_changes_one(
    desk: Incidents,
) -> None:
    database = desk.kept.database
    told = lambda: desk.kept.entries[-1].code  # noqa: E731
    put_right = lambda: database.write_soon(lambda c: restore(c, desk.kept.append, NOON)).result()  # noqa: E731
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    put_right()
    assert told() is Code.LOG_HOLD_PLACED
    await desk.office.release(number, 1, "Důkazy má policie", OFFICER, NOON)
    put_right()
    assert told() is Code.LOG_HOLD_LIFTED
    await desk.office.add_entry(number, 1, OFFICER, NOON)
    await desk.office.close(number, "Vyřešeno.", OFFICER, NOON)
    before = await Retention(database).holds()
    database.write_soon(lambda c: c.execute(delete(audit_hold).where(audit_hold.c.number == 2))).result()
    put_right()
    assert told() is Code.LOG_HOLD_RESTORED
    after = await Retention(database).holds()
    assert [(one.since, one.until, one.why, one.stands) for one in after] == [
        (one.since, one.until, one.why, one.stands) for one in before
    ]
    assert await due(desk, NOON + timedelta(days=10_000)) == [2]
    put_right()
    assert told() is Code.LOG_HOLD_LIFTED


async def test_what_it_covers_is_not_dropped_while_it_stands(desk: Incidents) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    retention, old = Retention(desk.kept.database, desk.kept.append), microseconds(await received(desk))
    closed = Shard(0, "", 0, 1, bytes(32), old, old)
    long_after = NOON + timedelta(days=10_000)
    assert to_be_dropped([closed], await retention.holds(), 1, long_after) == []
    await desk.office.release(number, 1, "Omyl", OFFICER, NOON)
    assert to_be_dropped([closed], await retention.holds(), 1, long_after) == [closed]


async def held_again(desk: Incidents, now: datetime = NOON) -> dict[int, int]:
    """What a round of the retention does before it deletes; how many holds each incident got."""
    books = desk.office.books
    numbers = await books.look(unheld)
    return {
        number: len(await books.transact(partial(hold_again, number=number, now=now))) for number in numbers
    }


async def without_holds(desk: Incidents) -> None:
    """As a version left it that knew of none."""

    def forget(connection: Connection) -> None:
        connection.execute(delete(audit_hold))
        connection.execute(delete(security_incident_item).where(security_incident_item.c.body.like(HELD)))

    await desk.kept.database.write(forget)


async def test_evidence_that_is_older_than_holds_is_held_once_it_is_looked_for(desk: Incidents) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    await desk.office.add_entry(number, 1, OFFICER, NOON)
    await without_holds(desk)
    assert await desk.office.holds(number) == []
    assert await held_again(desk) == {number: 1}
    month = months_of(*[await received(desk)] * 2)
    assert await spans(desk, number) == [(month.since, month.until, True)]
    placed = desk.kept.entries[-1]
    assert (placed.code, placed.subject, placed.details["incident"]) == (Code.LOG_HOLD_PLACED, SYSTEM, number)
    held = (await desk.office.shown(number)).items[-1]
    assert (held.kind, held.by.name, desk.kept.entries[held.entry].code) == ("held", "Brána", placed.code)
    assert await held_again(desk) == {}, "and only once"


async def test_a_search_of_then_is_held_as_far_as_it_reached_then(desk: Incidents) -> None:
    number = await opened(desk)
    first = await received(desk)
    asked = {"person": "novak"}
    await desk.office.add_search(number, asked, 3, OFFICER, first + timedelta(days=1), at_least=False)
    before = await spans(desk, number)
    await without_holds(desk)
    assert await held_again(desk, first + timedelta(days=400)) == {number: 1}
    assert await spans(desk, number) == before


async def test_what_was_lifted_by_hand_stays_lifted_and_what_was_added_behind_it_does_not(
    desk: Incidents,
) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    await desk.office.release(number, 1, "Důkazy má policie", OFFICER, NOON + timedelta(hours=1))
    assert await held_again(desk) == {}
    await desk.office.add_entry(number, 1, OFFICER, NOON + timedelta(hours=2))
    assert [one.stands for one in await desk.office.holds(number)] == [False, True]
    await desk.kept.database.write(lambda c: c.execute(delete(audit_hold).where(audit_hold.c.number == 2)))
    assert await held_again(desk, NOON + timedelta(hours=3)) == {number: 1}


async def test_an_incident_that_is_closed_gets_no_hold_any_more(desk: Incidents) -> None:
    number = await opened(desk)
    await desk.office.add_entry(number, 0, OFFICER, NOON)
    await desk.office.close(number, "Vyřešeno.", OFFICER, NOON)
    await without_holds(desk)
    assert await held_again(desk) == {}
    assert await desk.office.books.transact(lambda book: hold_again(book, number, NOON)) == []
