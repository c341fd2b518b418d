"""Generations of the replica: one is begun, one is current, one may be held; others go, step by step."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.directory_rows import octets_of, removal_of, removal_text
from gateway.storage.directory_tally import Among, Tally, tally_of
from gateway.storage.moment import micros, moment_of, moment_or_none
from idp.directory.sync.record import Position
from idp.directory.sync.replica import Count, Hold, Limit, Removal, ReplicaState, Size

STAGED, CURRENT, HELD, OLD = "staged", "current", "held", "old"
TABLES = ("node", "person", "login", "number", "group", "membership", "problem")
SWEPT_AT_ONCE = 1_000  # rows of a write

STANDING = """
SELECT sync.generation, sync.position, sync.synced_at, sync.trouble, began_at FROM directory_sync AS sync
LEFT JOIN directory_generation ON id = generation WHERE sync.directory = ?
"""
MISSING = """
SELECT count(*) FROM directory_{table} AS old WHERE generation = ? AND NOT EXISTS
    (SELECT 1 FROM directory_{table} AS new WHERE new.generation = ? AND new.identity = old.identity)
"""
THERE = "SELECT 1 FROM directory_{table} WHERE generation = ? AND identity = ?"
COUNT = "SELECT count(*) FROM directory_{table} WHERE generation = ?"
MEMBERSHIPS = (
    "SELECT coalesce(sum(json_array_length(containers)), 0) FROM directory_membership WHERE generation = ?"
)


def begin(
    connection: Connection, directory: DirectoryName, began_at: datetime, position: Position, nodes: int
) -> int:
    """Name of a new generation; what an earlier attempt left behind is given up."""
    give_up(connection, directory)
    new = connection.exec_driver_sql(
        "INSERT INTO directory_generation (directory, state, began_at, position, nodes) VALUES (?, ?, ?, ?, ?) "
        "RETURNING id",
        (directory, STAGED, micros(began_at), position, nodes),
    )
    return int(new.scalar_one())


def count_removal(connection: Connection, directory: DirectoryName, generation: int) -> Removal:
    """What would be lost if it became the current one, with what that one has lost already."""
    before = current(connection, directory)
    if before is None:
        return Removal()
    tally = tally_of(connection, before) or Tally.of(size(connection, before))

    def lost(table: str, among: Among) -> Count:
        def absent(identities: Iterable[str]) -> int:
            there, octets = THERE.format(table=table), map(octets_of, identities)
            return sum(connection.exec_driver_sql(there, (generation, one)).first() is None for one in octets)

        missing = _number(connection, MISSING.format(table=table), before, generation)
        return Count(among.known, missing + absent(among.gone) - absent(among.new))

    remaining = _number(connection, MEMBERSHIPS, generation)
    return Removal(
        lost("person", tally.people),
        lost("group", tally.groups),
        Count(tally.memberships, max(0, tally.memberships - remaining)),
    )


def settle(connection: Connection, generation: int, removal: Removal, limit: Limit) -> Hold | None:
    """Make it the current one, or hold it, as `limit` says."""
    directory, began_at = connection.exec_driver_sql(
        "SELECT directory, began_at FROM directory_generation WHERE id = ?", (generation,)
    ).one()
    if limit.believes(removal):
        switch(connection, generation)
        return None
    drop_hold(connection, directory)
    connection.exec_driver_sql(
        "UPDATE directory_generation SET state = 'held', removal = ? WHERE id = ?",
        (removal_text(removal), generation),
    )
    return Hold(generation=generation, at=moment_of(began_at), removal=removal)


def switch(connection: Connection, generation: int) -> None:
    """From now on this is what the directory says; whatever else was kept of it is old."""
    (directory,) = connection.exec_driver_sql(
        "SELECT directory FROM directory_generation WHERE id = ?", (generation,)
    ).one()
    connection.exec_driver_sql(
        "UPDATE directory_generation SET state = CASE id WHEN ? THEN 'current' ELSE 'old' END "
        "WHERE directory = ? AND state <> 'old'",
        (generation, directory),
    )
    connection.exec_driver_sql(
        "INSERT INTO directory_sync (directory, generation, position, synced_at) "
        "SELECT directory, id, position, began_at FROM directory_generation WHERE id = ? "
        "ON CONFLICT (directory) DO UPDATE SET generation = excluded.generation, "
        "position = excluded.position, synced_at = excluded.synced_at, trouble = ''",
        (generation,),
    )


def give_up(connection: Connection, directory: DirectoryName) -> None:
    """Of a reading that did not come to its end."""
    connection.exec_driver_sql(
        "UPDATE directory_generation SET state = 'old' WHERE directory = ? AND state = 'staged'", (directory,)
    )


def nodes(connection: Connection, generation: int) -> int:
    return _number(connection, "SELECT nodes FROM directory_generation WHERE id = ?", generation)


def keep_nodes(connection: Connection, generation: int, nodes: int) -> None:
    connection.exec_driver_sql(
        "UPDATE directory_generation SET nodes = ? WHERE id = ? AND nodes <> ?", (nodes, generation, nodes)
    )


def reach(connection: Connection, directory: DirectoryName, position: Position, at: datetime) -> None:
    """The current generation is as the directory was at `at`."""
    connection.exec_driver_sql(
        "UPDATE directory_sync SET position = ?1, trouble = '', "
        "synced_at = CASE WHEN synced_at > ?2 THEN synced_at ELSE ?2 END WHERE directory = ?3",
        (position, micros(at), directory),
    )


def note_trouble(connection: Connection, directory: DirectoryName, trouble: str) -> None:
    connection.exec_driver_sql(
        "INSERT INTO directory_sync (directory, trouble) VALUES (?, ?) "
        "ON CONFLICT (directory) DO UPDATE SET trouble = excluded.trouble",
        (directory, trouble),
    )


def drop_hold(connection: Connection, directory: DirectoryName) -> None:
    connection.exec_driver_sql(
        "UPDATE directory_generation SET state = 'old' WHERE directory = ? AND state = 'held'", (directory,)
    )


def hold_of(connection: Connection, directory: DirectoryName) -> Hold | None:
    row = connection.exec_driver_sql(
        "SELECT id, began_at, removal FROM directory_generation WHERE directory = ? AND state = 'held'",
        (directory,),
    ).first()
    if row is None:
        return None
    return Hold(generation=row.id, at=moment_of(row.began_at), removal=removal_of(row.removal))


def current(connection: Connection, directory: DirectoryName) -> int | None:
    row = connection.exec_driver_sql(
        "SELECT generation FROM directory_sync WHERE directory = ?", (directory,)
    ).first()
    return None if row is None else row.generation


def standing(connection: Connection, directory: DirectoryName) -> ReplicaState:
    row = connection.exec_driver_sql(STANDING, (directory,)).first()
    held = hold_of(connection, directory)
    if row is None:
        return ReplicaState(held=held)
    return ReplicaState(
        generation=row.generation,
        position=row.position,
        synced_at=moment_or_none(row.synced_at),
        full_at=moment_or_none(row.began_at),
        held=held,
        trouble=row.trouble,
    )


def size(connection: Connection, generation: int) -> Size:
    people, groups, problems = (
        _number(connection, COUNT.format(table=table), generation) for table in ("person", "group", "problem")
    )
    memberships = _number(connection, MEMBERSHIPS, generation)
    return Size(people=people, groups=groups, memberships=memberships, problems=problems)


def sweep(connection: Connection) -> bool:
    """One short step of removing old generations; whether there is more to do."""
    row = connection.exec_driver_sql(
        "SELECT id FROM directory_generation WHERE state = 'old' LIMIT 1"
    ).first()
    if row is None:
        return False
    for table in TABLES:
        if _removed_some(connection, f"directory_{table}", row.id):
            return True
    connection.exec_driver_sql("DELETE FROM directory_generation WHERE id = ?", (row.id,))
    return True


KEYS = {
    "directory_node": "digest",
    "directory_person": "identity",
    "directory_login": "login, identity",
    "directory_number": "number, identity",
    "directory_group": "identity",
    "directory_membership": "member",
    "directory_problem": "dn, what",
}


def _removed_some(connection: Connection, table: str, generation: int) -> bool:
    key = KEYS[table]
    statement = (
        f"DELETE FROM {table} WHERE generation = ?1 AND ({key}) IN "  # noqa: S608 - constants
        f"(SELECT {key} FROM {table} WHERE generation = ?1 LIMIT ?2)"
    )
    return bool(connection.exec_driver_sql(statement, (generation, SWEPT_AT_ONCE)).rowcount)


def _number(connection: Connection, statement: str, *values: int) -> int:
    return int(connection.exec_driver_sql(statement, values).scalar_one())
