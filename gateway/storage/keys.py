"""Private keys in the database, sealed under the master key."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gateway.audit.acts import key_created
from gateway.audit.entry import Entry
from gateway.grants.keys import Purpose, new_private_key
from gateway.storage.database import Database
from gateway.storage.moment import micros
from gateway.storage.seal import Seal
from gateway.storage.tables.keys import signing_key


def anything_sealed(connection: Connection) -> bool:
    """Whether keys were sealed here before, so that their master key must be there too."""
    return connection.execute(select(signing_key.c.id).limit(1)).first() is not None


def private_key_of(
    database: Database,
    seal: Seal,
    append: Callable[[Connection, Sequence[Entry]], object],
    now: datetime,
) -> Callable[[Purpose], bytes]:
    """A function that gives the key of a purpose, making, sealing and recording it the first time."""

    def find(connection: Connection, purpose: Purpose) -> bytes | None:
        row = connection.execute(
            select(signing_key.c.id, signing_key.c.sealed)
            .where(signing_key.c.purpose == purpose)
            .order_by(signing_key.c.created_at.desc())
        ).first()
        return None if row is None else seal.open(row.sealed, f"signing_key/{row.id}")

    def make(connection: Connection, purpose: Purpose) -> bytes:
        if (existing := find(connection, purpose)) is not None:
            return existing
        private = new_private_key(purpose)
        name = f"{purpose}-1"
        connection.execute(
            insert(signing_key).values(
                id=name,
                purpose=purpose,
                sealed=seal.close(private, f"signing_key/{name}"),
                created_at=micros(now),
            )
        )
        append(
            connection,
            [key_created(now, name, purpose)],
        )
        return private

    def private_key(purpose: Purpose) -> bytes:
        found = database.read_now(lambda connection: find(connection, purpose))
        return found or database.write_soon(lambda connection: make(connection, purpose)).result()

    return private_key
