"""The audit log as the officers' pages see it; implements `gateway.web.officer.log.AuditLog`."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from config.settings import Title
from gateway.audit import canonical, search
from gateway.audit.anchors import Fault
from gateway.audit.entry import Entry
from gateway.audit.note import Verifier
from gateway.storage.audit import append
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import Database
from gateway.storage.moment import moment_of
from gateway.storage.tables.audit import audit_entry
from gateway.web.identity import Assertion
from gateway.web.officer.log import Checkpoint, Damage, Hour, Query, Recorded, Verification

FAULTS: dict[Fault, Title] = {
    Fault.EDITED: Title(cs="záznam byl změněn", en="the entry was edited"),
    Fault.REMOVED: Title(cs="záznam byl odstraněn", en="the entry was removed"),
    Fault.REORDERED: Title(cs="záznamy byly přeházeny", en="entries were reordered"),
    Fault.FOREIGN: Title(cs="záznam nenapsala brána", en="the log cannot have written this entry"),
    Fault.COLUMNS_DIFFER: Title(
        cs="sloupce pro hledání neodpovídají záznamu", en="searchable columns disagree with the entry"
    ),
    Fault.REWRITTEN: Title(cs="část záznamu byla přepsána", en="part of the log was rewritten"),
    Fault.APPENDED_BY_HAND: Title(cs="záznam byl připsán ručně", en="the entry was appended by hand"),
    Fault.TRUNCATED: Title(cs="konec záznamu chybí", en="the end of the log is missing"),
    Fault.ROLLED_BACK: Title(
        cs="databáze byla vrácena ke starší kopii", en="the database was put back to an older copy"
    ),
    Fault.TAIL_DAMAGED: Title(cs="uložený konec stromu je poškozen", en="the stored tail is damaged"),
    Fault.CHECKPOINT_REMOVED: Title(cs="kontrolní bod chybí", en="a checkpoint was removed"),
    Fault.CHECKPOINT_ALTERED: Title(cs="kontrolní bod byl změněn", en="a checkpoint was altered"),
}


@dataclass(frozen=True, slots=True)
class OfficerLog:
    """`checkpoints` is checkpoints.log, `keys` those that may have signed checkpoints."""

    database: Database
    checkpoints: Path
    keys: Sequence[Verifier]

    async def search(
        self, caller: Assertion, query: Query, *, before: int | None, limit: int
    ) -> Sequence[Recorded]:
        _ = caller  # an officer of the centre reads the whole log; the policies let nobody else in
        asked = search.Query(
            person=query.person or None,
            municipality=query.municipality,
            application=query.application,
            outcome=query.outcome,
            codes=frozenset() if query.code is None else frozenset({query.code}),
            session=query.session,
            request_id=query.request_id or None,
            without_technical=not (query.technical or query.request_id or query.session),
            since=query.since,
            until=query.until,
        )
        found = LogSearch(self.database)
        after = None if before is None else await found.position(before)
        page = await found.page(asked, after, limit)
        return await self.database.read(
            lambda connection: [_with_leaf(connection, one) for one in page.entries]
        )

    async def entry(self, caller: Assertion, sequence: int) -> Recorded | None:
        _ = caller
        found = await LogSearch(self.database).entry(sequence)
        if found is None:
            return None
        return await self.database.read(lambda connection: _with_leaf(connection, found))

    async def activity(self, caller: Assertion, since: datetime, until: datetime) -> Sequence[Hour]:
        _ = caller
        return [
            Hour(start=one.start, accesses=one.requests, refusals=one.refusals)
            for one in await LogSearch(self.database).hours(since, until)
        ]

    async def last_checkpoint(self) -> Checkpoint | None:
        sealed = await self.database.read(newest)
        if sealed is None:
            return None
        return Checkpoint(size=sealed.size, root=sealed.root, at=moment_of(sealed.at))

    async def verify(self) -> Verification:
        began = time.monotonic()
        report = await asyncio.to_thread(verify_log, self.database, self.checkpoints, self.keys)
        broken = report.broken
        return Verification(
            entries=report.entries,
            unsealed=report.not_yet_sealed,
            took=timedelta(seconds=time.monotonic() - began),
            damage=None if broken is None else Damage(sequence=broken.sequence, what=FAULTS[broken.fault]),
        )

    async def record(self, entry: Entry) -> None:
        await self.database.write(lambda connection: append(connection, [entry]))


def _with_leaf(connection: Connection, recorded: canonical.Recorded) -> Recorded:
    query = select(audit_entry.c.leaf).where(audit_entry.c.sequence == recorded.sequence)
    return Recorded(
        sequence=recorded.sequence,
        received_at=recorded.received_at,
        leaf_hash=connection.execute(query).scalar_one(),
        entry=recorded.entry,
    )
