"""Keys of the log in the database: the private ones sealed, and notes that tell how they followed each other.

A change is one transaction: its notes, its entries, and the private keys; that of a key which signs no more goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, func, insert, select

from gateway.audit import log_keys
from gateway.audit.entry import Entry
from gateway.audit.key_acts import key_introduced, key_retired
from gateway.audit.log_keys import Introduced, Known, LogKey, Retired, Why
from gateway.audit.note import Signer, Verifier
from gateway.grants.keys import Purpose, new_private_key
from gateway.storage.audit import read_tail
from gateway.storage.audit_shards import is_server
from gateway.storage.moment import micros
from gateway.storage.seal import Seal
from gateway.storage.step import serve_from, standing
from gateway.storage.tables.audit import audit_checkpoint
from gateway.storage.tables.keys import signing_key
from gateway.storage.tables.log_keys import audit_key

OLDEST_READER = "0051"
"""Newest revision of the first version that knows of a second key: an older one would take what it signs for forged."""
Append = Callable[[Connection, Sequence[Entry]], object]
Replaced = Callable[[Connection, Ed25519PrivateKey, Ed25519PrivateKey], object]
"""Has what else the log's key signed signed anew: by the key before and the new one."""
_k = signing_key.c


class Refusal(StrEnum):
    OVERLAP = "log_key_overlap"
    ALONE = "log_key_alone"
    NOT_SEALED_YET = "log_key_not_sealed_yet"
    MONTH_NOT_SEALED = "log_key_month_not_sealed"
    OLDER_NODES = "log_key_older_nodes"
    NOT_VOUCHED = "log_key_not_vouched"


class KeyNotChanged(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a key of which log."""

    log: str
    who: str
    at: datetime


def private_keys(connection: Connection, seal: Seal) -> list[Ed25519PrivateKey]:
    """Those that are kept, the newest last. Raises SealBroken."""
    rows = connection.execute(
        select(_k.id, _k.sealed).where(_k.purpose == Purpose.CHECKPOINT).order_by(_k.created_at, _k.id)
    )
    return [
        Ed25519PrivateKey.from_private_bytes(seal.open(row.sealed, f"signing_key/{row.id}")) for row in rows
    ]


def notes(connection: Connection) -> list[str]:
    return [
        str(one)
        for one in connection.execute(select(audit_key.c.note).order_by(audit_key.c.number)).scalars()
    ]


def known(connection: Connection, roots: Sequence[Verifier]) -> Known:
    """All keys of the log, as far as they are vouched for; `roots`: those that are believed anyway."""
    return log_keys.known(notes(connection), roots)


def signing(connection: Connection, seal: Seal, log: str, reach: int) -> tuple[Signer, ...]:
    """Who signs a checkpoint of so many entries, the older key first; none: there only ever was one key."""
    told = notes(connection)
    if not told:
        return ()
    held = [Signer(log, one) for one in private_keys(connection, seal)]
    in_force = {
        one.public
        for one in log_keys.known(told, [held[-1].verifier]).keys
        if isinstance(one, LogKey) and one.signs(reach)
    }
    return tuple(one for one in held if one.verifier.public in in_force)


def vouching(connection: Connection, seal: Seal, log: str, reach: int) -> tuple[Signer, ...]:
    """Who signs what is said of so many entries: whoever signs their checkpoint, also where there only ever was one."""
    if notes(connection):
        return signing(connection, seal, log, reach)
    return tuple(Signer(log, one) for one in private_keys(connection, seal))


def rotate(
    connection: Connection, seal: Seal, append: Append, by: By, replaced: Replaced, *, compromised: bool
) -> Verifier:
    """A new key. In order, it signs together with the one before; those that are compromised sign no more.

    Raises KeyNotChanged.
    """
    held = _held(connection, seal, by.log)
    _require_none_older(connection)
    if compromised:
        _require_month_sealed(connection)
    elif len(held) > 1:
        raise KeyNotChanged(Refusal.OVERLAP)
    private = new_private_key(Purpose.CHECKPOINT)
    new, before = Signer(by.log, Ed25519PrivateKey.from_private_bytes(private)), held[-1]
    why = Why.COMPROMISED if compromised else Why.PLANNED
    change = Introduced(new.verifier, before.verifier, _written(connection), why)
    note = log_keys.introduce(change, (before, new))
    entries = [key_introduced(by.at, by.who, change, note)]
    _keep(connection, note)
    _add(connection, seal, private, by.at)
    replaced(connection, before.private, new.private)
    if compromised:
        entries += [_retire(connection, seal, one, new, change.written, by) for one in held]
    append(connection, entries)
    serve_no_older(connection)
    return new.verifier


def retire(connection: Connection, seal: Seal, append: Append, by: By) -> Verifier:
    """The older of two keys signs no more; which one it was. Raises KeyNotChanged."""
    held = _held(connection, seal, by.log)
    if len(held) < 2:
        raise KeyNotChanged(Refusal.ALONE)
    since = next(
        one.since
        for one in known(connection, [held[-1].verifier]).keys
        if isinstance(one, LogKey) and one.public == held[-1].verifier.public
    )
    if (connection.execute(select(func.max(audit_checkpoint.c.size))).scalar() or 0) <= since:
        raise KeyNotChanged(Refusal.NOT_SEALED_YET)
    _require_month_sealed(connection)
    append(connection, [_retire(connection, seal, held[0], held[-1], _written(connection), by)])
    return held[0].verifier


def _retire(connection: Connection, seal: Seal, key: Signer, stays: Signer, written: int, by: By) -> Entry:
    change = Retired(key.verifier, stays.verifier, written)
    note = log_keys.retire(change, stays)
    _keep(connection, note)
    _forget(connection, seal, key)
    return key_retired(by.at, by.who, change, note)


def _held(connection: Connection, seal: Seal, log: str) -> list[Signer]:
    """The keys that sign now, the older first. Raises KeyNotChanged where they are not what the notes tell."""
    held = [Signer(log, one) for one in private_keys(connection, seal)]
    found = known(connection, [held[-1].verifier])
    standing = {one.public for one in found.keys if not isinstance(one, LogKey) or one.until is None}
    if found.unfit or standing != {one.verifier.public for one in held}:
        raise KeyNotChanged(Refusal.NOT_VOUCHED)
    return held


def _written(connection: Connection) -> int:
    tail = read_tail(connection)
    return 0 if tail is None else tail.size


def _keep(connection: Connection, note: str) -> None:
    last = connection.execute(select(func.max(audit_key.c.number))).scalar() or 0
    connection.execute(insert(audit_key).values(number=last + 1, note=note))


def _add(connection: Connection, seal: Seal, private: bytes, at: datetime) -> None:
    """Behind all before it, whatever the clock says."""
    rows = connection.execute(select(_k.id, _k.created_at).where(_k.purpose == Purpose.CHECKPOINT)).all()
    changes = connection.execute(select(func.count()).select_from(audit_key)).scalar_one()
    numbers = [int(row.id.rpartition("-")[2]) for row in rows]
    name = f"{Purpose.CHECKPOINT}-{1 + max([*numbers, changes])}"
    made = max(micros(at), *(row.created_at + 1 for row in rows))
    sealed = seal.close(private, f"signing_key/{name}")
    connection.execute(
        insert(signing_key).values(id=name, purpose=Purpose.CHECKPOINT, sealed=sealed, created_at=made)
    )


def _forget(connection: Connection, seal: Seal, key: Signer) -> None:
    for row in connection.execute(select(_k.id, _k.sealed).where(_k.purpose == Purpose.CHECKPOINT)).all():
        if seal.open(row.sealed, f"signing_key/{row.id}") == key.private.private_bytes_raw():
            connection.execute(delete(signing_key).where(_k.id == row.id))


def _require_month_sealed(connection: Connection) -> None:
    """A month that ended is sealed by the keys of its time."""
    tail = read_tail(connection)
    sealed = connection.execute(select(func.max(audit_checkpoint.c.size))).scalar() or 0
    if tail is not None and sealed < tail.first:
        raise KeyNotChanged(Refusal.MONTH_NOT_SEALED)


def _require_none_older(connection: Connection) -> None:
    if not is_server(connection):
        return
    from gateway.storage.postgres.beside import at_work  # noqa: PLC0415 - a driver that a file does without

    found, _ = standing(connection)
    if any(revision < OLDEST_READER for _, revision in at_work(connection, found)):
        raise KeyNotChanged(Refusal.OLDER_NODES)


def serve_no_older(connection: Connection) -> None:
    """Where another key ever followed the first."""
    if notes(connection):
        serve_from(connection, OLDEST_READER)
