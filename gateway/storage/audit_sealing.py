"""Which checkpoint seals an entry: that of the month whose tree it is in."""

from sqlalchemy import Connection

from gateway.audit.checkpointer import Sealed
from gateway.storage.audit_checkpoints import newest, newest_of
from gateway.storage.audit_shards import closed_shards


def sealing(connection: Connection, sequence: int) -> Sealed | None:
    """The newest one of its tree."""
    own = next((one for one in closed_shards(connection) if one.first <= sequence < one.end), None)
    return newest(connection) if own is None else newest_of(connection, own.end)


def dropped(connection: Connection, sequence: int) -> bool:
    """Whether the entry was deleted after its time, with its month."""
    return any(one.dropped and one.first <= sequence < one.end for one in closed_shards(connection))
