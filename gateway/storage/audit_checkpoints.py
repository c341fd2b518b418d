"""Checkpoints in the database."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from gateway.audit.altered_acts import end_altered
from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.audit.checkpointer import Reached, Sealed
from gateway.audit.drop_notes import OLDEST_SIGNER
from gateway.audit.entry import Entry
from gateway.audit.facts import moment
from gateway.audit.note import Signer, Verifier
from gateway.audit.shard import Shard
from gateway.storage.audit import append, read_tail
from gateway.storage.audit_older import Dropping
from gateway.storage.audit_shards import of_row
from gateway.storage.database import Database
from gateway.storage.end_marks import added_by_hand, mark_anew
from gateway.storage.log_keys import known
from gateway.storage.step import serve_from
from gateway.storage.tables.audit import audit_checkpoint, audit_shard

PAGE = 1_000  # checkpoints read at once
LAST = 2**63 - 1
Signing = Callable[[Connection, int], Sequence[Signer]]


class Checkpoints:
    """Implements `gateway.audit.checkpointer.CheckpointStore`. `signing`: the keys that sign at so many entries, asked
    in the transaction that seals; none: the checkpointer's own. `all_sign`: as `Dropping.all_sign`.
    """

    def __init__(
        self,
        database: Database,
        signing: Signing = lambda _connection, _reach: (),
        all_sign: Callable[[Connection, int], bool] | None = None,
        append: Callable[[Connection, Sequence[Entry]], object] = append,
    ) -> None:
        self._append = append
        self._database, self._signing = database, signing
        self._all_sign = all_sign or Dropping().all_sign

    async def newest(self) -> Sealed | None:
        return await self._database.read(newest)

    async def seal(self, note_of: Callable[[Reached], str]) -> Sealed | None:
        if not await self._database.read(_has_unsealed):
            return None  # an idle log takes no write lock
        return await self._database.write(lambda connection: self._seal(connection, note_of))

    async def known(self, root: Verifier) -> Sequence[Verifier]:
        return await self._database.read(lambda connection: known(connection, [root]).keys)

    async def after(self, size: int) -> Sequence[Sealed]:
        later = audit_checkpoint.c.size > size
        query = select(audit_checkpoint).where(later).order_by(audit_checkpoint.c.size).limit(PAGE)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Sealed(row.size, row.root, row.at, row.note) for row in rows]

    def _seal(self, connection: Connection, note_of: Callable[[Reached], str]) -> Sealed | None:
        tail, before = read_tail(connection), newest(connection)
        reached = 0 if before is None else before.size
        if tail is None or tail.size <= reached:
            return None
        if by_hand := added_by_hand(connection, tail):  # before the key vouches for it
            mark_anew(connection)  # else whoever appends would tell it once more
            self._append(connection, [end_altered(moment(tail.received_at), by_hand[0], by_hand[-1])])
            return self._seal(connection, note_of)
        all_sign = self._drops_signed(connection, tail.received_at, before)
        if reached < tail.first and (owed := _closed_since(connection, reached)) is not None:
            signers = tuple(self._signing(connection, owed.end))
            one = Reached(owed.size, owed.root, owed.month, owed.first, signers, all_sign)
            sealed = Sealed(owed.end, owed.root, owed.ended, note_of(one), open=False)
        else:
            root, signers = tail.frontier.root(), tuple(self._signing(connection, tail.size))
            note = note_of(Reached(tail.frontier.size, root, tail.month, tail.first, signers, all_sign))
            sealed = Sealed(tail.size, root, tail.received_at, note)
        connection.execute(
            audit_checkpoint.insert().values(
                size=sealed.size, root=sealed.root, at=sealed.at, note=sealed.note
            )
        )
        return sealed

    def _drops_signed(self, connection: Connection, now: int, before: Sealed | None) -> bool:
        """Once it is so it stays so, and no older version works here any more, whoever seems to be connected."""
        if _says_drops_signed(before):
            return True
        if not self._all_sign(connection, now):
            return False
        serve_from(connection, OLDEST_SIGNER)
        mark_anew(connection)
        return True


def serve_no_unsigned(connection: Connection) -> None:
    """Of a log that was brought here: what its checkpoints say of deletions holds here too."""
    if _says_drops_signed(newest(connection)):
        serve_from(connection, OLDEST_SIGNER)


def _says_drops_signed(one: Sealed | None) -> bool:
    return one is not None and f"\n{DROPS_SIGNED}\n" in one.note


def newest(connection: Connection) -> Sealed | None:
    return newest_of(connection, LAST)


def newest_of(connection: Connection, size: int) -> Sealed | None:
    """Of those of so many entries at most."""
    query = select(audit_checkpoint).where(audit_checkpoint.c.size <= size)
    row = connection.execute(query.order_by(audit_checkpoint.c.size.desc()).limit(1)).first()
    return Sealed(row.size, row.root, row.at, row.note) if row else None


def _has_unsealed(connection: Connection) -> bool:
    tail, sealed = read_tail(connection), newest(connection)
    return tail is not None and (sealed is None or tail.size > sealed.size)


def _closed_since(connection: Connection, reached: int) -> Shard | None:
    """The first shard whose end is not sealed."""
    end = audit_shard.c.first + audit_shard.c.size
    row = connection.execute(
        select(audit_shard).where(end > reached).order_by(audit_shard.c.number).limit(1)
    ).first()
    return None if row is None else of_row(row)
