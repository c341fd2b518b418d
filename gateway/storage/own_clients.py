"""Clients that administrators keep, in the database; implements `gateway.clients.store.ClientStore`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, delete, insert, or_, select, update

from gateway.audit.entry import Entry
from gateway.clients.own import Described, KeptSecret, OwnClient
from gateway.clients.refused import ActRefused, Why
from gateway.clients.store import Step
from gateway.storage.database import Database
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.tables.clients import oidc_client, oidc_client_secret
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    consent,
    device_grant,
    pushed_request,
    refresh_family,
    signed_in_client,
)
from idp.oidc.client import ClientId

Append = Callable[[Connection, Sequence[Entry]], object]
_c, _s = oidc_client.c, oidc_client_secret.c
GIVEN = (access_token, authorization_code, refresh_family, device_grant, pushed_request, consent)
"""What people and the provider gave to a client, or keep for it."""
log = structlog.get_logger("clients")


@dataclass(frozen=True, slots=True)
class StoredClients:
    database: Database
    append: Append

    async def all(self) -> list[OwnClient]:
        return await self.database.read(_all)

    async def step(self, name: ClientId, work: Step) -> OwnClient | None:
        def write(connection: Connection) -> OwnClient | None:
            found = _all(connection, name)
            before = found[0] if found else None
            if before is None and _is_there(connection, name):
                raise ActRefused(Why.ID_TAKEN)  # by what a later version wrote, and nobody here can read
            stepped = work(before)
            if stepped.after is None:
                _forget(connection, name)
            else:
                _keep(connection, stepped.after, new=before is None)
            if stepped.ends_given:
                _end_given(connection, name)
            self.append(connection, [stepped.entry])
            return stepped.after

        return await self.database.write(write)

    async def note_used(self, used: Mapping[tuple[str, str], datetime]) -> None:
        def write(connection: Connection) -> None:
            for (client, secret), at in used.items():
                mine = (_s.client == client) & (_s.id == secret)
                later = or_(_s.used_at.is_(None), _s.used_at < micros(at))
                connection.execute(update(oidc_client_secret).where(mine & later).values(used_at=micros(at)))

        if used:
            await self.database.write(write)


def _all(connection: Connection, name: ClientId | None = None) -> list[OwnClient]:
    clients, secrets = select(oidc_client).order_by(_c.id), select(oidc_client_secret)
    if name is not None:
        clients, secrets = clients.where(_c.id == name), secrets.where(_s.client == name)
    theirs: dict[str, list[KeptSecret]] = {}
    for row in connection.execute(secrets.order_by(_s.made_at.desc(), _s.id)):
        theirs.setdefault(row.client, []).append(_secret(row))
    read = [_client(row, tuple(theirs.get(row.id, ()))) for row in connection.execute(clients)]
    return [one for one in read if one is not None]


def _is_there(connection: Connection, name: ClientId) -> bool:
    return connection.execute(select(_c.id).where(_c.id == name)).first() is not None


def _keep(connection: Connection, one: OwnClient, *, new: bool) -> None:
    row = {
        "described": msgspec.json.encode(one.described).decode(),
        "made_at": micros(one.made_at),
        "changed_at": micros(one.changed_at),
        "suspended_at": micros_or_none(one.suspended_at),
    }
    if new:
        connection.execute(insert(oidc_client).values(id=one.id, **row))
    else:
        connection.execute(update(oidc_client).where(_c.id == one.id).values(**row))
    connection.execute(delete(oidc_client_secret).where(_s.client == one.id))
    if one.secrets:
        connection.execute(insert(oidc_client_secret), [_secret_row(one.id, each) for each in one.secrets])


def _forget(connection: Connection, name: ClientId) -> None:
    """With all that was given to it: whoever has the id next begins with nothing."""
    connection.execute(delete(oidc_client).where(_c.id == name))
    for table in (oidc_client_secret, signed_in_client):
        connection.execute(delete(table).where(table.c.client == name))
    _end_given(connection, name)


def _end_given(connection: Connection, name: ClientId) -> None:
    for table in GIVEN:
        connection.execute(delete(table).where(table.c.client == name))


def _client(row: Any, secrets: tuple[KeptSecret, ...]) -> OwnClient | None:
    """None: it is described as only a later version can read; the others are served all the same."""
    try:
        described = msgspec.json.decode(row.described, type=Described)
    except msgspec.DecodeError as error:
        log.error("client.unreadable", client=row.id, cause=str(error))  # noqa: TRY400 - said in words
        return None
    return OwnClient(
        id=ClientId(row.id),
        described=described,
        made_at=moment_of(row.made_at),
        changed_at=moment_of(row.changed_at),
        suspended_at=moment_or_none(row.suspended_at),
        secrets=secrets,
    )


def _secret(row: Any) -> KeptSecret:
    return KeptSecret(
        id=row.id,
        digest=row.digest,
        made_at=moment_of(row.made_at),
        made_by=row.made_by,
        ends_at=moment_or_none(row.ends_at),
        used_at=moment_or_none(row.used_at),
    )


def _secret_row(client: str, one: KeptSecret) -> dict[str, Any]:
    return {
        "client": client,
        "id": one.id,
        "digest": one.digest,
        "made_at": micros(one.made_at),
        "made_by": one.made_by,
        "ends_at": micros_or_none(one.ends_at),
        "used_at": micros_or_none(one.used_at),
    }
