"""A real identity store on a fresh SQLite file, or a database that is given, with the real audit log; its entries are
kept to look at.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from gateway.audit.entry import Code, Entry
from gateway.storage.audit import Ledger
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.seal import Seal
from tests.rig.prepared import prepared


@dataclass(slots=True)
class Kept:
    store: IdentityStore
    database: Database
    seal: Seal
    append: Callable[[Connection, Sequence[Entry]], range]
    entries: list[Entry] = field(default_factory=list)

    def codes(self) -> list[Code]:
        return [entry.code for entry in self.entries]

    def reasons(self) -> list[str]:
        return [entry.reason for entry in self.entries if entry.reason]


@contextmanager
def identity_store(folder: Path) -> Iterator[Kept]:
    with closing(Database(prepared(folder / "brana.db"))) as database:
        yield kept_in(database)


def kept_in(database: Database) -> Kept:
    """With the product's tables, and nothing in them."""
    ledger, entries = Ledger(lambda: datetime.now(UTC)), list[Entry]()

    def append(connection: Connection, recorded: Sequence[Entry]) -> range:
        numbers = ledger.append(connection, recorded)
        entries.extend(recorded)
        return numbers

    seal = Seal(bytes(range(32)))
    return Kept(IdentityStore(database, seal, append), database, seal, append, entries)
