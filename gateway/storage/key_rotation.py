"""Keys that follow each other, in the database: a new one and the end of those before are one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from gateway.audit.acts import key_compromised, key_rotated
from gateway.audit.entry import Entry
from gateway.grants.keys import Purpose, new_private_key
from gateway.grants.ring import KeptKey, KeyRing
from gateway.storage.moment import micros, moment_of
from gateway.storage.seal import Seal
from gateway.storage.tables.keys import signing_key

Append = Callable[[Connection, Sequence[Entry]], object]
_k = signing_key.c
FORGOTTEN_AFTER = timedelta(days=30)  # what nobody believes is not kept for longer than it may be listed


@dataclass(frozen=True, slots=True)
class Change:
    """Another key of a purpose. `overlap`: how long what the one before signed last may live."""

    purpose: Purpose
    announce: timedelta
    overlap: timedelta
    compromised: bool = False


def ring(connection: Connection, seal: Seal) -> KeyRing:
    """All keys that are kept. Raises SealBroken."""
    return KeyRing(
        tuple(
            KeptKey(
                id=row.id,
                purpose=Purpose(row.purpose),
                created_at=moment_of(row.created_at),
                signs_from=moment_of(row.signs_from),
                ends_at=None if row.ends_at is None else moment_of(row.ends_at),
                private=seal.open(row.sealed, f"signing_key/{row.id}"),
            )
            for row in connection.execute(select(signing_key).order_by(_k.created_at, _k.id))
        )
    )


def rotate(
    connection: Connection, seal: Seal, append: Append, changes: Sequence[Change], by: str, now: datetime
) -> list[str]:
    """Make a key for each change; the ids of the new ones. `by`: who asked."""
    made = [_rotate(connection, seal, append, change, by, now) for change in changes]
    connection.execute(delete(signing_key).where(_k.ends_at <= micros(now - FORGOTTEN_AFTER)))
    return made


def _rotate(
    connection: Connection, seal: Seal, append: Append, change: Change, by: str, now: datetime
) -> str:
    purpose = change.purpose
    signs_from = now if change.compromised else now + change.announce
    ids = list(connection.execute(select(_k.id).where(_k.purpose == purpose)).scalars())
    others = update(signing_key).where(_k.purpose == purpose)
    if change.compromised:
        believed = or_(_k.ends_at.is_(None), _k.ends_at > micros(now))
        ended = list(
            connection.execute(
                select(_k.id).where(_k.purpose == purpose, believed).order_by(_k.created_at, _k.id)
            ).scalars()
        )
        connection.execute(others.where(believed).values(ends_at=micros(now)))
        append(connection, [key_compromised(now, by, ended, purpose)])
    else:
        ends = micros(signs_from + change.overlap)
        connection.execute(others.where(_k.ends_at.is_(None)).values(ends_at=ends))
    name = f"{purpose}-{1 + max((int(one.rpartition('-')[2]) for one in ids), default=0)}"
    connection.execute(
        insert(signing_key).values(
            id=name,
            purpose=purpose,
            sealed=seal.close(new_private_key(purpose), f"signing_key/{name}"),
            created_at=micros(now),
            signs_from=micros(signs_from),
        )
    )
    append(connection, [key_rotated(now, by, name, purpose, signs_from=signs_from)])
    return name
