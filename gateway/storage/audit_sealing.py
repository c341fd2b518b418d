"""Which checkpoint seals an entry: that of the month whose tree it is in."""

from sqlalchemy import Connection

from gateway.audit.checkpointer import Sealed
from gateway.storage.audit_checkpoints import newest, newest_of
from gateway.storage.audit_shards import closed_shards


class Sealings:
    """In one transaction, of many entries: the newest checkpoint of each one's tree."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._closed = closed_shards(connection)
        self._found: dict[int | None, Sealed | None] = {}

    def of(self, sequence: int) -> Sealed | None:
        end = next((one.end for one in self._closed if one.first <= sequence < one.end), None)
        if end not in self._found:
            self._found[end] = newest(self._connection) if end is None else newest_of(self._connection, end)
        return self._found[end]


def sealing(connection: Connection, sequence: int) -> Sealed | None:
    """The newest one of its tree."""
    return Sealings(connection).of(sequence)


def dropped(connection: Connection, sequence: int) -> bool:
    """Whether the entry was deleted after its time, with its month."""
    return any(one.dropped and one.first <= sequence < one.end for one in closed_shards(connection))
