"""What somebody put behind the end of a real log stays told, also after a verification that finds the log whole."""

from datetime import timedelta

from gateway.audit.entry import Code
from gateway.audit.reading_acts import verified, verifying
from gateway.storage.audit_search import LogSearch
from gateway.web.officer.damage_told import SHOWN_FOR, damage_told
from tests.gateway.audit.making import NOON, Log, entry
from tests.gateway.storage.test_end_marks import by_somebody, marked

__all__ = ["marked"]


async def test_what_stands_behind_the_end_by_somebody_s_hand_stays_told_for_thirty_days(marked: Log) -> None:
    search = LogSearch(marked.database)
    assert await damage_told(search, marked.clock()) == ()
    by_somebody(marked)
    marked.append([entry(5)])
    marked.append([verified(verifying(NOON, subject="o"), NOON, whole=True, entries=8, finding="whole")])
    [told] = await damage_told(search, marked.clock())
    assert (told.newest.entry.code, told.number) == (Code.LOG_END_ALTERED, 1)
    later = told.newest.entry.at + SHOWN_FOR
    assert len(await damage_told(search, later)) == 1
    assert await damage_told(search, later + timedelta(seconds=1)) == ()
