"""The turn of a month: the open shard is closed and the next one opened, within the append that comes first.

In a fleet nobody is left behind: as long as a node of a version that knows no shards is at work, the log goes on in the
open one; and once there is a second tree, such a version is refused the database.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from gateway.audit.facts import microseconds
from gateway.audit.shard import OLDEST_READER, Shard, end_of_month, month_of
from gateway.audit.tree import Frontier
from gateway.storage.audit_shards import is_server, keep_closed, like_the_first, without_waiting
from gateway.storage.audit_tail import Tail
from gateway.storage.step import serve_from, standing
from gateway.storage.tables.audit import audit_entry

AGAIN = 60_000_000  # microseconds until it is tried once more where others stood in the way


class Turning:
    """Remembers when it was tried last."""

    def __init__(self) -> None:
        self._not_before = 0

    def turned(self, connection: Connection, last: Tail, now: datetime) -> tuple[Tail, Shard | None]:
        """The tail behind which `now` is recorded, and the shard that was closed for it."""
        wall = microseconds(now)
        received_at = max(wall, last.received_at)
        if not last.until:
            last = _with_its_end(last, received_at)
        if received_at < last.until or wall < self._not_before:
            return last, None
        if not _may_turn(connection) or not _has_table(connection, last.shard + 1, last.size):
            self._not_before = wall + AGAIN
            return last, None
        closed = _closed(connection, last)
        keep_closed(connection, closed)
        serve_from(connection, OLDEST_READER)
        month, until = month_of(received_at), end_of_month(received_at)
        return Tail(Frontier(), last.received_at, last.wall, last.shard + 1, month, last.size, until), closed


def _with_its_end(last: Tail, received_at: int) -> Tail:
    until = end_of_month(last.received_at or received_at)
    return Tail(last.frontier, last.received_at, last.wall, last.shard, last.month, last.first, until)


def _closed(connection: Connection, last: Tail) -> Shard:
    began = connection.execute(
        select(audit_entry.c.received_at).where(audit_entry.c.sequence == last.first)
    ).scalar()
    return Shard(
        number=last.shard,
        month=last.month,
        first=last.first,
        size=last.frontier.size,
        root=last.frontier.root(),
        began=began if isinstance(began, int) else last.received_at,
        ended=last.received_at,
    )


def _may_turn(connection: Connection) -> bool:
    if not is_server(connection):
        return True
    from gateway.storage.postgres.beside import at_work  # noqa: PLC0415 - a driver that a file does without

    found, _ = standing(connection)
    return all(revision >= OLDEST_READER for _, revision in at_work(connection, found))


def _has_table(connection: Connection, shard: int, first: int) -> bool:
    """Made now, on a server; False where somebody is at the table of before."""
    return not is_server(connection) or without_waiting(connection, like_the_first(shard, first))
