"""Letting old shards of the log go, and holds on them.

A shard is dropped by one transaction, which records it and marks it; only then its rows go, in steps that may be broken
off anywhere and are gone on with. What is left is its last checkpoint, and the entry that tells of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from gateway.audit.entry import Entry
from gateway.audit.facts import microseconds
from gateway.audit.holds import Told
from gateway.audit.places import BLOCK
from gateway.audit.retention import Hold, Kept, standings, to_be_dropped
from gateway.audit.shard import Shard
from gateway.audit.shard_acts import hold_lifted, hold_placed, shard_dropped, shard_not_dropped
from gateway.audit.tree import KEPT
from gateway.audit.verify_report import Report
from gateway.storage.audit import append
from gateway.storage.audit_dropping import (
    Keys,
    ShardNotDropped,
    dropped_lately,
    require_as_sealed,
    require_lived,
    require_signed_for,
    require_whole,
    signature,
    unsigned_of_older,
    vouch_for_older,
)
from gateway.storage.audit_holds import all_holds, next_number, restore, told_behind
from gateway.storage.audit_index import forget, forget_entries
from gateway.storage.audit_names import forget_names
from gateway.storage.audit_runs import take_away
from gateway.storage.audit_shards import closed_shards, drops, is_server, without_waiting
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_hold, audit_node, audit_shard
from gateway.storage.tables.audit_index import audit_term

STEP = 500  # rows removed at once: whoever appends waits for some tens of milliseconds
Append = Callable[[Connection, Sequence[Entry]], range]


Verify = Callable[[], Awaitable[Report | None]]
"""Verifies the whole log; None: it came to no verdict."""


class ShardIsRead(Exception):
    """It goes later."""

    def __init__(self, one: Shard) -> None:
        super().__init__(
            f"audit log, entries {one.first} to {one.end - 1}: they are marked as deleted, and somebody reads them "
            "still (a verification, an export, a backup); it is tried again"
        )


def _by_command(entry: Entry) -> Entry:
    return entry


class Retention:
    """Implements `gateway.audit.holds.Holds`. `append`: as `gateway.storage.audit.append`, for tests with a clock."""

    def __init__(self, database: Database, append: Append = append) -> None:
        self._database, self._append = database, append

    async def kept(self, months: int) -> Kept:
        def query(connection: Connection) -> Kept:
            holds = [one for one in all_holds(connection) if one.stands]
            return Kept(standings(closed_shards(connection), holds, months), holds)

        return await self._database.read(query)

    async def shards(self) -> Sequence[Shard]:
        return await self._database.read(closed_shards)

    async def holds(self) -> Sequence[Hold]:
        return await self._database.read(all_holds)

    async def place(
        self, since: int, until: int | None, why: str, by: str, now: datetime, told: Told = _by_command
    ) -> Hold:
        def work(connection: Connection) -> Hold:
            one = Hold(next_number(connection), since, until, why, microseconds(now), by)
            connection.execute(audit_hold.insert().values(astuple(one)))
            self._append(connection, [told(hold_placed(now, by, one))])
            return one

        return await self._database.write(work)

    async def lift(
        self, number: int, why: str, by: str, now: datetime, told: Told = _by_command
    ) -> Hold | None:
        """None: there is none that stands."""

        def work(connection: Connection) -> Hold | None:
            one = next((one for one in all_holds(connection) if one.number == number and one.stands), None)
            if one is not None:
                lifted = update(audit_hold).where(audit_hold.c.number == number)
                connection.execute(lifted.values(lifted_at=microseconds(now)))
                self._append(connection, [told(hold_lifted(now, by, one, why))])
            return one

        return await self._database.write(work)

    async def drop_due(
        self, months: int, now: datetime, keys: Keys, verify: Verify, *, slowly: bool = False
    ) -> list[Shard]:
        """Mark and record whatever is due, the oldest first, and remove what is marked; answers what was marked.

        The whole log is verified before anything is: a hold that is hidden for as long as that takes is one that the
        log no longer tells of. `slowly`: one in a day, and none by a clock that was set within the last one. Raises
        ShardNotDropped, ShardIsRead, and what `verify` raises.
        """
        dropped: list[Shard] = []
        whole: Report | None = None
        await self._database.write(lambda c: restore(c, self._append, now))
        if await self._database.read(partial(unsigned_of_older, keys=keys)):
            await self._database.write(lambda c: vouch_for_older(c, self._append, keys, months, now))
        while (one := await self._database.read(lambda c: first_due(c, months, now))) is not None:
            if slowly and await self._database.read(partial(dropped_lately, now=now)):
                break
            if slowly:
                await self._database.read(partial(require_lived, keys=keys, one=one, now=now))
            # Before anybody has to wait: entries of a month that is closed stay as they are.
            await self._database.read(partial(_require_it_may_go, keys=keys, one=one, months=months))
            whole = require_whole(whole or await verify(), one)
            if not await self._database.write(
                partial(self._drop, one=one, months=months, now=now, keys=keys, whole=whole)
            ):
                break
            dropped.append(one)
        await self.remove_marked(keys)
        return dropped

    def _drop(
        self, connection: Connection, one: Shard, months: int, now: datetime, keys: Keys, whole: Report
    ) -> bool:
        """Whether it is due still, and as it was when it was looked at."""
        restore(connection, self._append, now)
        held = (*whole.held, *told_behind(connection, whole.entries))
        if one != first_due(connection, months, now) or any(hold.covers(one) for hold in held):
            return False
        carried = _carried(connection, one)
        signed = signature(connection, keys, one, carried, months)
        told = self._append(connection, [shard_dropped(now, one, signed)])[-1]
        numbers = [one.number, *(other.number for other in carried)]
        connection.execute(
            update(audit_shard).where(audit_shard.c.number.in_(numbers)).values(dropped_by=told)
        )
        return True

    async def kept_back(self, found: ShardNotDropped, now: datetime) -> None:
        """Record it."""
        entry = shard_not_dropped(now, found.shard, found.reason)
        await self._database.write(lambda c: self._append(c, [entry]))

    async def remove_marked(self, keys: Keys) -> None:
        """Gone on with after whatever broke it off. Raises ShardIsRead, and ShardNotDropped when all others are gone: a
        mark alone is what anybody can set who can write to the database.
        """
        marked = [one for one in await self.shards() if one.dropped and not one.gone]
        refused: ShardNotDropped | None = None
        for one in marked:
            try:
                await self._database.read(partial(require_signed_for, keys=keys, one=one))
            except ShardNotDropped as error:
                refused = refused or error
                continue
            while not await self._database.write(partial(remove_some, one=one)):
                pass
        if marked:
            await forget_names(self._database)
        if refused is not None:
            raise refused


def _require_it_may_go(connection: Connection, keys: Keys, one: Shard, months: int) -> None:
    """As far as that is known without the rest of the log. Raises ShardNotDropped."""
    require_as_sealed(connection, keys, one)
    signature(connection, keys, one, _carried(connection, one), months)


def _carried(connection: Connection, one: Shard) -> list[Shard]:
    """Those of which an entry of it tells that they went."""
    told = [other for other in closed_shards(connection) if other.dropped_by is not None]
    return [other for other in told if other.dropped_by in range(one.first, one.end)]


def first_due(connection: Connection, months: int, now: datetime) -> Shard | None:
    """The oldest, by what the database says of it."""
    due = to_be_dropped(closed_shards(connection), all_holds(connection), months, now)
    return due[0] if due else None


def remove_some(connection: Connection, one: Shard, step: int = STEP) -> bool:
    """Of a shard that is marked; whether nothing is left of it now. Raises ShardIsRead."""
    if is_server(connection) and one.number and not without_waiting(connection, drops(one.number)):
        raise ShardIsRead(one)
    entry, checkpoint = audit_entry.c.sequence, audit_checkpoint.c.size
    if _removed(connection, entry, one.first, one.end - 1, step):
        return False
    if _removed(connection, checkpoint, one.first + 1, one.end - 1, step):
        return False
    if _block_forgotten(connection, one):
        return False
    if take_away(connection, one.first // BLOCK, -(-one.end // BLOCK)):
        return False
    forget_entries(connection, one.first, one.first + 1)
    forget_entries(connection, one.end - 1, one.end)
    last = one.first + (one.size >> KEPT)
    connection.execute(delete(audit_node).where(audit_node.c.position.between(one.first, last)))
    connection.execute(update(audit_shard).where(audit_shard.c.number == one.number).values(gone=True))
    return True


def _block_forgotten(connection: Connection, one: Shard) -> bool:
    """Whether the index had words of a block that lay wholly in it. Blocks at its edges go at last, and are made again
    of what is left.
    """
    block = audit_term.c.block
    inner = block.between(-(-one.first // BLOCK), one.end // BLOCK - 1)
    lowest = connection.execute(select(func.min(block)).where(inner)).scalar()
    if lowest is not None:
        forget(connection, lowest, lowest + 1)
    return lowest is not None


def _removed(connection: Connection, key: Any, first: int, last: int, step: int) -> bool:
    """Whether there was anything from `first` to `last`; of a file some rows, from the front."""
    lowest = connection.execute(select(func.min(key)).where(key.between(first, last))).scalar()
    if lowest is None:
        return False
    numbers = select(key).where(key.between(lowest, last)).order_by(key).limit(step)
    highest = connection.execute(select(func.max(numbers.subquery().c[key.name]))).scalar()
    connection.execute(delete(key.table).where(key.between(lowest, highest)))
    return True
