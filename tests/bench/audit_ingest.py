"""How fast Envoy's access log is taken over: from the lines of a spool's file to entries under the tree, committed.

`sqlite_per_s`, `postgres_per_s`: entries a second of `Ingest` with the store, the sessions and the log of the product,
in transactions as it makes them. Requests of `PEOPLE` sessions, each a line of its own. `…_ratio`: the same rows put
by a bare driver into the same table with the same indexes in transactions of the same size, as quick as it goes, take
so much of the time (`at_length`: with ten times the lines).
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select

from config.settings import SignIn
from config.vocabulary import SessionId
from gateway.audit.access import FIELDS, SEPARATOR, Holder
from gateway.audit.ingest import BATCH, Ingest
from gateway.storage.activity import Activity
from gateway.storage.audit_requests import with_entry
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_entry
from tests.bench.figure import figure
from tests.gateway.audit.making import KEYS
from tests.rig.postgres import cluster
from tests.rig.prepared import prepared

LINES = 30_000
AT_LENGTH = 300_000
PEOPLE = 200
ROUNDS = 3
BAR = 20_000  # entries a second
RATIO = 0.4
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLDERS = {
    SessionId(f"session{number:04d}abcdefghijk"): Holder(f"subject-{number}", f"person{number}", "588491")
    for number in range(PEOPLE)
}
SOMEBODY = Holder("subject-of-another", "somebody", "588491")


def run() -> dict[str, dict[str, Any]]:
    return _measured(LINES)


def at_length() -> dict[str, dict[str, Any]]:
    return _measured(AT_LENGTH)


def _measured(lines: int) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name, cluster() as server:
        spool = Path(name) / "spool"
        spool.mkdir()
        text = b"".join(_lines(lines))
        for kind in ("sqlite", "postgres"):
            rates, bare = [], []
            for turn in range(ROUNDS):
                file = Path(name) / f"{kind}-{turn}.db"
                place = prepared(file) if kind == "sqlite" else server.database()
                with closing(Database(place)) as database:
                    (spool / "access-1.log").write_bytes(text)
                    rates.append(asyncio.run(taken_over(spool, database, lines)))
                    bare.append(asyncio.run(_bare(database, lines)))
            said = f"{statistics.median(bare):,.0f} rows/s of a bare insert"
            rate = statistics.median(rates)
            figures[f"{kind}_per_s"] = figure(rate, "/s", said, BAR, least=True, digits=0)
            figures[f"{kind}_ratio"] = figure(rate / statistics.median(bare), "×", said, RATIO, least=True)
    return figures


def _lines(number: int) -> Iterator[bytes]:
    sessions = list(HOLDERS)
    for one in range(number):
        at = NOON + timedelta(milliseconds=one)
        said: dict[str, object] = {
            "time": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
            "request_id": f"6f1c{one:08x}-0c3c-4a7e-9d6d-{one:012x}",
            "route": "records 588491 read",
            "fresh": f"{sessions[one % PEOPLE]}.3=Gr4nt_of-{one % PEOPLE:07}=4591ec76e86b=records-work 588491",
            "decided": "-",
            "address": f"10.20.{one % 7}.{one % 251}",
            "method": "GET",
            "host": "records.example.cz",
            "path": f"/documents/{one % 9973}/pages/{one % 31}",
            "status": 200,
            "reason": "-",
            "flags": "-",
            "ended": "via_upstream",
            "bytes_in": 0,
            "bytes_out": 4000 + one % 9000,
            "duration_ms": one % 90,
            "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "protocol": "HTTP/2",
        }
        yield SEPARATOR.join(str(said[name]) for name in FIELDS).encode() + b"\n"


async def taken_over(spool: Path, database: Database, lines: int) -> float:
    """Entries a second."""
    troubles: list[Exception | None] = []
    ingest = Ingest(
        spool,
        SpoolPlaces(database, lambda: Activity(SignIn())),
        _holders,
        recorded=lambda ids: database.read(lambda connection: with_entry(connection, ids, KEYS.known)),
        reopen=_nothing,
        rotate_above=2**40,
        now=lambda: datetime.now(UTC),
        trouble=troubles.append,
    )
    began = time.perf_counter()
    await ingest.catch_up()
    seconds = time.perf_counter() - began
    stored = await database.read(
        lambda one: one.execute(select(func.count()).select_from(audit_entry)).scalar()
    )
    if troubles or stored != lines:
        raise TypeError(f"{stored} of {lines} lines were taken over: {troubles}")
    return lines / seconds


async def _holders(sids: Collection[SessionId]) -> Mapping[SessionId, Holder]:
    return {sid: HOLDERS.get(sid, SOMEBODY) for sid in sids}


async def _nothing() -> None: ...


async def _bare(database: Database, lines: int) -> float:
    """The rows that are there are read into memory, taken out, and put in again by the driver alone."""
    columns = len(audit_entry.c)
    statement = f"INSERT INTO {audit_entry.name} VALUES ({', '.join('?' * columns)})"

    def kept(connection: Connection) -> list[Any]:
        rows = driver_of(connection.connection).execute(f"SELECT * FROM {audit_entry.name}").fetchall()
        connection.execute(delete(audit_entry))
        return [tuple(row) for row in rows]

    rows = await database.write(kept)
    began = time.perf_counter()
    for first in range(0, lines, BATCH):
        part = rows[first : first + BATCH]
        await database.write(lambda one, part=part: driver_of(one.connection).executemany(statement, part))
    return lines / (time.perf_counter() - began)
