"""What the access log tells of people at work: the latest request of each session, however the lines come."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.audit.ingest import Ingest, IngestHalted
from gateway.sessions.session import Session
from gateway.storage.audit_requests import with_entry
from gateway.storage.audit_spool import SpoolPlaces
from tests.gateway.audit.making import KEYS, NOON, Log, open_log
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.session_store import ACTIVITY

MINUTE = timedelta(minutes=1)


class Envoy:
    """Writes lines for sessions, and the ingest that takes them over."""

    def __init__(self, log: Log) -> None:
        self.log, self.both, self.troubles = log, sides(log.database), list[Exception]()
        self.file = log.folder / "spool" / "access-1.log"
        self.file.parent.mkdir()
        log.clock.now = NOON + 5 * MINUTE
        self.ingest = Ingest(
            self.file.parent,
            SpoolPlaces(log.database, lambda: ACTIVITY),
            self._holders,
            recorded=lambda ids: log.database.read(lambda c: with_entry(c, ids, KEYS.known)),
            reopen=self._reopen,
            rotate_above=10**9,
            now=log.clock,
            trouble=self.troubles.append,
        )

    async def _holders(self, _sids: object) -> dict:
        return {}

    async def _reopen(self) -> None: ...

    def write(self, at: datetime, **facts: str) -> None:
        with self.file.open("ab") as file:
            file.write(json.dumps({"time": at.isoformat(), "status": 200, **facts}).encode() + b"\n")

    async def last_seen(self, session: Session) -> datetime:
        return (await self.both.mine(session)).last_seen_at


@pytest.fixture
def envoy(tmp_path: Path) -> Iterator[Envoy]:
    with open_log(tmp_path) as log:
        yield Envoy(log)


@pytest.fixture
def both(envoy: Envoy) -> Sides:
    return envoy.both


def fresh(session: Session) -> str:
    return f"{session.revocation_id} 588491"


async def test_the_latest_request_of_each_session_counts_in_whatever_order_lines_were_written(
    envoy: Envoy, both: Sides
) -> None:
    busy, other, absent = [await both.sign_in(NOON) for _ in range(3)]
    envoy.write(NOON + 2 * MINUTE, fresh=fresh(busy))
    envoy.write(NOON + 4 * MINUTE, fresh=fresh(busy))
    envoy.write(NOON + 3 * MINUTE, fresh=fresh(busy))  # a long request is written when it ends
    envoy.write(NOON + MINUTE, decided=f"map 588491 {other.revocation_id} e1 own ,read,")
    envoy.write(NOON + 4 * MINUTE)  # a stranger's
    await envoy.ingest.catch_up()
    assert await envoy.last_seen(busy) == NOON + 4 * MINUTE
    assert await envoy.last_seen(other) == NOON + MINUTE
    assert await envoy.last_seen(absent) == NOON


async def test_a_line_from_a_clock_that_was_ahead_counts_as_now(envoy: Envoy, both: Sides) -> None:
    session = await both.sign_in(NOON)
    envoy.write(NOON + 9 * MINUTE, fresh=fresh(session))
    await envoy.ingest.catch_up()
    assert await envoy.last_seen(session) == NOON + 5 * MINUTE


async def test_a_session_that_nobody_knows_and_damaged_lines_harm_no_other(envoy: Envoy, both: Sides) -> None:
    session = await both.sign_in(NOON)
    envoy.write(NOON + MINUTE, fresh="nobody.1 588491")
    with envoy.file.open("ab") as file:
        file.write(b"\xff\xfe\n")
    envoy.write(NOON + 2 * MINUTE, fresh=fresh(session))
    await envoy.ingest.catch_up()
    assert await envoy.last_seen(session) == NOON + 2 * MINUTE


async def test_catching_up_takes_over_all_that_waits(envoy: Envoy, both: Sides) -> None:
    session = await both.sign_in(NOON)
    for number in range(700):  # several batches
        envoy.write(NOON + timedelta(milliseconds=number), fresh=fresh(session))
    await envoy.ingest.catch_up()
    assert await envoy.last_seen(session) == NOON + timedelta(milliseconds=699)
    assert len(both.entries()) == 700


async def test_trouble_while_catching_up_is_told_and_stops_nothing(envoy: Envoy, both: Sides) -> None:
    session = await both.sign_in(NOON)
    envoy.write(NOON + MINUTE, fresh=fresh(session))
    await both.fault("INSERT ON audit_spool")
    await envoy.ingest.catch_up()
    assert [type(trouble) for trouble in envoy.troubles] == [IngestHalted]
    await both.mend()
    await envoy.ingest.catch_up()
    assert await envoy.last_seen(session) == NOON + MINUTE
