"""Which reports the report on the decrees is told of: what is owed now, and what was late within its period."""

from datetime import datetime, timedelta

import pytest

from gateway.compliance.facts import Owed
from gateway.incidents.incident import WITHIN, ReportKind
from gateway.incidents.items import Report
from gateway.incidents.named import REPORTS
from gateway.incidents.owed import owed
from tests.rig.incidents import OFFICER, SAID, Incidents
from tests.rig.people import NOON

NOTICED = SAID.noticed_at
WARNING_DUE, SECOND_DUE, FINAL_DUE = (NOTICED + within for within in WITHIN.values())
DAY = timedelta(days=1)
TEXT = Report(
    kind=ReportKind.WARNING.value,
    happened="Účet",
    impact="",
    concerned="",
    measures="",
    cause="",
    contact="Petr",
)


async def told(
    desk: Incidents, now: datetime, since: datetime = NOON - DAY, until: datetime = NOON + 400 * DAY
) -> list[Owed]:
    return await desk.office.books.look(lambda book: owed(book, since, until, now))


async def send_warning(desk: Incidents, number: int, at: datetime) -> None:
    await desk.office.write_report(number, TEXT, OFFICER, at)
    await desk.office.sent(number, ReportKind.WARNING, "NÚKIB", at, OFFICER, at)


async def opened(desk: Incidents) -> int:
    return (await desk.office.open(SAID, OFFICER, NOON)).number


@pytest.mark.parametrize(
    ("now", "expected"),
    [(WARNING_DUE - timedelta(seconds=1), 0), (WARNING_DUE, 1), (SECOND_DUE, 2), (FINAL_DUE, 3)],
)
async def test_each_report_is_owed_from_its_deadline_on(
    desk: Incidents, now: datetime, expected: int
) -> None:
    number = await opened(desk)
    found = await told(desk, now)
    assert [(one.incident, one.sent, one.closed) for one in found] == [(number, None, None)] * expected
    assert [one.report for one in found] == [*REPORTS.values()][:expected]


async def test_what_is_owed_now_is_told_whatever_the_period(desk: Incidents) -> None:
    await opened(desk)
    assert len(await told(desk, NOON + 200 * DAY, NOON + 100 * DAY)) == 3


async def test_what_went_late_is_told_in_the_period_in_which_it_was_due(desk: Incidents) -> None:
    number, now = await opened(desk), WARNING_DUE + timedelta(hours=1)
    await send_warning(desk, number, now)
    assert [(one.due, one.sent) for one in await told(desk, now)] == [(WARNING_DUE, now)]
    assert await told(desk, now, WARNING_DUE + DAY) == []
    assert await told(desk, now, until=WARNING_DUE) == []


async def test_what_went_in_time_is_not_told(desk: Incidents) -> None:
    await send_warning(desk, await opened(desk), WARNING_DUE)
    assert await told(desk, WARNING_DUE + DAY) == []


async def test_an_incident_closed_before_a_report_was_due_owes_none_and_afterwards_it_did(
    desk: Incidents,
) -> None:
    soon, late = await opened(desk), await opened(desk)
    await desk.office.close(soon, "Planý poplach.", OFFICER, WARNING_DUE - timedelta(seconds=1))
    await desk.office.close(late, "Vyřešeno.", OFFICER, WARNING_DUE + DAY)
    found = await told(desk, NOON + 100 * DAY)
    assert [(one.incident, one.due, one.closed) for one in found] == [(late, WARNING_DUE, WARNING_DUE + DAY)]
    assert await told(desk, NOON + 300 * DAY, NOON + 200 * DAY) == []
