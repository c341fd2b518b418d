"""Checkpoints in the database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from gateway.audit.altered_acts import checkpoint_altered, end_altered, rolled_back
from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.audit.checkpointer import LogAltered, Reached, Sealed
from gateway.audit.drop_notes import OLDEST_SIGNER
from gateway.audit.entry import Entry
from gateway.audit.note import Signer, Verifier
from gateway.audit.shard import Shard
from gateway.storage.audit import append, read_tail
from gateway.storage.audit_believed import believed, keep, look, newest_believed, put_right
from gateway.storage.audit_older import Dropping
from gateway.storage.audit_owed import MonthNotNamed, owed
from gateway.storage.audit_tail import Tail
from gateway.storage.database import Database
from gateway.storage.end_marks import added_by_hand, all_mark, mark_anew, others_mark
from gateway.storage.ends_reached import reached, went_back
from gateway.storage.log_keys import known
from gateway.storage.step import serve_from
from gateway.storage.tables.audit import audit_checkpoint

PAGE = 1_000  # checkpoints read at once
LAST = 2**63 - 1
Signing = Callable[[Connection, int], Sequence[Signer]]
NoteOf = Callable[[Reached], str]


class Checkpoints:
    """Implements `gateway.audit.checkpointer.CheckpointStore`. `signing`: the keys that sign at so many entries, asked
    in the transaction that seals; none: the checkpointer's own. `all_sign`: as `Dropping.all_sign`. `now`: for what is
    told.

    It remembers the newest checkpoint that it sealed, or found signed by the log's keys.
    """

    def __init__(
        self,
        database: Database,
        signing: Signing = lambda _connection, _reach: (),
        all_sign: Callable[[Connection, int], bool] | None = None,
        append: Callable[[Connection, Sequence[Entry]], object] = append,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._append, self._now = append, now
        self._database, self._signing = database, signing
        self._all_sign = all_sign or Dropping().all_sign
        self._last: Sealed | None = None
        self._ahead = 0  # entries that a checkpoint speaks of which the log was told to be behind no more
        self._altered: LogAltered | None = None

    async def newest(self) -> Sealed | None:
        """As the table has it, believed or not."""
        return await self._database.read(newest)

    async def newest_signed(self, root: Verifier) -> Sealed | None:
        return await self._database.read(
            lambda connection: newest_signed(connection, self._keys(connection, root))
        )

    def remember(self, one: Sealed) -> None:
        self._last = one

    def altered(self) -> LogAltered | None:
        found, self._altered = self._altered, None
        return found

    async def seal(self, note_of: NoteOf, root: Verifier) -> Sealed | None:
        if await self._database.read(lambda connection: self._settled(connection, root)):
            return None  # an idle log takes no write lock
        sealed, last, ahead, altered = await self._database.write(
            lambda connection: self._looked_and_sealed(connection, note_of, self._keys(connection, root))
        )
        self._last, self._ahead = sealed or last, ahead  # now that it is committed
        self._altered = altered or self._altered
        if _says_drops_signed(self._last):
            all_mark(self._database.engine)
        return sealed

    async def known(self, root: Verifier) -> Sequence[Verifier]:
        return await self._database.read(lambda connection: known(connection, [root]).keys)

    async def after(self, size: int, root: Verifier) -> Sequence[Sealed]:
        last = self._last
        if last is None or size >= last.size:
            return ()

        def query(connection: Connection) -> list[Sealed]:
            keys = self._keys(connection, root)
            between = (audit_checkpoint.c.size > size) & (audit_checkpoint.c.size <= last.size)
            rows = connection.execute(
                select(audit_checkpoint).where(between).order_by(audit_checkpoint.c.size).limit(PAGE)
            )
            found = [Sealed(row.size, row.root, row.at, str(row.note)) for row in rows]
            return [one for one in found if _same(one, last) or believed(one, keys) is not None]

        return await self._database.read(query)

    def _keys(self, connection: Connection, root: Verifier) -> Sequence[Verifier]:
        """Who signs now is believed before `root`, which may sign no more."""
        tail = read_tail(connection)
        signers = self._signing(connection, 0 if tail is None else tail.size)
        return keys_of(connection, [one.verifier for one in signers] or [root])

    def _settled(self, connection: Connection, root: Verifier) -> bool:
        """Whether all of it is sealed, and as this process knows it."""
        tail, sealed = read_tail(connection), newest(connection)
        if (end := reached(connection)) is not None and (0 if tail is None else tail.size) < end.size:
            return False
        if tail is None or sealed is None:
            return tail is None and sealed is None and self._last is None
        if tail.size != sealed.size or self._last is None:
            return False
        if self._last.size < sealed.size and believed(sealed, self._keys(connection, root)) is not None:
            self._last = sealed  # another node's
        return _same(sealed, self._last)

    def _looked_and_sealed(
        self, connection: Connection, note_of: NoteOf, keys: Sequence[Verifier]
    ) -> tuple[Sealed | None, Sealed | None, int, LogAltered | None]:
        """What was sealed, the newest before that, and what was found that nobody of ours did."""
        tail = read_tail(connection) or Tail()
        looked = look(connection, keys, tail, self._last)
        put_right(connection, looked, tail)
        told, now, ahead, altered = list[Entry](), self._now(), self._ahead, None
        if looked.ahead is not None and (looked.ahead == self._last or looked.ahead.size > ahead):
            ahead = looked.ahead.size
            altered = LogAltered(f"{ahead} entries were sealed, and not as they are: the log was put back")
            told.append(rolled_back(now, ahead, tail.size, looked.ahead.root))
        if (end := went_back(connection, tail)) is not None and not told:
            altered = LogAltered(
                f"{end.size} entries were written, and are there no more: the log was put back"
            )
            told.append(rolled_back(now, end.size, tail.size))
        sizes = sorted({*looked.false, *(() if looked.lost is None else (looked.lost.size,))})
        if sizes:
            altered = altered or LogAltered(f"the checkpoint of {sizes[0]} entries was changed by hand")
            told.append(checkpoint_altered(now, sizes))
        if by_hand := added_by_hand(connection, tail):  # before the key vouches for it
            mark_anew(connection)  # else whoever appends would tell it once more
            told.append(end_altered(now, by_hand[0], by_hand[-1]))
        if told:
            self._append(connection, told)
        month = None
        try:
            month = owed(connection, read_tail(connection) or Tail(), _size(looked.behind))
        except MonthNotNamed as unfit:  # its end stays unsealed, so that it is never deleted
            altered = LogAltered(str(unfit))
            self._append(connection, [checkpoint_altered(now, [unfit.size])])
        tail = read_tail(connection) or Tail()
        return self._seal(connection, note_of, tail, looked.behind, month), looked.behind, ahead, altered

    def _seal(
        self,
        connection: Connection,
        note_of: NoteOf,
        tail: Tail,
        behind: Sealed | None,
        month: Shard | None,
    ) -> Sealed | None:
        """`month`: one that is over, whose end is sealed first."""
        if tail.size <= _size(behind):
            return None
        all_sign = self._drops_signed(connection, tail.received_at, behind)
        if month is not None:
            signers = tuple(self._signing(connection, month.end))
            one = Reached(month.size, month.root, month.month, month.first, signers, all_sign)
            sealed = Sealed(month.end, month.root, month.ended, note_of(one), open=False)
        else:
            root, signers = tail.frontier.root(), tuple(self._signing(connection, tail.size))
            note = note_of(Reached(tail.frontier.size, root, tail.month, tail.first, signers, all_sign))
            sealed = Sealed(tail.size, root, tail.received_at, note)
        keep(connection, sealed)
        return sealed

    def _drops_signed(self, connection: Connection, now: int, before: Sealed | None) -> bool:
        """Once it is so it stays so, and no older version works here any more, whoever seems to be connected."""
        if others_mark(connection, None if before is None else before.note):
            return True
        if not self._all_sign(connection, now):
            return False
        serve_from(connection, OLDEST_SIGNER)
        mark_anew(connection)
        return True


def keys_of(connection: Connection, roots: Sequence[Verifier]) -> Sequence[Verifier]:
    """Of the log; where somebody has changed what tells of them, those that are known anyway."""
    found = known(connection, roots)
    return roots if found.unfit else found.keys


def newest_signed(connection: Connection, keys: Sequence[Verifier]) -> Sealed | None:
    """Of as many entries as there are, at most."""
    tail = read_tail(connection)
    return None if tail is None else newest_believed(connection, keys, tail.size)


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


def _size(one: Sealed | None) -> int:
    return 0 if one is None else one.size


def _same(one: Sealed, other: Sealed) -> bool:
    return (one.size, one.root, one.note) == (other.size, other.root, other.note)
