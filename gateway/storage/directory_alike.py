"""Entries whose names cannot be told from one another here, though their directory keeps them apart.

Memberships refer to names, so such two would have each other's. Laws: who had the name before keeps it, and whoever
comes to it is left out and told; where nobody was there before, people stay, with nothing that a group gives to that
name, and groups, which are nothing but what they give, are left out. Decision 40.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.storage.directory_rows import group_of, person_of
from idp.directory.sync.record import GroupRecord, PersonRecord

Octets = bytes

ALIKE = "another entry has a name that cannot be told from this one"
NO_GROUPS = f"{ALIKE}, and nobody knows which was first: neither has what groups give to that name"

OWNERS = """
SELECT 'person' AS kind, identity FROM directory_person WHERE generation = ?1 AND node = ?2
UNION ALL SELECT 'group', identity FROM directory_group WHERE generation = ?1 AND node = ?2
"""
SHARED = f"SELECT 1 FROM ({OWNERS}) AS owner WHERE identity <> ?3 LIMIT 1"  # noqa: S608 - constants
PERSON = "SELECT record FROM directory_person WHERE generation = ? AND identity = ?"
GROUP = "SELECT sid, record FROM directory_group WHERE generation = ? AND identity = ?"


@dataclass(frozen=True, slots=True)
class Judged:
    kind: str
    octets: Octets
    dn: str
    out: bool

    @property
    def what(self) -> str:
        return ALIKE if self.out else NO_GROUPS


def owners(connection: Connection, generation: int, node: int) -> list[tuple[str, Octets]]:
    """`person` or `group`, and the identity, of whoever has the name with that number."""
    rows = connection.exec_driver_sql(OWNERS, (generation, node))
    return [(row.kind, row.identity) for row in rows]


def judged(connection: Connection, generation: int, node: int, arrived: set[Octets]) -> Iterator[Judged]:
    """Whoever has the name with that number, where it is several; `arrived`: who came to it just now."""
    found = owners(connection, generation, node)
    together = {octets for _, octets in found}
    if len(together) < 2:
        return
    out = left_out(together, together - arrived, {octets for kind, octets in found if kind == "group"})
    for kind, octets in found:
        record = _record(connection, generation, kind, octets)
        if record is not None and (octets in out or not together - arrived):
            yield Judged(kind, octets, record.dn, octets in out)


def is_shared(connection: Connection, generation: int, node: int, octets: Octets) -> bool:
    """Whether another entry than that person's has the name, too."""
    return connection.exec_driver_sql(SHARED, (generation, node, octets)).first() is not None


def elders(
    connection: Connection, generation: int | None, people: Mapping[Octets, str], groups: Mapping[Octets, str]
) -> set[Octets]:
    """Those who had their key in that generation already; nobody where there is none."""
    if generation is None:
        return set()
    named = {("person", octets): key for octets, key in people.items()}
    named |= {("group", octets): key for octets, key in groups.items()}
    return {
        octets
        for (kind, octets), key in named.items()
        if (before := _record(connection, generation, kind, octets)) is not None and before.key == key
    }


def _record(
    connection: Connection, generation: int, kind: str, octets: Octets
) -> PersonRecord | GroupRecord | None:
    if kind == "person":
        row = connection.exec_driver_sql(PERSON, (generation, octets)).first()
        return None if row is None else person_of(octets, row.record)
    row = connection.exec_driver_sql(GROUP, (generation, octets)).first()
    return None if row is None else group_of(octets, row.sid, row.record)


def alike(nodes: Iterable[tuple[int, Octets]]) -> list[set[Octets]]:
    """Those who share a number, together."""
    given = list(nodes)
    counts = Counter(node for node, _ in given)
    by_node: dict[int, set[Octets]] = defaultdict(set)
    for node, octets in given if len(counts) < len(given) else ():
        if counts[node] > 1:
            by_node[node].add(octets)
    return [together for together in by_node.values() if len(together) > 1]


def left_out(together: set[Octets], elder: set[Octets], groups: Collection[Octets]) -> set[Octets]:
    """Which of those who share a name are left out: newcomers beside an elder, and groups beside an equal."""
    there_before = together & elder
    kept = there_before or together
    return (together - kept) | (kept & set(groups) if len(kept) > 1 else set())
