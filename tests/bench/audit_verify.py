"""How quickly the whole log is recomputed, and how soon one entry is proven to be in it.

`per_s`: entries a second as `brana audit verify` does it, with as many processes as there are cores, once they are
there (they take less than a second); a log as `audit_search` makes it, sealed every `SEALED` entries. Its baseline in
the same run, and that of `hashing_ratio`, is SHA-256 alone over the same bytes in memory on one core. `proof_ms`: of
`PROOFS` inclusion proofs of entries anywhere in a tree, by what `brana audit proof` and the pages call, the slowest but
one in a hundred; the baseline is a look at one entry. With the full set that tree is the log that was verified, else
one of `LEAVES` that has no more of its entries than their bytes and leaves.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, text

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.note import Signer
from gateway.audit.tree import Frontier, leaf_hash
from gateway.commands.reading_ahead import reading_ahead
from gateway.storage.audit import Ledger, read_tail
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_proofs import prove
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_entry
from tests.bench.audit_search import BEGIN, made
from tests.bench.figure import figure
from tests.rig.prepared import prepared

ENTRIES, ENTRIES_IN_FULL = 200_000, 10_000_000
LEAVES = 1_000_000
SEALED = 1_000  # entries between two checkpoints: each costs a signature
AT_ONCE = 10_000  # leaves put into a synthetic tree in one transaction
PROOFS = 200
ROUNDS = 3
BAR = 150_000  # entries a second
HASHING_BAR = 10.0
"""Times of hashing alone: what the bar is where that takes two thirds of a microsecond."""
PROOF_BAR = 50.0  # ms
SIGNER = Signer("brana.example.cz/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
T = TypeVar("T")


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about forty seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = prepared(folder / "brana.db")
        with closing(Database(place, lasting=False)) as database:
            asyncio.run(_fill(database, folder / "checkpoints.log", ENTRIES))
            figures = _verified(database, folder / "checkpoints.log", ROUNDS)
        place = prepared(folder / "tree.db")
        with closing(Database(place, lasting=False)) as database:
            return figures | _proven(database, _tree(database, LEAVES))


def in_full() -> dict[str, dict[str, Any]]:
    """Over ten million entries: half an hour, and 15 GB below the temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "checkpoints.log"
        with closing(Database(prepared(Path(name) / "brana.db"), lasting=False)) as database:
            asyncio.run(_fill(database, file, ENTRIES_IN_FULL))
            sealed = database.read_now(_end)
            return _verified(database, file, 1) | _proven(database, sealed)


async def _fill(database: Database, file: Path, entries: int) -> None:
    """The log's own time goes on by a second each time it is sealed."""
    sealed = 0
    ledger = Ledger(lambda: BEGIN + timedelta(seconds=sealed))
    troubles: list[Exception] = []
    checkpointer = Checkpointer(Checkpoints(database), file, SIGNER, timedelta(seconds=1), troubles.append)
    await checkpointer.begin()
    coming = made(entries)
    while batch := list(islice(coming, SEALED)):
        await database.write(lambda one, batch=batch: ledger.append(one, batch))
        await checkpointer.seal()
        sealed += 1
    if troubles:
        raise TypeError(f"the log was not sealed: {troubles}")


def _end(connection: Connection) -> Checkpoint:
    tail = read_tail(connection)
    assert tail is not None
    return Checkpoint(SIGNER.name, tail.frontier.size, tail.frontier.root())


def _verified(database: Database, file: Path, rounds: int) -> dict[str, dict[str, Any]]:
    took = []
    with reading_ahead(database.place) as ahead:
        database.read_now(lambda one: list(ahead(one, [range(1)] * 100)))  # until the processes are there
        for _ in range(rounds):
            seconds, report = _seconds(lambda: verify_log(database, file, [SIGNER.verifier], ahead=ahead))
            if report.broken is not None or report.not_yet_sealed:
                raise TypeError(f"a log that nobody touched: {report}")
            took.append(seconds / report.entries)
    hashing = median(database.read_now(_hashing) for _ in range(ROUNDS))
    said = f"{1 / hashing:,.0f}/s SHA-256 of their bytes alone"
    of = f"/s, of {report.entries:,} under {report.checkpoints:,} checkpoints"
    return {
        "per_s": figure(1 / median(took), of, said, BAR, least=True, digits=0),
        "hashing_ratio": figure(median(took) / hashing, "×", said, HASHING_BAR),
    }


def _hashing(connection: Connection) -> float:
    """Seconds for an entry."""
    query = select(audit_entry.c.canonical).order_by(audit_entry.c.sequence.desc()).limit(100_000)
    given = [row.canonical for row in connection.execute(query)]
    seconds, _ = _seconds(lambda: [sha256(one).digest() for one in given])
    return seconds / len(given)


def _tree(database: Database, leaves: int) -> Checkpoint:
    """A log of which nothing is there but what proofs are made of."""
    frontier, names = Frontier(), [column.name for column in audit_entry.c]
    into = f"INSERT INTO {audit_entry.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    empty = [""] * (len(names) - 5)

    def add(connection: Connection, begin: int) -> None:
        nonlocal frontier
        driver = driver_of(connection.connection)
        given = [b'{"sequence":%d}' % number for number in range(begin, min(begin + AT_ONCE, leaves))]
        hashes = [leaf_hash(one) for one in given]
        rows = [
            (begin + number, 0, 0, *empty, one, leaf)
            for number, (one, leaf) in enumerate(zip(given, hashes, strict=True))
        ]
        driver.executemany(into, rows)
        frontier, nodes = frontier.grown(hashes)
        driver.executemany(
            "INSERT INTO audit_node (level, position, root) VALUES (?, ?, ?)",
            [(one.level, one.position, one.root) for one in nodes],
        )

    def plain(connection: Connection) -> None:
        for index in audit_entry.indexes:
            connection.execute(text(f"DROP INDEX {index.name}"))

    database.write_soon(plain).result()
    for begin in range(0, leaves, AT_ONCE):
        database.write_soon(lambda one, begin=begin: add(one, begin)).result()
    return Checkpoint(SIGNER.name, frontier.size, frontier.root())


def _proven(database: Database, sealed: Checkpoint) -> dict[str, dict[str, Any]]:
    chance = random.Random(11)
    looks, proofs = [], []
    for number in (0, sealed.size - 1, *(chance.randrange(sealed.size) for _ in range(PROOFS))):
        plain = select(audit_entry.c.canonical).where(audit_entry.c.sequence == number)
        for into, asked in (
            (looks, partial(Connection.scalar, statement=plain)),
            (proofs, partial(prove, sequence=number, sealed=sealed)),
        ):
            into.append(_seconds(partial(database.read_now, asked))[0] * 1000)
    said = (
        f"{median(looks):.2f} ms for a look at an entry; p99 of {len(proofs)}, median {median(proofs):.1f} ms"
    )
    return {
        "proof_ms": figure(
            sorted(proofs)[len(proofs) * 99 // 100], f"ms, of {sealed.size:,}", said, PROOF_BAR, digits=1
        )
    }


def _seconds(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done
