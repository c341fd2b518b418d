"""Tunnels in the database; implements `gateway.tunnel_sessions.store.TunnelStore`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from config.vocabulary import DeviceId
from gateway.audit.entry import Entry
from gateway.storage.database import Database
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.tables.tunnels import tunnel, tunnel_address, tunnel_connection
from gateway.tunnel_sessions.opened import Connected, Line, Opened, TunnelId, Why
from gateway.tunnels.addresses import Given, addresses_for
from gateway.tunnels.connections import FlowId
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.peers import Address, Network
from gateway.tunnels.permits import Target, Transport

Append = Callable[[Connection, Sequence[Entry]], object]
_t, _a, _c = tunnel.c, tunnel_address.c, tunnel_connection.c
LINES_AT_ONCE = 100  # of one statement: each has six values, and SQLite takes a thousand


@dataclass(frozen=True, slots=True)
class StoredTunnels:
    database: Database
    append: Append

    async def addresses(
        self, device: DeviceId, pools: Sequence[Network], now: datetime
    ) -> frozenset[Address]:
        def work(connection: Connection) -> frozenset[Address]:
            given = [_given(row) for row in connection.execute(select(tunnel_address))]
            found = addresses_for(device, pools, given, now)
            for address in found:
                mine = and_(_a.address == str(address), _a.device == device)
                if not connection.execute(update(tunnel_address).where(mine).values(released=None)).rowcount:
                    row = {"address": str(address), "device": device, "released": None}
                    connection.execute(insert(tunnel_address), row)
            return found

        return await self.database.write(work)

    async def with_addresses(self) -> Collection[DeviceId]:
        query = select(_a.device).where(_a.released.is_(None)).distinct()
        return await self.database.read(
            lambda connection: [DeviceId(one) for one in connection.scalars(query)]
        )

    async def release(self, device: DeviceId, now: datetime) -> None:
        mine = and_(_a.device == device, _a.released.is_(None))
        statement = update(tunnel_address).where(mine).values(released=micros(now))
        await self.database.write(lambda connection: connection.execute(statement))

    async def open(self, opened: Opened, entries: Sequence[Entry]) -> None:
        before = and_(_t.device == opened.device, _t.closed_at.is_(None))
        closing = update(tunnel).where(before).values(closed_at=micros(opened.at), closed_why=Why.OPENED_ANEW)

        def work(connection: Connection) -> None:
            connection.execute(closing)
            connection.execute(insert(tunnel), _row(opened))
            self.append(connection, entries)

        await self.database.write(work)

    async def moved(self, opened: Opened, entries: Sequence[Entry]) -> None:
        statement = update(tunnel).where(_t.id == opened.id).values(device_address=opened.device_address)

        def work(connection: Connection) -> None:
            connection.execute(statement)
            self.append(connection, entries)

        await self.database.write(work)

    async def close(self, tunnel_id: TunnelId, why: Why, now: datetime, entries: Sequence[Entry]) -> bool:
        this = and_(_t.id == tunnel_id, _t.closed_at.is_(None))
        closing = update(tunnel).where(this).values(closed_at=micros(now), closed_why=why)

        def work(connection: Connection) -> bool:
            if not connection.execute(closing).rowcount:
                return False
            self.append(connection, entries)
            return True

        return await self.database.write(work)

    async def open_ones(self) -> Sequence[Opened]:
        return await self._those(_t.closed_at.is_(None))

    async def closed_since(self, moment: datetime) -> Sequence[Opened]:
        return await self._those(_t.closed_at >= micros(moment))

    async def _those(self, which: ColumnElement[bool]) -> Sequence[Opened]:
        query = select(tunnel).where(which).order_by(_t.at, _t.id)
        return await self.database.read(
            lambda connection: [_opened(row) for row in connection.execute(query)]
        )

    async def connected(self) -> Sequence[Connected]:
        whose = select(tunnel).where(_t.id.in_(select(_c.tunnel)))

        def look(connection: Connection) -> Sequence[Connected]:
            tunnels = {row.id: _opened(row) for row in connection.execute(whose)}
            rows = connection.execute(select(tunnel_connection))
            return [_connected(row, tunnels[row.tunnel]) for row in rows if row.tunnel in tunnels]

        return await self.database.read(look)

    async def connections(
        self, begun: Sequence[Connected], ended: Collection[Line], entries: Sequence[Entry]
    ) -> None:
        gone = list(ended)

        def work(connection: Connection) -> None:
            for start in range(0, len(gone), LINES_AT_ONCE):
                these = or_(*(_is(line) for line in gone[start : start + LINES_AT_ONCE]))
                connection.execute(delete(tunnel_connection).where(these))
            if begun:
                connection.execute(insert(tunnel_connection), [_connection_row(one) for one in begun])
            self.append(connection, entries)

        await self.database.write(work)

    async def forget(self, before: datetime) -> int:
        old = and_(_t.closed_at < micros(before), _t.id.not_in(select(_c.tunnel)))
        statement = delete(tunnel).where(old)
        return await self.database.write(lambda connection: connection.execute(statement).rowcount)


def _given(row: Row[Any]) -> Given:
    return Given(row.device, ip_address(row.address), moment_or_none(row.released))


def _row(one: Opened) -> dict[str, Any]:
    return {
        "id": one.id,
        "device": one.device,
        "key": one.key,
        "addresses": " ".join(sorted(map(str, one.addresses))),
        "subject": one.subject,
        "login": one.login,
        "session": one.session,
        "municipality": one.municipality,
        "address": one.address,
        "at": micros(one.at),
        "until": micros(one.until),
        "device_address": one.device_address,
        "closed_at": None,
        "closed_why": None,
    }


def _opened(row: Row[Any]) -> Opened:
    return Opened(
        id=TunnelId(row.id),
        device=DeviceId(row.device),
        key=TunnelKey(row.key),
        addresses=frozenset(map(ip_address, row.addresses.split())),
        subject=row.subject,
        login=row.login,
        session=row.session,
        municipality=row.municipality,
        address=row.address,
        at=moment_of(row.at),
        until=moment_of(row.until),
        device_address=row.device_address,
    )


def _connection_row(one: Connected) -> dict[str, Any]:
    return {**_key(one.line), "at": micros(one.at), "tunnel": one.tunnel.id, "target": one.target}


def _key(line: Line) -> dict[str, Any]:
    return {
        "flow": int(line.flow),
        "device": str(line.device),
        "port": line.port,
        "host": str(line.target.host),
        "transport": line.target.transport.value,
        "target_port": line.target.port,
    }


def _is(line: Line) -> Any:
    return and_(*(tunnel_connection.c[name] == value for name, value in _key(line).items()))


def _connected(row: Row[Any], of: Opened) -> Connected:
    target = Target(ip_address(row.host), Transport(row.transport), row.target_port)
    return Connected(
        line=Line(FlowId(row.flow), ip_address(row.device), row.port, target),
        at=moment_of(row.at),
        tunnel=of,
        target=row.target,
    )
