"""Groups that list an entry under a name which it has no more, found before changes are applied."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from gateway.storage.directory_delta import gone_from
from gateway.storage.directory_rows import digest_of, identity_of, octets_of
from idp.directory.sync.record import Changes

NODE = "SELECT node FROM directory_{table} WHERE generation = ? AND identity = ?"
NAMED = "SELECT node FROM directory_node WHERE generation = ? AND digest = ?"
CONTAINERS = """
SELECT identity FROM directory_membership AS held, json_each(held.containers), directory_group AS one
WHERE held.generation = ? AND held.member = ? AND one.generation = held.generation
    AND one.node = CAST(value AS bigint)
"""


def outdated_groups(connection: Connection, generation: int, changes: Changes) -> frozenset[str]:
    gone_groups = gone_from("group", connection, generation, changes)
    nodes = {
        *_nodes(connection, "person", generation, gone_from("person", connection, generation, changes)),
        *_nodes(connection, "group", generation, gone_groups),
        *_left("person", connection, generation, {one.identity: one.key for one in changes.people}),
        *_left("group", connection, generation, {one.identity: one.key for one in changes.groups}),
    }
    groups = {
        identity_of(row.identity)
        for node in nodes
        for row in connection.exec_driver_sql(CONTAINERS, (generation, node))
    }
    return frozenset(groups - gone_groups)


def _left(table: str, connection: Connection, generation: int, keys: dict[str, str]) -> Iterator[int]:
    """Numbers of names that these have given up for others."""
    for identity, key in keys.items():
        row = connection.exec_driver_sql(NAMED, (generation, digest_of(key))).first()
        yield from _nodes(connection, table, generation, [identity]) - ({row.node} if row else set())


def _nodes(connection: Connection, table: str, generation: int, identities: Collection[str]) -> set[int]:
    statement = NODE.format(table=table)
    rows = (
        connection.exec_driver_sql(statement, (generation, octets_of(identity))).first()
        for identity in identities
    )
    return {row.node for row in rows if row is not None}
