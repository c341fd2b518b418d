"""People and devices that are suspended, in the database; implements `gateway.incidents.suspending.SuspensionStore`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gateway.audit.entry import Entry
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspension import Suspended, Suspension, SuspensionId, suspended_of
from gateway.storage.database import Database
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.single_sign_on import EndAtProvider, Ending
from gateway.storage.suspended import standing_at
from gateway.storage.tables.incidents import security_incident, suspension
from idp.events import Actor

Append = Callable[[Connection, Sequence[Entry]], object]
_s = suspension.c


@dataclass(frozen=True, slots=True)
class StoredSuspensions:
    database: Database
    append: Append

    async def standing(self, now: datetime) -> list[Suspension]:
        return await self.database.look_up(lambda connection: _standing(connection, now))

    async def suspended(self, now: datetime) -> Suspended:
        """Asked for whenever it is worked out who somebody is: a few rows."""
        return suspended_of(await self.standing(now), now)

    async def latest(self, limit: int) -> list[Suspension]:
        query = select(suspension).order_by(_s.since.desc(), _s.id).limit(limit)
        return await self.database.read(lambda connection: [_read(row) for row in connection.execute(query)])

    async def of_incident(self, number: int) -> list[Suspension]:
        query = select(suspension).where(_s.incident == number).order_by(_s.since)
        return await self.database.read(lambda connection: [_read(row) for row in connection.execute(query)])

    async def lift(self, lifted: Suspension, entry: Entry) -> None:
        assert lifted.lifted_at is not None
        assert lifted.lifted_by is not None
        these = update(suspension).where(_s.id == lifted.id, _s.lifted_at.is_(None))
        values = {
            "lifted_at": micros(lifted.lifted_at),
            "lifted_by": lifted.lifted_by.name,
            "lifted_by_subject": lifted.lifted_by.subject,
            "lifted_why": lifted.lifted_why,
        }

        def work(connection: Connection) -> None:
            if not connection.execute(these.values(**values)).rowcount:
                raise ActRefused(Why.NOT_SUSPENDED)
            self.append(connection, [entry])

        await self.database.write(work)

    def with_sessions(self, made: Suspension, entry: Entry, end_at_provider: EndAtProvider) -> EndAtProvider:
        """The suspension is kept in the transaction in which the sessions end."""

        def end(connection: Connection, ending: Ending) -> None:
            if (
                connection.scalar(select(_s.id).where(_s.id == made.id)) is None
            ):  # what is left ends behind it
                self._keep(connection, made)
                self.append(connection, [entry])
            end_at_provider(connection, ending)

        return end

    def _keep(self, connection: Connection, made: Suspension) -> None:
        of_them = [one for one in _standing(connection, made.since) if one.subject == made.subject]
        if any(one.program == made.program for one in of_them):
            raise ActRefused(Why.SUSPENDED_ALREADY)
        if made.incident is not None:
            known = select(security_incident.c.closed_at).where(security_incident.c.number == made.incident)
            row = connection.execute(known).first()
            if row is None:
                raise ActRefused(Why.INCIDENT_UNKNOWN)
            if row.closed_at is not None:
                raise ActRefused(Why.INCIDENT_CLOSED)
        connection.execute(insert(suspension), [_row(made)])


def _standing(connection: Connection, now: datetime) -> list[Suspension]:
    query = select(suspension).where(standing_at(now)).order_by(_s.since.desc(), _s.id)
    return [_read(row) for row in connection.execute(query)]


def _row(one: Suspension) -> dict[str, Any]:
    return {
        "id": one.id,
        "subject": one.subject,
        "login": one.login,
        "name": one.name,
        "why": one.why,
        "done_by": one.by.name,
        "done_by_subject": one.by.subject,
        "since": micros(one.since),
        "until": micros_or_none(one.until),
        "incident": one.incident,
        "lifted_at": None,
        "lifted_by": None,
        "lifted_by_subject": None,
        "lifted_why": "",
    }


def _read(row: Any) -> Suspension:
    return Suspension(
        id=SuspensionId(row.id),
        subject=row.subject,
        login=row.login,
        name=row.name,
        why=row.why,
        by=Actor(row.done_by, row.done_by_subject),
        since=moment_of(row.since),
        until=moment_or_none(row.until),
        incident=row.incident,
        lifted_at=moment_or_none(row.lifted_at),
        lifted_by=None if row.lifted_by is None else Actor(row.lifted_by, row.lifted_by_subject),
        lifted_why=row.lifted_why,
    )
