"""The register of a fleet's nodes: its authority, codes that let a machine join, certificates that are good.

A certificate counts only while its serial stands here: whoever left is out with the transaction that says so.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, insert, select, update

from config.fleet import NodeName, Role
from gateway.audit.entry import Entry
from gateway.fleet import certificates, register
from gateway.fleet.certificates import Issued, RequestUnusable
from gateway.fleet.invitation import kept_as
from gateway.fleet.register import Admitted, Membership, NotJoined
from gateway.storage.database import Database
from gateway.storage.moment import micros
from gateway.storage.seal import Seal
from gateway.storage.tables.fleet import fleet_authority, fleet_certificate, fleet_invitation, fleet_node

ONE = 1
ROW = f"fleet_authority/{ONE}"
STANDING = """
    SELECT role FROM fleet_node JOIN fleet_certificate ON node = name
    WHERE serial = ? AND name = ? AND left_at IS NULL"""
Append = Callable[[Connection, Sequence[Entry]], object]


class StoredRegister:
    def __init__(self, database: Database, seal: Seal, append: Append) -> None:
        self._database, self._seal, self._append = database, seal, append

    def authority(self) -> bytes | None:
        """PEM of its certificate; None where no fleet was founded."""
        return self._database.read_now(_certificate_of_authority)

    async def found(self, office: str, by: str, now: datetime) -> bytes:
        """Make the authority, or give the one there is: PEM of its certificate."""

        def work(connection: Connection) -> bytes:
            if (known := _certificate_of_authority(connection)) is not None:
                return known
            key = certificates.new_key()
            made = certificates.new_authority(key, office, now)
            connection.execute(
                insert(fleet_authority).values(
                    id=ONE,
                    certificate=made.decode(),
                    sealed=self._seal.close(certificates.key_pem(key), ROW),
                    created_at=micros(now),
                )
            )
            self._append(connection, [register.founded(now, by)])
            return made

        return await self._database.write(work)

    async def invite(
        self, code: bytes, name: NodeName, role: Role, lifetime: timedelta, by: str, now: datetime
    ) -> None:
        """Earlier codes for that name are good no longer."""
        until = now + lifetime

        def work(connection: Connection) -> None:
            connection.execute(delete(fleet_invitation).where(fleet_invitation.c.node == name))
            connection.execute(
                insert(fleet_invitation).values(
                    hash=kept_as(code), node=name, role=role, expires_at=micros(until)
                )
            )
            self._append(connection, [register.invited(now, by, name, role, until)])

        await self._database.write(work)

    async def join(
        self, code: bytes, request: bytes, meant: tuple[str, str], address: str, now: datetime
    ) -> Admitted | NotJoined:
        """One transaction, so that of two with the same code one is let in. `meant`: the name and role with which that
        machine was set up; where the code is for another, it stays good.
        """

        def work(connection: Connection) -> Admitted | NotJoined:
            this = fleet_invitation.c.hash == kept_as(code)
            row = connection.execute(select(fleet_invitation).where(this)).first()
            why = _why_not(row, now)
            if row is None or why is not None:
                return why or NotJoined.UNKNOWN
            name, role = NodeName(row.node), Role(row.role)
            if (name, role) != meant:
                return NotJoined.ANOTHER
            try:
                issued = self._issue(connection, request, name, role, now)
            except RequestUnusable:
                return NotJoined.REQUEST
            connection.execute(update(fleet_invitation).where(this).values(used_at=micros(now)))
            connection.execute(delete(fleet_certificate).where(fleet_certificate.c.node == name))
            connection.execute(delete(fleet_node).where(fleet_node.c.name == name))
            connection.execute(insert(fleet_node).values(name=name, role=role, joined_at=micros(now)))
            _count(connection, issued, name)
            self._append(connection, [register.joined(now, name, role, issued.serial, address)])
            authority = _certificate_of_authority(connection)
            assert authority is not None
            return Admitted(name, role, issued.pem, authority)

        return await self._database.write(work)

    async def renew(self, name: NodeName, request: bytes, now: datetime) -> bytes | None:
        """PEM of another certificate; the old one goes on to its end. None for whoever left meanwhile.

        Raises RequestUnusable.
        """

        def work(connection: Connection) -> bytes | None:
            here = (fleet_node.c.name == name) & fleet_node.c.left_at.is_(None)
            role = connection.execute(select(fleet_node.c.role).where(here)).scalar()
            if role is None:
                return None
            issued = self._issue(connection, request, name, Role(role), now)
            over = (fleet_certificate.c.node == name) & (fleet_certificate.c.expires_at < micros(now))
            connection.execute(delete(fleet_certificate).where(over))
            _count(connection, issued, name)
            self._append(connection, [register.renewed(now, name, issued.serial)])
            return issued.pem

        return await self._database.write(work)

    async def leave(self, name: NodeName, by: str, now: datetime) -> bool:
        """From now on no certificate of that node counts, nor a code; False for whoever is no member."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(fleet_certificate).where(fleet_certificate.c.node == name))
            connection.execute(delete(fleet_invitation).where(fleet_invitation.c.node == name))
            here = (fleet_node.c.name == name) & fleet_node.c.left_at.is_(None)
            gone = connection.execute(update(fleet_node).where(here).values(left_at=micros(now))).rowcount
            if gone:
                self._append(connection, [register.left(now, by, name)])
            return bool(gone)

        return await self._database.write(work)

    async def standing(self, name: NodeName, serial: str) -> Role | None:
        """Role of the node whose certificate that is; None where it counts no longer, or never did."""
        found = await self._database.row(STANDING, serial, name)
        return None if found is None else Role(found[0])

    async def membership(self) -> Membership:
        def query(connection: Connection) -> Membership:
            nodes = connection.execute(select(fleet_node.c.name, fleet_node.c.left_at)).all()
            here = {row.name for row in nodes if row.left_at is None}
            papers = connection.execute(select(fleet_certificate.c.node, fleet_certificate.c.serial))
            return Membership(
                believed=frozenset((NodeName(row.node), row.serial) for row in papers if row.node in here),
                left=frozenset(NodeName(row.name) for row in nodes if row.left_at is not None),
            )

        return await self._database.read(query)

    def _issue(
        self, connection: Connection, request: bytes, name: NodeName, role: Role, now: datetime
    ) -> Issued:
        row = connection.execute(select(fleet_authority).where(fleet_authority.c.id == ONE)).one()
        key = self._seal.open(row.sealed, ROW)
        return certificates.issue(row.certificate.encode(), key, request, name, role, now)


def _certificate_of_authority(connection: Connection) -> bytes | None:
    found = connection.execute(
        select(fleet_authority.c.certificate).where(fleet_authority.c.id == ONE)
    ).scalar()
    return None if found is None else found.encode()


def _why_not(row: Row[tuple[object, ...]] | None, now: datetime) -> NotJoined | None:
    if row is None:
        return NotJoined.UNKNOWN
    if row.used_at is not None:
        return NotJoined.USED
    return NotJoined.EXPIRED if row.expires_at <= micros(now) else None


def _count(connection: Connection, issued: Issued, name: NodeName) -> None:
    connection.execute(
        insert(fleet_certificate).values(serial=issued.serial, node=name, expires_at=micros(issued.until))
    )
