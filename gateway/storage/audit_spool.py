"""The places reached in the spool, moved in the transaction of what was taken over.

Whoever asks under a fresh grant is seen in the access log alone: so this is where their sessions stay awake.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from config.vocabulary import SessionId
from gateway.audit.entry import Entry
from gateway.audit.ingest import PlaceLost
from gateway.audit.prepared import Prepared
from gateway.audit.spool import Place
from gateway.storage.activity import Activity
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.moment import micros
from gateway.storage.tables.audit import audit_spool

# for every look at the spool: SQLAlchemy's layers would be most of it
_PLACES = 'SELECT name, "offset", renaming_to, finished FROM audit_spool'
_OF_NODE, _THIS = " WHERE name BETWEEN ? AND ?", " WHERE name = ?"
_PUT = 'INSERT INTO audit_spool (name, "offset", renaming_to, finished) VALUES (?, ?, ?, ?)'
_MOVED = 'UPDATE audit_spool SET name = ?, "offset" = ?, renaming_to = ?, finished = ? WHERE name = ?'
_FORGET = "DELETE FROM audit_spool WHERE name = ?"
LAST = "\U0010ffff"  # behind every sign that a name can have


class SpoolPlaces:
    """Implements `gateway.audit.ingest.SpoolStore`.

    `node`: whose files they are: the name of a fleet's node; of a machine that shares the database and is no node, the
    name of its folder; empty for the only machine there is.
    """

    def __init__(self, database: Database, activity: Callable[[], Activity], node: str = "") -> None:
        """`activity`: that of the settings in force."""
        self._database, self._activity, self._node = database, activity, node

    async def places(self) -> dict[str, Place]:
        return await self._database.look_up(lambda connection: places(connection, self._node))

    async def move(
        self,
        before: Place,
        after: Place | None,
        entries: Sequence[Entry | Prepared],
        seen: Mapping[SessionId, datetime],
    ) -> None:
        def work(connection: Connection) -> None:
            move(connection, before, after, entries, self._node)
            self._activity().push(connection, {session: micros(at) for session, at in seen.items()})

        await self._database.write(work)


def places(connection: Connection, node: str = "") -> dict[str, Place]:
    """Of one node, by the names of its files."""
    begins, driver = _kept_as("", node), driver_of(connection.connection)
    # what other nodes have put here, however much it is, keeps nobody waiting
    rows = (
        driver.execute(f"{_PLACES}{_OF_NODE}", (begins, begins + LAST)) if node else driver.execute(_PLACES)
    )
    found = (_place(row, row[0].removeprefix(begins)) for row in rows.fetchall() if _whose(row[0]) == node)
    return {place.name: place for place in found}


def _place(row: Sequence[Any], name: str) -> Place:
    _, offset, renaming_to, finished = row
    return Place(name, offset, renaming_to, bool(finished))


def move(
    connection: Connection,
    before: Place,
    after: Place | None,
    entries: Sequence[Entry | Prepared],
    node: str = "",
) -> None:
    this, driver = _kept_as(before.name, node), driver_of(connection.connection)
    row = driver.execute(f"{_PLACES}{_THIS}", (this,)).fetchone()
    stored = None if row is None else _place(row, before.name)
    if (stored or Place(before.name)) != before:
        raise PlaceLost(before)
    if after is None:
        driver.execute(_FORGET, (this,))
    else:
        values = _kept_as(after.name, node), after.offset, after.renaming_to, after.finished
        if stored is None:
            driver.execute(_PUT, values)
        else:
            driver.execute(_MOVED, (*values, this))
    if entries:
        append(connection, entries)


def hand_over(connection: Connection, before: str, node: str) -> None:
    """A machine that was none becomes this node: what of its files is in the log already stays known.

    `before`: under what its places are kept so far.
    """
    for name in places(connection, before):
        this = audit_spool.c.name == _kept_as(name, before)
        connection.execute(update(audit_spool).where(this).values(name=_kept_as(name, node)))


def _kept_as(name: str, node: str) -> str:
    """Names of files have no slash, nor have those of nodes."""
    return f"{node}/{name}" if node else name


def _whose(kept: str) -> str:
    node, slash, _ = kept.rpartition("/")
    return node if slash else ""
