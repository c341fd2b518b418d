"""Changes of a directory put into the current generation of its replica, within one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row

from gateway.storage.directory_alike import judged, owners
from gateway.storage.directory_generations import size
from gateway.storage.directory_rows import (
    digest_of,
    group_row,
    identity_of,
    logins_of,
    numbers_of,
    numbers_text,
    octets_of,
    packed,
    person_of,
    person_row,
    unpacked,
)
from gateway.storage.directory_tally import Tally
from idp.directory.sync.record import Changes, GroupRecord, PersonRecord
from idp.directory.sync.replica import Size, Touched

PUT_NODE = "INSERT INTO directory_node (generation, digest, node) VALUES (?, ?, ?)"
PUT_PERSON = (
    "INSERT INTO directory_person (generation, identity, node, record) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (generation, identity) DO UPDATE SET node = excluded.node, record = excluded.record"
)
PUT_LOGIN = (
    "INSERT INTO directory_login (generation, login, identity) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
)
PUT_NUMBER = (
    "INSERT INTO directory_number (generation, number, identity) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
)
PUT_GROUP = (
    "INSERT INTO directory_group (generation, identity, node, sid, record, members) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (generation, identity) DO UPDATE SET "
    "node = excluded.node, sid = excluded.sid, record = excluded.record, members = excluded.members"
)
CONTAINERS = "SELECT containers FROM directory_membership WHERE generation = ? AND member = ?"
PUT_CONTAINERS = (
    "INSERT INTO directory_membership (generation, member, containers) VALUES (?, ?, ?) "
    "ON CONFLICT (generation, member) DO UPDATE SET containers = excluded.containers"
)
PUT_PROBLEM = "INSERT INTO directory_problem (generation, dn, what) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

NAMED_AT_MOST = 256
"""People touched who are told one by one; above that everybody is looked at."""


def gone_from(table: str, connection: Connection, generation: int, changes: Changes) -> frozenset[str]:
    """Identities that are people (or groups) no more, by whatever way a source says it."""
    people = table == "person"
    found = changes.gone | (changes.gone_people if people else changes.gone_groups)
    found |= {one.identity for one in changes.problems if one.identity}
    there = changes.present_people if people else changes.present_groups
    if there is None:
        return found
    rows = connection.exec_driver_sql(
        f"SELECT identity FROM directory_{table} WHERE generation = ?",  # noqa: S608 - constants
        (generation,),
    )
    new = {one.identity for one in changes.people} | {one.identity for one in changes.groups}
    return found | ({identity_of(row.identity) for row in rows} - there - new)


@dataclass(slots=True)
class Delta:
    """One application; `take` in the changes, then read what it came to."""

    connection: Connection
    generation: int
    nodes: int
    """Numbers given in this generation."""
    _gone_people: set[str] = field(default_factory=set)
    _gone_groups: set[str] = field(default_factory=set)
    _come_people: set[str] = field(default_factory=set)
    _come_groups: set[str] = field(default_factory=set)
    _memberships_gone: int = 0
    """Less those that came."""
    _touched: set[str] = field(default_factory=set)
    _nodes_touched: set[int] = field(default_factory=set)
    _arrived: dict[int, set[bytes]] = field(default_factory=dict)
    """Who came to a name, by its node."""
    _many: bool = False

    def take(self, changes: Changes) -> None:
        for identity in gone_from("person", self.connection, self.generation, changes):
            self._forget_person(identity)
        for identity in gone_from("group", self.connection, self.generation, changes):
            self._forget_group(identity)
        for person in changes.people:
            self._put_person(person)
        for group in changes.groups:
            self._put_group(group)
        mended = {one.dn for one in changes.people} | {one.dn for one in changes.groups}
        for dn in mended | {one.dn for one in changes.problems}:
            self._run("DELETE FROM directory_problem WHERE generation = ? AND dn = ?", dn)
        for problem in changes.problems:
            self._run(PUT_PROBLEM, problem.dn, problem.what)
        for node, arrived in self._arrived.items():  # when all is in: names may have been exchanged
            self._settle(node, arrived)

    def removes(self) -> bool:
        """Whether anything went and did not come back at once."""
        return bool(
            self._gone_people - self._come_people
            or self._gone_groups - self._come_groups
            or self._memberships_gone > 0
        )

    def tally(self, before: Tally | None) -> Tally:
        """`before` with what went and came in this application; None: the count begins with it."""
        if before is None:
            before = Tally.of(self._size_before())
        return Tally(
            before.people.after(self._gone_people, self._come_people),
            before.groups.after(self._gone_groups, self._come_groups),
            before.memberships,
            before.memberships_left - self._memberships_gone,
        )

    def _size_before(self) -> Size:
        now = size(self.connection, self.generation)
        return replace(
            now,
            people=now.people + len(self._gone_people) - len(self._come_people),
            groups=now.groups + len(self._gone_groups) - len(self._come_groups),
            memberships=now.memberships + self._memberships_gone,
        )

    def touched(self) -> Touched:
        """People of whom something may be different: changed themselves, or put into or out of a group."""
        for node in self._nodes_touched:
            if len(self._touched) > NAMED_AT_MOST:
                break
            self._touched |= {
                identity_of(one)
                for kind, one in owners(self.connection, self.generation, node)
                if kind == "person"
            }
        if self._many or len(self._touched) > NAMED_AT_MOST:
            return None
        return frozenset(self._touched)

    def _put_person(self, one: PersonRecord) -> None:
        octets, node, record = octets_of(one.identity), self._node_of(one.key), person_row(one)
        before = self._first(
            "SELECT node, record FROM directory_person WHERE generation = ? AND identity = ?", octets
        )
        if before is not None and (before.node, before.record) == (node, record):
            return
        self._touched.add(one.identity)
        if before is None:
            self._come_people.add(one.identity)
        if before is None or before.node != node:
            self._arrived.setdefault(node, set()).add(octets)
        if before is not None and before.node != node:
            self._nodes_touched.add(before.node)  # somebody may have shared it
        self._forget_names(octets, None if before is None else person_of(octets, before.record))
        self._run(PUT_PERSON, octets, node, record)
        for login in logins_of(one):
            self._run(PUT_LOGIN, login, octets)
        for number in one.numbers:
            self._run(PUT_NUMBER, number, octets)

    def _settle(self, node: int, arrived: set[bytes]) -> None:
        """One name is one entry's: whoever came to somebody else's is left out."""
        for one in list(judged(self.connection, self.generation, node, arrived)):
            self._run(PUT_PROBLEM, one.dn, one.what)
            if one.out:
                self._leave_out(one.kind, one.octets)

    def _leave_out(self, kind: str, octets: bytes) -> None:
        people, identity = kind == "person", identity_of(octets)
        come, gone = (
            (self._come_people, self._gone_people) if people else (self._come_groups, self._gone_groups)
        )
        never_there = identity in come and identity not in gone
        (self._forget_person if people else self._forget_group)(identity)
        come.discard(identity)
        if never_there:
            gone.discard(identity)

    def _put_group(self, one: GroupRecord) -> None:
        octets, node = octets_of(one.identity), self._node_of(one.key)
        before = self._first(
            "SELECT node, sid, record, members FROM directory_group WHERE generation = ? AND identity = ?",
            octets,
        )
        members, record = packed(self._node_of(key) for key in one.members), group_row(one)
        if before is not None and tuple(before) == (node, one.sid, record, members):
            return
        was, now = set(unpacked(before.members)) if before else set(), set(unpacked(members))
        if before is None:
            self._come_groups.add(one.identity)
        if before is None or (before.node, before.sid, before.record) != (node, one.sid, record):
            self._many = bool(now | was) or self._many  # what it gives may have changed for all of them
        if before is None or before.node != node:
            self._arrived.setdefault(node, set()).add(octets)
        if before is not None and before.node != node:
            self._nodes_touched.add(before.node)
            self._leave(before.node, was)
            was = set()
        self._leave(node, was - now)
        for member in now - was:
            self._memberships_gone -= 1
            self._nodes_touched.add(member)
            self._put_containers(member, self._containers(member) | {node})
        self._note_nested(was ^ now)
        self._run(PUT_GROUP, octets, node, one.sid, record, members)

    def _forget_person(self, identity: str) -> None:
        octets = octets_of(identity)
        before = self._first(
            "SELECT node, record FROM directory_person WHERE generation = ? AND identity = ?", octets
        )
        if before is None:
            return
        self._nodes_touched.add(before.node)
        self._gone_people.add(identity)
        self._touched.add(identity)
        self._forget_names(octets, person_of(octets, before.record))
        self._run("DELETE FROM directory_person WHERE generation = ? AND identity = ?", octets)

    def _forget_group(self, identity: str) -> None:
        octets = octets_of(identity)
        before = self._first(
            "SELECT node, members FROM directory_group WHERE generation = ? AND identity = ?", octets
        )
        if before is None:
            return
        self._nodes_touched.add(before.node)
        self._gone_groups.add(identity)
        members = set(unpacked(before.members))
        self._leave(before.node, members)
        self._note_nested(members)
        self._run("DELETE FROM directory_group WHERE generation = ? AND identity = ?", octets)

    def _forget_names(self, octets: bytes, before: PersonRecord | None) -> None:
        for login in logins_of(before) if before else ():
            self._run(
                "DELETE FROM directory_login WHERE generation = ? AND login = ? AND identity = ?",
                *(login, octets),
            )
        for number in before.numbers if before else ():
            self._run(
                "DELETE FROM directory_number WHERE generation = ? AND number = ? AND identity = ?",
                *(number, octets),
            )

    def _leave(self, container: int, members: Iterable[int]) -> None:
        for member in members:
            self._memberships_gone += 1
            self._nodes_touched.add(member)
            self._put_containers(member, self._containers(member) - {container})

    def _containers(self, member: int) -> set[int]:
        row = self._first(CONTAINERS, member)
        return set() if row is None else set(numbers_of(row.containers))

    def _put_containers(self, member: int, containers: set[int]) -> None:
        if containers:
            self._run(PUT_CONTAINERS, member, numbers_text(sorted(containers)))
        else:
            self._run("DELETE FROM directory_membership WHERE generation = ? AND member = ?", member)

    def _note_nested(self, members: Iterable[int]) -> None:
        """A group that came into another or left it takes its own members along."""
        for node in members:
            if self._first("SELECT 1 FROM directory_group WHERE generation = ? AND node = ?", node):
                self._many = True
                return

    def _node_of(self, key: str) -> int:
        digest = digest_of(key)
        row = self._first("SELECT node FROM directory_node WHERE generation = ? AND digest = ?", digest)
        if row is not None:
            return int(row.node)
        self.nodes += 1
        self._run(PUT_NODE, digest, self.nodes)
        return self.nodes

    def _run(self, statement: str, *values: str | bytes | int) -> None:
        self.connection.exec_driver_sql(statement, (self.generation, *values))

    def _first(self, statement: str, *values: str | bytes | int) -> Row[Any] | None:
        return self.connection.exec_driver_sql(statement, (self.generation, *values)).first()
