"""Devices with agents, in the database; implements `gateway.devices.store.DeviceStore`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import Connection, delete, func, insert, select, update

from agents.protocol.messages import Standing
from config.vocabulary import DeviceId
from gateway.audit.entry import Entry
from gateway.devices.authority import Authority
from gateway.devices.code import Code, plain
from gateway.devices.device import GONE, Device
from gateway.devices.history import MOST_KEPT, Change
from gateway.devices.refused import ActRefused, Why
from gateway.devices.store import CodeStep, CodeStepped, Sought, Step, Stepped
from gateway.devices.telling import concerns, to_tell
from gateway.notices.notice import Happened
from gateway.storage.database import Database
from gateway.storage.device_revocation import TakeBack, nothing
from gateway.storage.device_rows import (
    change_of_row,
    change_row,
    code_of_row,
    code_row,
    device_of_row,
    device_row,
    heard_values,
)
from gateway.storage.heard_together import HeardTogether
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros
from gateway.storage.seal import Seal
from gateway.storage.tables.devices import device, device_authority, device_code, device_report
from gateway.storage.tables.sessions import session

Append = Callable[[Connection, Sequence[Entry]], object]
Tell = Callable[[Connection, Sequence[Happened]], object]
"""Puts what an owner is to be told into the outbox, within the transaction that is open."""
FORGOTTEN_AT_ONCE = 100
CODES_KEPT = timedelta(days=1)  # behind their end: a message that names one is still told from a guess
_NEWEST = "SELECT max(version) FROM device"
_HEARD = (
    "UPDATE device SET agent = ?, nonce = ?, sequence = ?, reported_at = ?, facts = ?, version = ? "
    "WHERE id = ? AND version = ?"
)
_d, _c, _r, _a = device.c, device_code.c, device_report.c, device_authority.c


def nobody(_connection: Connection, _told: Sequence[Happened]) -> None:
    """Where nobody is told."""


@dataclass(frozen=True, slots=True)
class StoredDevices:
    database: Database
    seal: Seal
    append: Append
    take_back: TakeBack = nothing
    tell: Tell = nobody
    _together: HeardTogether = field(default_factory=HeardTogether)

    async def authority(self, make: Callable[[], tuple[Authority, Entry]]) -> Authority:
        known = await self.database.look_up(self._authority)
        if known is not None:
            return known
        return await self.database.write(partial(self.found, make=make))

    def found(self, connection: Connection, make: Callable[[], tuple[Authority, Entry]]) -> Authority:
        """In the transaction that is open, unless there is one."""
        if (known := self._authority(connection)) is not None:
            return known
        made, entry = make()
        connection.execute(
            insert(device_authority).values(
                id=1,
                certificate=made.certificate.public_bytes(Encoding.PEM).decode(),
                sealed=self.seal.close(_key_pem(made.key), _sealed_as(1)),
                created_at=micros(entry.at),
            )
        )
        self.append(connection, [entry])
        return made

    async def certificates(self) -> list[x509.Certificate]:
        return await self.database.read(certificates)

    async def issue(self, text: str, code: Code, entry: Entry, most: int, most_own: int) -> None:
        """Codes that ended long ago go at the same time."""
        mine = code.owner is not None and code.owner == code.issued_by.subject
        still = (_d.owner == code.owner) & _d.standing.not_in([one.value for one in GONE])
        own = select(func.count()).select_from(device).where(still)
        theirs = (_c.issued_by_subject == code.issued_by.subject) & _c.used_at.is_(None)
        good = select(func.count()).where(theirs, _c.expires_at > micros(code.issued_at))
        over = delete(device_code).where(_c.expires_at < micros(code.issued_at - CODES_KEPT))

        def work(connection: Connection) -> None:
            unused = connection.scalar(good) or 0
            if unused >= most:
                raise ActRefused(Why.MOST_CODES)
            if mine and unused + (connection.scalar(own) or 0) >= most_own:
                raise ActRefused(Why.MOST_DEVICES)
            connection.execute(over)
            connection.execute(insert(device_code).values(hash=self._hash(text), **code_row(code)))
            self.append(connection, [entry])

        return await self.database.write(work)

    async def code(self, text: str) -> Code | None:
        kept_as = self._hash(text)
        return await self.database.look_up(lambda connection: _Rows(connection).code(kept_as))

    async def with_code(self, text: str, step: CodeStep) -> CodeStepped:
        kept_as = self._hash(text)

        def work(connection: Connection) -> CodeStepped:
            rows = _Rows(connection)
            done = step(rows.code(kept_as), rows)
            made = None if done.device is None else rows.put(done.device)
            rows.put_code(kept_as, done.code, made)
            self.append(connection, done.entries)
            if made is not None:
                self._told(connection, made, done.entries)
            return replace(done, device=made)

        return await self.database.write(work)

    async def change(self, name: DeviceId, step: Step) -> Stepped:
        def work(connection: Connection) -> Stepped:
            rows = _Rows(connection)
            before = rows.device(name)
            done = step(before, rows)
            made = rows.put(done.device)
            if before is not None:
                self.take_back(connection, before, made, done.entries)
            if done.change is not None:
                rows.put_change(made, done.change)
            self.append(connection, done.entries)
            self._told(connection, made, done.entries)
            return replace(done, device=made)

        return await self.database.write(work)

    async def heard(self, reported: Device) -> Device | None:
        return await self._together.keep(reported, self._heard)

    async def _heard(self, reported: Sequence[Device]) -> list[Device | None]:
        return await self.database.write(lambda connection: _Rows(connection).heard(reported))

    async def device(self, name: DeviceId) -> Device | None:
        return await self.database.look_up(lambda connection: _Rows(connection).device(name))

    async def find(self, sought: Sought) -> list[Device]:
        query = select(device).order_by(_d.municipality, _d.name, _d.id)
        if sought.municipality is not None:
            query = query.where(_d.municipality == sought.municipality)
        if sought.owner is not None:
            query = query.where(_d.owner == sought.owner)
        if not sought.gone:
            query = query.where(_d.standing.not_in([one.value for one in GONE]))
        return await self._devices(query)

    async def since(self, version: int) -> list[Device]:
        return await self._devices(select(device).where(_d.version > version).order_by(_d.version))

    async def history(self, name: DeviceId) -> list[Change]:
        query = select(device_report).where(_r.device == name).order_by(_r.number.desc())
        found = await self.database.read(lambda connection: connection.execute(query).all())
        return [change_of_row(row) for row in found]

    async def forget(
        self, before: datetime, now: datetime, entry: Callable[[Device], Entry]
    ) -> list[DeviceId]:
        """The newest change of all stays, as the next one's version is counted from it."""
        gone = _d.standing.in_([one.value for one in GONE])
        newest = select(func.max(_d.version)).scalar_subquery()
        over = select(device).where(gone, _d.gone_at <= micros(before), _d.version < newest)

        def work(connection: Connection) -> list[DeviceId]:
            undated = update(device).where(gone, _d.gone_at.is_(None))
            connection.execute(undated.values(gone_at=micros(now)))
            found = [device_of_row(row) for row in connection.execute(over.limit(FORGOTTEN_AT_ONCE))]
            names = [one.id for one in found]
            connection.execute(delete(device_report).where(_r.device.in_(names)))
            connection.execute(delete(device).where(_d.id.in_(names)))
            self.append(connection, [entry(one) for one in found])
            return names

        return await self.database.write(work)

    async def silent(self, before: datetime) -> list[DeviceId]:
        in_use = (_d.standing == Standing.ACTIVE.value) & _d.stale.is_(False)
        query = select(_d.id).where(in_use, _d.reported_at <= micros(before)).order_by(_d.id)
        found = await self.database.read(lambda connection: connection.execute(query).scalars().all())
        return [DeviceId(one) for one in found]

    async def _devices(self, query: Any) -> list[Device]:
        found = await self.database.read(lambda connection: connection.execute(query).all())
        return [device_of_row(row) for row in found]

    def _told(self, connection: Connection, one: Device, entries: Sequence[Entry]) -> None:
        if one.owner is not None and concerns(entries):
            mine = select(session.c.login).where(session.c.subject == one.owner)
            login = connection.scalar(mine.order_by(session.c.opened_at.desc()).limit(1))
            self.tell(connection, to_tell(one, entries, login or one.owner))

    def _authority(self, connection: Connection) -> Authority | None:
        row = connection.execute(select(device_authority).order_by(_a.id.desc()).limit(1)).first()
        if row is None:
            return None
        key = load_pem_private_key(self.seal.open(row.sealed, _sealed_as(row.id)), password=None)
        assert isinstance(key, EllipticCurvePrivateKey)
        return Authority(x509.load_pem_x509_certificate(row.certificate.encode()), key)

    def _hash(self, text: str) -> bytes:
        return self.seal.fingerprint(plain(text).encode("utf-8", "surrogatepass"), device_code.name)


def certificates(connection: Connection) -> list[x509.Certificate]:
    """Of all authorities of devices, the newest first."""
    found = connection.execute(select(_a.certificate).order_by(_a.id.desc())).scalars().all()
    return [x509.load_pem_x509_certificate(one.encode()) for one in found]


class _Rows(KeyedRows):
    """On one connection; answers as `gateway.devices.store.Beside`."""

    def device(self, name: DeviceId) -> Device | None:
        row = self._at(device, id=name)
        return None if row is None else device_of_row(row)

    def put(self, one: Device) -> Device:
        """With the version it has by now. Writers come one after the other: nobody reads past one that is to come."""
        version = self._newest() + 1
        self._put(device, device_row(one, version))
        return replace(one, version=version)

    def heard(self, reported: Sequence[Device]) -> list[Device | None]:
        """A row of the same version is the one that was known, to the letter; nobody else's report is undone."""
        newest, kept = self._newest(), list[Device | None]()
        for one in reported:
            found = self._driver.execute(_HEARD, (*heard_values(one), newest + 1, one.id, one.version))
            newest += (there := found.rowcount == 1)
            kept.append(replace(one, version=newest) if there else None)
        return kept

    def _newest(self) -> int:
        return int(self._driver.execute(_NEWEST).fetchone()[0] or 0)

    def put_change(self, one: Device, change: Change) -> None:
        self._put(device_report, change_row(one.id, one.version, change))
        theirs = select(_r.number).where(_r.device == one.id).order_by(_r.number.desc())
        oldest = self._connection.scalar(theirs.offset(MOST_KEPT - 1).limit(1))
        if oldest is not None:
            self._connection.execute(delete(device_report).where(_r.device == one.id, _r.number < oldest))

    def code(self, kept_as: bytes) -> Code | None:
        row = self._at(device_code, hash=kept_as)
        return None if row is None else code_of_row(row)

    def put_code(self, kept_as: bytes, code: Code, enrolled: Device | None) -> None:
        named = {} if enrolled is None else {"device": enrolled.id}
        self._put(device_code, {"hash": kept_as, **code_row(code), **named})

    def key_in_use(self, key: bytes) -> bool:
        return self._at(device, key=key) is not None

    def tunnel_key_in_use(self, key: str, but: DeviceId) -> bool:
        others = select(_d.id).where(_d.tunnel_key == key, _d.id != but).limit(1)
        return self._connection.scalar(others) is not None


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _sealed_as(number: int) -> str:
    return f"{device_authority.name}/{number}"
