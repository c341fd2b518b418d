"""A file in which every table has rows, and what is moved of it."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, LargeBinary, Table, insert, select

from config.settings import Postgres
from gateway.audit import acts
from gateway.audit.entry import Code, Entry
from gateway.audit.note import Verifier
from gateway.storage.database import Database
from gateway.storage.end_marks import mark_ends
from gateway.storage.moving import Evidence, Moved, move
from gateway.storage.moving_source import held
from gateway.storage.schema import tables_of_content
from tests.gateway.audit.making import NOON, SIGNER, entry, open_log
from tests.gateway.audit.rotating import Rotating
from tests.rig.prepared import prepared

SPOOL, OPERATOR = "0a1b2c3d", "cli:spravce"
OF_THE_LOG = {"audit_entry", "audit_tail", "audit_checkpoint", "audit_shard", "audit_key"}
"""Tables that the log alone can fill so that they fit together."""
KEY, MARK = "log.key", b"of the end of the log"
ENTRIES = 1_500  # more than a batch
Rows = list[tuple[Any, ...]]


@dataclass
class Kept:
    """`told`: what the mover said."""

    folder: Path
    told: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "brana.db"

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.folder / "checkpoints.log", self.key)

    @property
    def key(self) -> Verifier:
        """The newest of the log."""
        kept = self.folder / KEY
        return Verifier.parse(kept.read_text()) if kept.exists() else SIGNER.verifier

    def move(self, server: Postgres, **given: Any) -> Moved:
        evidence = self.evidence
        with held(self.path, timedelta(milliseconds=20)) as source:
            return move(
                source,
                server,
                evidence,
                SPOOL,
                given.pop("entry", moving),
                given.pop("told", lambda *told: self.told.append(told)),
                **given,
            )

    def change(self, statement: str, *values: object) -> None:
        """As somebody who writes to the file by hand."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(statement, values)
            connection.commit()


def moving(entries: int, root: bytes, finding: str) -> Entry:
    what = {"file": "brana.db", "place": "server", "root": root.hex(), "finding": finding}
    return acts.state_moved(NOON, OPERATOR, entries=entries, **what)


def kept(folder: Path) -> Kept:
    """With several rows in every table; in columns that may be empty, with and without a value."""
    prepared(folder / "brana.db")
    with closing(Database(folder / "brana.db")) as database:
        database.write_soon(_fill).result()
    with open_log(folder, place=folder / "brana.db") as log:
        mark_ends(log.database.engine, lambda: MARK)
        opening = entry(0, Code.SESSION_OPENED, subject="u:1", person="novakova", details={"name": "Jana"})
        log.append([opening, *(entry(number) for number in range(1, ENTRIES // 2 - 1))])
        rotating = Rotating(log)
        checkpointer = rotating.checkpointer
        (folder / KEY).write_text(str(rotating.rotate()))  # which is an entry too
        asyncio.run(checkpointer.seal())
        log.clock.advance(days=31)  # the next month, which begins with an entry of the log's own
        log.append([entry(number, person="Žluťoučký ✓") for number in range(ENTRIES // 2 + 1, ENTRIES)])
        asyncio.run(checkpointer.seal())
        log.append([entry(ENTRIES)])  # not yet sealed
    return Kept(folder)


def _fill(connection: Connection) -> None:
    for table in tables_of_content():
        if table.name not in OF_THE_LOG:
            for number in range(1, 4):
                connection.execute(insert(table).values(_row(table, number)))


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.c}


def _value(column: Any, number: int) -> Any:
    """Rows of the same number refer to each other; every other one leaves out what may be."""
    if column.nullable and number % 2 == 0:
        return None
    if isinstance(column.type, Boolean):
        return number % 2 == 1
    if isinstance(column.type, Integer):
        small = type(column.type) is Integer or column.primary_key
        return number if small else 1_772_440_200_123_456 + number
    if isinstance(column.type, LargeBinary):
        return bytes([number, 0, 92, 255]) * 8
    return f"{number}\\ň\t'"[: column.type.length or 10]


def rows_of(connection: Connection, table: Table) -> Rows:
    found = connection.execute(select(table)).all()
    return sorted((tuple(row) for row in found), key=repr)


def everything(place: Path | Postgres) -> dict[str, Rows]:
    with closing(Database(place)) as database:
        tables = tables_of_content()
        return database.read_now(lambda c: {table.name: rows_of(c, table) for table in tables})


def copied(filled: Path, folder: Path) -> Kept:
    """One that a test may spoil."""
    for name in ("brana.db", "checkpoints.log", KEY):
        (folder / name).write_bytes((filled / name).read_bytes())
    return Kept(folder)
