"""What witnesses cosigned of the log, and how each stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, func, insert, select

from gateway.audit.checkpointer import Sealed
from gateway.audit.cosignature import cosigned as with_cosignatures
from gateway.audit.entry import Entry
from gateway.audit.facts import MICROSECOND, microseconds, moment
from gateway.audit.for_auditors.brana_verify import consistent
from gateway.audit.proof import consistency, root_of
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_proofs import NotInLog, StoredTree
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint
from gateway.storage.tables.witnesses import audit_cosignature, audit_witness
from gateway.witness.standing import Cosigned, Stand, Standing
from gateway.witness.submitting import NoProof

LATELY = timedelta(minutes=10)
Append = Callable[[Connection, Sequence[Entry]], object]
_c, _w = audit_cosignature.c, audit_witness.c


class StoredWitnesses:
    """Implements `gateway.witness.submitting.Witnessed`."""

    def __init__(self, database: Database, append: Append) -> None:
        self._database, self._append = database, append

    async def heads(self) -> Sequence[Sealed]:
        found = await self._database.read(newest)
        return [] if found is None or not found.readable else [found]

    async def proof(self, old: int, head: Sealed) -> Sequence[bytes]:
        try:
            return await self._database.read(lambda connection: _proof(connection, old, head))
        except NotInLog as missing:
            raise NoProof(str(missing)) from missing

    async def cosigned_size(self, witness: str, origin: str) -> int:
        query = select(func.max(_c.size)).where(_c.witness == witness, _c.origin == origin)
        return await self._database.read(lambda connection: connection.execute(query).scalar()) or 0

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
            connection.execute(insert(audit_cosignature).values(**one, at=made.at, line=made.line))
        self._append(connection, entries)


def _proof(connection: Connection, old: int, head: Sealed) -> Sequence[bytes]:
    """What is kept of the tree is believed first, then the entries alone."""
    for by_entries in (False, True):
        perfect = StoredTree(connection, by_entries=by_entries).root
        path = consistency(old, head.size, perfect)
        if consistent(old, root_of(0, old, perfect), head.size, head.root, path):
            return path
    raise NoProof("the entries do not give the root that was sealed")


def stand_of(connection: Connection, witness: str) -> Stand | None:
    row = connection.execute(select(audit_witness).where(_w.witness == witness)).first()
    if row is None:
        return None
    return Stand(Standing(row.standing), moment(row.since), row.told, row.reason, row.size)


@dataclass(frozen=True, slots=True)
class Last:
    """The largest checkpoint that a witness cosigned."""

    origin: str
    size: int
    at: int
    """Seconds since the epoch, as the witness says."""


def last_of(connection: Connection, witness: str) -> Last | None:
    query = select(_c.origin, _c.size, _c.at).where(_c.witness == witness)
    row = connection.execute(query.order_by(_c.at.desc(), _c.size.desc()).limit(1)).first()
    return None if row is None else Last(row.origin, row.size, row.at)


def newest_cosigned(connection: Connection, origin: str) -> Sealed | None:
    """The largest checkpoint that any witness cosigned, with all the cosignatures that it has."""
    size = connection.execute(select(func.max(_c.size)).where(_c.origin == origin)).scalar()
    row = connection.execute(select(audit_checkpoint).where(audit_checkpoint.c.size == size)).first()
    if row is None:
        return None
    return Sealed(row.size, row.root, row.at, cosigned_note(connection, origin, row.size, row.note))


def cosigned_note(connection: Connection, origin: str, size: int, note: str) -> str:
    """A checkpoint's note with the cosignatures that it has."""
    query = select(_c.line).where(_c.origin == origin, _c.size == size).order_by(_c.witness)
    return with_cosignatures(note, connection.execute(query).scalars())


def origin_of(sealed: Sealed) -> str:
    return sealed.note.partition("\n")[0]


def to_hand_out(connection: Connection, least: int = 0) -> Sealed | None:
    """The newest checkpoint that a witness cosigned, where one did lately and it seals so many; else the newest.

    Witnesses answer seconds after the log is sealed: what is cosigned proves more than what is a moment newer.
    """
    last = newest(connection)
    if last is None or not last.readable:
        return last
    seen = newest_cosigned(connection, origin_of(last))
    if (
        seen is not None
        and seen.size >= least
        and seen.readable
        and last.at - seen.at <= LATELY // MICROSECOND
    ):
        return seen
    return last
