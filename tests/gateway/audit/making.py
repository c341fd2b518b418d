"""Entries, logs and keys for the tests of this room."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from gateway.audit.canonical import TEXTS, Recorded
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.log_keys import Known
from gateway.audit.note import Signer
from gateway.storage.audit import Ledger
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_dropping import Keys
from gateway.storage.database import Database
from gateway.storage.place import Place
from tests.rig.prepared import prepared

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SIGNER = Signer("brana.example.cz/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def entry(
    number: int = 0, code: Code = Code.ACCESS, outcome: Outcome = Outcome.SUCCESS, **facts: object
) -> Entry:
    return Entry(
        code=code,
        outcome=outcome,
        at=facts.pop("at", NOON + timedelta(milliseconds=number)),
        request_id=facts.pop("request_id", f"request-{number}"),
        **facts,
    )


printable = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=8)
moments = st.datetimes(timezones=st.just(UTC))
details = st.dictionaries(
    printable,
    printable
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.lists(printable, max_size=3),
    max_size=4,
)


def entries(texts: st.SearchStrategy[str] = printable) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        code=st.sampled_from(Code),
        outcome=st.sampled_from(Outcome),
        at=moments,
        details=details,
        **dict.fromkeys(TEXTS, texts),
    )


recorded = st.builds(Recorded, st.integers(0, 2**53), moments, entries())


EITHER = ["embedded", pytest.param("postgres", marks=pytest.mark.real)]


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Log:
    """A real log on a real file."""

    folder: Path
    database: Database
    clock: Clock
    ledger: Ledger
    troubles: list[Exception] = field(default_factory=list)
    signs_drops: bool = True
    """Whether its checkpoints say so; those of a version before did not."""

    @property
    def path(self) -> Path:
        return self.folder / "brana.db"

    @property
    def file(self) -> Path:
        return self.folder / "checkpoints.log"

    def append(self, items: Sequence[Entry]) -> range:
        return self.database.write_soon(lambda connection: self.ledger.append(connection, items)).result()

    def checkpointer(self, every: timedelta = timedelta(milliseconds=20)) -> Checkpointer:
        all_sign = lambda _connection, _now: self.signs_drops  # noqa: E731
        store = Checkpoints(self.database, all_sign=all_sign, append=self.ledger.append, now=self.clock)
        return Checkpointer(store, self.file, SIGNER, every, self.troubles.append)


KEYS = Keys(lambda _: Known((SIGNER.verifier,)), lambda _connection, _reach: (SIGNER,))
"""Of a log that only ever had the one key."""


@contextmanager
def open_log(folder: Path, clock: Clock | None = None, place: Place | None = None) -> Iterator[Log]:
    """`place`: a database that has its tables; else a file in `folder`."""
    clock = clock or Clock()
    with closing(Database(place or prepared(folder / "brana.db"))) as database:
        yield Log(folder, database, clock, Ledger(clock))


@contextmanager
def open_log_of_either(request: pytest.FixtureRequest, folder: Path) -> Iterator[Log]:
    """For a fixture with `params=EITHER`."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    with open_log(folder, place=server and server.database()) as made:
        yield made


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something that a thread or a task does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
