"""Whether requests say on which decision they rest: counted in a log."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.compliance.facts import Resting
from gateway.compliance.resting import LOOKED_AT, resting
from gateway.storage.audit_search import LogSearch
from tests.gateway.audit.making import NOON, entry, open_log

RESTS = {"policy_version": "0f25", "details": {"grant": "g-1"}}


@pytest.mark.asyncio
async def test_the_newest_requests_of_sessions_are_asked_for_their_decision(tmp_path: Path) -> None:
    of_nobody = entry(code=Code.ACCESS, at=NOON)
    told = entry(code=Code.ACCESS, at=NOON, session="s1", **RESTS)
    silent = entry(code=Code.ACCESS, at=NOON, session="s1", details={"grant": "g-1"})
    older = entry(code=Code.ACCESS, at=NOON - timedelta(days=9), session="s1")
    with open_log(tmp_path) as log:
        search = LogSearch(log.database)
        assert await resting(search, NOON - timedelta(days=1), NOON + timedelta(days=1)) == Resting()
        log.append([of_nobody, told, silent, told, older])
        assert await resting(search, NOON - timedelta(days=1), NOON + timedelta(days=1)) == Resting(3, 1)
        log.append([told] * LOOKED_AT)
        assert await resting(search, NOON - timedelta(days=1), NOON + timedelta(days=1)) == Resting(
            LOOKED_AT, 0
        )
