"""What witnesses cosigned of the log, and how each stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, true

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.checkpointer import Sealed
from gateway.audit.cosignature import cosigned as with_cosignatures
from gateway.audit.entry import Entry
from gateway.audit.facts import MICROSECOND, microseconds, moment
from gateway.audit.for_auditors.brana_verify import consistent
from gateway.audit.proof import consistency, root_of
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_proofs import NotInLog, StoredTree
from gateway.storage.audit_sealing import sealing
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint, audit_shard
from gateway.storage.tables.witnesses import audit_cosignature, audit_witness
from gateway.witness.standing import Cosigned, Stand, Standing
from gateway.witness.submitting import NoProof

LATELY = timedelta(minutes=10)
Append = Callable[[Connection, Sequence[Entry]], object]
_c, _w = audit_cosignature.c, audit_witness.c
_reach: ColumnElement[int] = _c.first + _c.size
"""Entries of the whole log, by which a checkpoint is known."""


class StoredWitnesses:
    """Implements `gateway.witness.submitting.Witnessed`."""

    def __init__(self, database: Database, append: Append) -> None:
        self._database, self._append = database, append

    async def heads(self) -> Sequence[Sealed]:
        return await self._database.read(_heads)

    async def proof(self, old: int, head: Checkpoint) -> Sequence[bytes]:
        try:
            return await self._database.read(lambda connection: _proof(connection, old, head))
        except NotInLog as missing:
            raise NoProof(str(missing)) from missing

    async def cosigned_size(self, witness: str, origin: str) -> int:
        query = select(func.max(_c.size)).where(_c.witness == witness, _c.origin == origin)
        return await self._database.read(lambda connection: connection.execute(query).scalar()) or 0

    async def cosignature(self, witness: str, origin: str, size: int) -> str:
        query = select(_c.line).where(_c.witness == witness, _c.origin == origin, _c.size == size)
        line = await self._database.read(lambda connection: connection.execute(query).scalar())
        return line if isinstance(line, str) else ""

    async def stand(self, witness: str) -> Stand | None:
        return await self._database.read(lambda connection: stand_of(connection, witness))

    async def settle(
        self, witness: str, stand: Stand, cosigned: Sequence[Cosigned], entries: Sequence[Entry]
    ) -> None:
        await self._database.write(
            lambda connection: self._settle(connection, witness, stand, cosigned, entries)
        )

    def _settle(
        self,
        connection: Connection,
        witness: str,
        stand: Stand,
        cosigned: Sequence[Cosigned],
        entries: Sequence[Entry],
    ) -> None:
        if stand_of(connection, witness) != stand:
            connection.execute(delete(audit_witness).where(_w.witness == witness))
            row = {"standing": stand.standing, "since": microseconds(stand.since), "told": stand.told}
            connection.execute(
                insert(audit_witness).values(witness=witness, reason=stand.reason, size=stand.size, **row)
            )
        for each in cosigned:
            one = {"witness": witness, "origin": each.origin, "size": each.size}
            same = [audit_cosignature.c[name] == value for name, value in one.items()]
            connection.execute(delete(audit_cosignature).where(*same))
            made = each.cosignature
            row = {**one, "first": each.first, "at": made.at, "line": made.line}
            connection.execute(insert(audit_cosignature).values(row))
        self._append(connection, entries)


def _heads(connection: Connection) -> Sequence[Sealed]:
    """Of a month that was dropped nothing can be proven any more."""
    closed = select(audit_shard.c.first + audit_shard.c.size).where(audit_shard.c.dropped_by.is_(None))
    ends = (
        select(audit_checkpoint).where(audit_checkpoint.c.size.in_(closed)).order_by(audit_checkpoint.c.size)
    )
    found = [Sealed(row.size, row.root, row.at, row.note) for row in connection.execute(ends)]
    last = newest(connection)
    if last is not None and last.size not in {one.size for one in found}:
        found.append(last)
    return [one for one in found if one.readable and type(one.note) is str]


def _proof(connection: Connection, old: int, head: Checkpoint) -> Sequence[bytes]:
    """What is kept of the tree is believed first, then the entries alone."""
    for by_entries in (False, True):
        perfect = StoredTree(connection, head.first, by_entries).root
        path = consistency(old, head.size, perfect)
        if consistent(old, root_of(0, old, perfect), head.size, head.root, path):
            return path
    raise NoProof("the entries do not give the root that was sealed")


def stand_of(connection: Connection, witness: str) -> Stand | None:
    row = connection.execute(select(audit_witness).where(_w.witness == witness)).first()
    try:
        return None if row is None else _stand(row)
    except (ValueError, TypeError, OverflowError):
        return None  # nothing that we wrote


def _stand(row: Row[Any]) -> Stand:
    return Stand(Standing(row.standing), moment(row.since), bool(row.told), row.reason, row.size)


@dataclass(frozen=True, slots=True)
class Last:
    """The newest checkpoint that a witness cosigned."""

    origin: str
    reach: int
    """Entries of the whole log."""
    at: int
    """Seconds since the epoch, as the witness says."""


def last_of(connection: Connection, witness: str) -> Last | None:
    query = select(_c.origin, _reach, _c.at).where(_c.witness == witness)
    row = connection.execute(query.order_by(_c.at.desc(), _reach.desc()).limit(1)).first()
    return None if row is None else Last(*row)


def newest_cosigned(connection: Connection, origin: str | None = None) -> Sealed | None:
    """The newest checkpoint that any witness cosigned, with all cosignatures that it has; `origin`: of that tree."""
    within = true() if origin is None else _c.origin == origin
    reach = connection.execute(select(func.max(_reach)).where(within)).scalar()
    row = connection.execute(select(audit_checkpoint).where(audit_checkpoint.c.size == reach)).first()
    return None if row is None else with_witnesses(connection, Sealed(row.size, row.root, row.at, row.note))


def with_witnesses(connection: Connection, sealed: Sealed) -> Sealed:
    """The checkpoint, its note with the cosignatures that it has."""
    query = select(_c.line).where(_c.origin == origin_of(sealed), _reach == sealed.size).order_by(_c.witness)
    return replace(sealed, note=with_cosignatures(sealed.note, connection.execute(query).scalars()))


def origin_of(sealed: Sealed) -> str:
    return str(sealed.note).partition("\n")[0]


def to_hand_out(connection: Connection, sequence: int | None = None) -> Sealed | None:
    """The newest checkpoint that a witness cosigned, where one did lately; else the newest. `sequence`: of the tree of
    this entry, and one that seals it.

    Witnesses answer seconds after the log is sealed: what is cosigned proves more than what is a moment newer.
    """
    last = newest(connection) if sequence is None else sealing(connection, sequence)
    if last is None or not last.readable:
        return last
    seen = newest_cosigned(connection, None if sequence is None else origin_of(last))
    if (
        seen is not None
        and seen.readable
        and (sequence is None or seen.size > sequence)
        and last.at - seen.at <= LATELY // MICROSECOND
    ):
        return seen
    return last
