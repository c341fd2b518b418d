"""How long an officer waits for the first page of a search, and for free text.

A log as a district makes it: people of 46 municipalities open documents, some are refused, few come from abroad. Each
search asks for two or three things together, most of them rare, as that is the hard case: little is found, and nothing
may be left out. The baseline is a plain look through the newest 20,000 rows of the table in the same run.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import select

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.search import Having, Query
from gateway.storage.audit import Ledger
from gateway.storage.audit_index import index_next
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry
from tests.bench.figure import figure
from tests.rig.prepared import prepared

ENTRIES, ENTRIES_IN_FULL = 120_000, 10_000_000
BATCH = 250  # as the ingest writes them
ROUNDS = 60
P95_BAR, TEXT_BAR, COUNTS_BAR = 300.0, 1000.0, 300.0  # ms
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AGENTS = [
    f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.0) Gecko/20100101 Firefox/{number}.0"
    for number in range(120, 145)
]
WORDS = [
    "smlouva",
    "rozpocet",
    "zapis",
    "vyzva",
    "oznameni",
    "rozhodnuti",
    "stanovisko",
    "priloha",
    "faktura",
]
APPLICATIONS = ["records", "accounting", "map", "portal"]


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about forty seconds."""
    return asyncio.run(measure(ENTRIES))


def in_full() -> dict[str, dict[str, Any]]:
    """Over ten million entries: twenty minutes, and 20 GB below the temporary folder."""
    return asyncio.run(measure(ENTRIES_IN_FULL))


async def measure(entries: int) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        place = prepared(Path(name) / "brana.db")
        with closing(Database(place, lasting=False)) as database:
            began = time.monotonic()
            await fill(database, entries)
            filled = time.monotonic()
            while await index_next(database):
                pass
            indexed = time.monotonic()
            search = LogSearch(database)
            chance = random.Random(7)
            plain = [await _took(_plain(database)) for _ in range(5)]
            filters = [await _took(search.page(one)) for one in _filters(chance, entries)]
            texts = [await _took(search.page(one)) for one in _texts(chance, entries)]
            counts = [await _took(search.over_time(one)) for one in _counted(chance)]
    baseline = f"{min(plain):.0f} ms for a look through 20,000 rows"
    made = f"of {entries} entries (made in {filled - began:.0f} s, indexed in {indexed - filled:.0f} s)"
    return {
        "p95_ms": figure(_p95(filters), f"ms, first page {made}", baseline, P95_BAR, digits=1),
        "text_ms": figure(max(texts), f"ms, the slowest of {len(texts)}", baseline, TEXT_BAR, digits=1),
        "counts_ms": figure(
            max(counts), f"ms, bars over time, the slowest of {len(counts)}", baseline, COUNTS_BAR
        ),
    }


async def fill(database: Database, entries: int) -> None:
    ledger = Ledger(lambda: BEGIN)
    batch: list[Entry] = []
    for one in made(entries):
        batch.append(one)
        if len(batch) == BATCH:
            await database.write(lambda connection, batch=batch: ledger.append(connection, batch))
            batch = []
    await database.write(lambda connection: ledger.append(connection, batch))


def made(entries: int) -> Iterator[Entry]:
    chance = random.Random(1)
    people = [
        (f"d:{number:08}-0000-4000-8000-000000000000", f"osoba{number}", 588_000 + number % 46)
        for number in range(400)
    ]
    grants: dict[str, str] = {}
    for number in range(entries):
        subject, person, where = people[int(chance.random() ** 2 * 400)]
        at = BEGIN + timedelta(seconds=number * 30 * 86_400 / entries, microseconds=number)
        decision = number % 20 == 0
        refused = decision and chance.random() < 0.1
        data = where if chance.random() < 0.98 else 588_000 + int(chance.random() * 46)
        application = APPLICATIONS[int(chance.random() ** 2 * 4)]
        details: dict[str, Any] = {
            "method": "GET" if chance.random() < 0.9 else "POST",
            "host": f"{application}-{data}.brana.example",
            "path": f"/{chance.choice(WORDS)}/2026/{number % 50_000}",
            "user_agent": AGENTS[number % len(AGENTS)],
        }
        if decision:
            country = "CZ" if chance.random() < 0.999 else "SK"
            details |= {"acr": "mfa", "amr": ["pwd", "otp"], "roles": [f"{where}:clerk"]}
            details |= {
                "facts": f'{{"country":"{country}","networks":["office"]}}',
                "grant": _grant(number),
            }
            grants[subject] = _grant(number)
        else:
            details |= {"status": 200, "bytes_in": 300, "bytes_out": int(chance.expovariate(1 / 30_000))}
            details |= {
                "duration_ms": 12,
                "flags": "-",
                "protocol": "HTTP/2",
                "fresh": True,
                "generation": "1",
                "grant": grants.setdefault(subject, _grant(number)),
            }
        yield Entry(
            code=(Code.DECISION_REFUSE if refused else Code.DECISION_PERMIT) if decision else Code.ACCESS,
            outcome=Outcome.REFUSED if refused else Outcome.SUCCESS,
            at=at,
            subject=subject,
            person=person,
            session=f"s-{subject[2:10]}-{number // 200_000}",
            municipality=str(data),
            own_municipality=str(where),
            application=application,
            action="read",
            address=f"10.{where % 250}.0.{int(subject[2:10]) % 250}",
            request_id=f"{number:08x}-0000-4000-8000-{number:012x}",
            reason="role_not_sufficient" if refused else "",
            rule="region/read",
            policy_version="7d1f0c",
            details=details,
        )


def _grant(number: int) -> str:
    return f"{number:016x}"


def _filters(chance: random.Random, entries: int) -> Iterator[Query]:
    span = timedelta(days=30)
    for number in range(ROUNDS):
        where = str(588_000 + chance.randrange(46))
        kinds = (
            Query(municipality=where, outcome=Outcome.REFUSED),
            Query(municipality=where, application="map", action="sign"),
            Query(own_municipality=where, crossing=True),
            Query(
                having=(
                    Having("country", frozenset({"*"})),
                    Having("country", frozenset({"CZ"}), without=True),
                )
            ),
            Query(municipality=where, bytes_from=400_000),
            Query(person=f"osoba{chance.randrange(400)}", application="accounting", municipality=where),
            Query(
                within=where, since=BEGIN + span * chance.random(), codes=frozenset({Code.DECISION_REFUSE})
            ),
            Query(address=f"10.{chance.randrange(250)}.0.{chance.randrange(250)}"),
            Query(having=(Having("role", frozenset({"mayor"})),)),
            Query(person=f"osoba{chance.randrange(400)}", until=BEGIN + span * chance.random()),
            Query(having=(Having("grant", frozenset({_grant(chance.randrange(entries // 20) * 20)})),)),
        )
        yield kinds[number % len(kinds)]


def _texts(chance: random.Random, entries: int) -> Iterator[Query]:
    for word in (
        *("smlouva", "nothing of this", f"{chance.randrange(50_000)}", "faktura 4711", "SK", "firefox 131"),
        *("rozp", "role_not_sufficient osoba1", "10.12.0.7"),
    ):
        yield Query(text=word)


def _counted(chance: random.Random) -> Iterator[Query]:
    """What stands above the first look, and above the usual searches."""
    yield Query(without_technical=True, without_reading_of="d:00000001-0000-4000-8000-000000000000")
    yield Query(outcome=Outcome.REFUSED)
    yield Query(municipality=str(588_000 + chance.randrange(46)))
    yield Query(person=f"osoba{chance.randrange(400)}", application="records")
    yield Query(text="smlouva")
    yield Query(since=BEGIN + timedelta(days=3, hours=1), until=BEGIN + timedelta(days=10))


async def _plain(database: Database) -> int:
    query = select(audit_entry.c.canonical).order_by(audit_entry.c.sequence.desc()).limit(20_000)
    return len(await database.read(lambda connection: connection.execute(query).all()))


async def _took(asked: Any) -> float:
    began = time.perf_counter()
    await asked
    return (time.perf_counter() - began) * 1000


def _p95(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=20)[-1]
