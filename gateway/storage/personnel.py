"""Records of personnel systems, in the database; implements `gateway.personnel.office.PersonnelStore`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from config.vocabulary import SubjectId
from gateway.audit.entry import Entry
from gateway.personnel.attributes import EMPTY
from gateway.personnel.record import Record
from gateway.personnel.refused import NotDone, Unlinked, Why
from gateway.storage.database import Database
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.incidents import suspension
from gateway.storage.tables.personnel import personnel_record

Append = Callable[[Connection, Sequence[Entry]], object]
ASKED_AT_ONCE = 500  # subjects in one statement
_p, _s = personnel_record.c, suspension.c


@dataclass(frozen=True, slots=True)
class StoredPersonnel:
    database: Database
    append: Append

    async def of(self, account: str) -> list[Record]:
        query = select(personnel_record).where(_p.account == account).order_by(_p.created_at, _p.id)
        return await self.database.read(lambda connection: [_read(row) for row in connection.execute(query)])

    async def one(self, account: str, identifier: str) -> Record | None:
        query = select(personnel_record).where(_p.account == account, _p.id == identifier)

        def look(connection: Connection) -> Record | None:
            row = connection.execute(query).first()
            return None if row is None else _read(row)

        return await self.database.look_up(look)

    async def naming(self, account: str, subjects: Collection[SubjectId]) -> list[Record]:
        """Looks through the account's rows: a few thousand at most."""
        if not subjects:
            return []
        named = or_(*(_p.subjects.contains(f'"{one}"', autoescape=True) for one in sorted(subjects)))
        query = select(personnel_record).where(_p.account == account, named).order_by(_p.created_at, _p.id)
        return await self.database.read(lambda connection: [_read(row) for row in connection.execute(query)])

    async def count(self, account: str) -> int:
        query = select(func.count()).select_from(personnel_record).where(_p.account == account)
        return await self.database.look_up(lambda connection: int(connection.scalar(query) or 0))

    async def taken(self, account: str, user_name: str, but: str) -> bool:
        query = _namesakes(account, user_name, but)
        return await self.database.look_up(lambda connection: connection.execute(query).first() is not None)

    async def add(self, record: Record, entry: Entry) -> None:
        def work(connection: Connection) -> None:
            _require_free(connection, record)
            connection.execute(insert(personnel_record), [_row(record)])
            self.append(connection, [entry])

        await self.database.write(work)

    async def change(self, record: Record, before: int, entry: Entry) -> None:
        def work(connection: Connection) -> None:
            _require_free(connection, record)
            these = update(personnel_record).where(_p.id == record.id, _p.version == before)
            if not connection.execute(these.values(**_row(record))).rowcount:
                raise NotDone(Why.CHANGED)
            self.append(connection, [entry])

        await self.database.write(work)

    async def remove(self, record: Record, entry: Entry) -> None:
        def work(connection: Connection) -> None:
            these = delete(personnel_record).where(_p.id == record.id, _p.version == record.version)
            if not connection.execute(these).rowcount:
                raise NotDone(Why.CHANGED)
            self.append(connection, [entry])

        await self.database.write(work)

    async def giving(self, subjects: Collection[SubjectId]) -> dict[SubjectId, list[Record]]:
        """Records that give roles to any of these."""
        whom, found = sorted(subjects), dict[SubjectId, list[Record]]()

        def read(connection: Connection) -> None:
            for begin in range(0, len(whom), ASKED_AT_ONCE):
                these = _p.gives_to.in_(whom[begin : begin + ASKED_AT_ONCE])
                for row in connection.execute(select(personnel_record).where(these)):
                    found.setdefault(SubjectId(row.gives_to), []).append(_read(row))

        await self.database.read(read)
        return found

    async def closed_since(self, program: str, since: datetime) -> int:
        query = (
            select(func.count())
            .select_from(suspension)
            .where(_s.done_by_subject == program, _s.since > micros(since))
        )
        return await self.database.read(lambda connection: int(connection.scalar(query) or 0))


def _namesakes(account: str, user_name: str, but: str) -> Select[Any]:
    return select(_p.id).where(_p.account == account, _p.user_name == user_name.casefold(), _p.id != but)


def _require_free(connection: Connection, record: Record) -> None:
    if connection.execute(_namesakes(record.account, record.user_name, record.id)).first() is not None:
        raise NotDone(Why.TAKEN, "userName")


def _row(one: Record) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account,
        "user_name": one.user_name.casefold(),
        "record": msgspec.json.encode(one.values).decode(),
        "subjects": msgspec.json.encode(one.subjects).decode(),
        "unlinked": "" if one.unlinked is None else one.unlinked.value,
        "gives_to": one.gives_to,
        "created_at": micros(one.created_at),
        "changed_at": micros(one.changed_at),
        "version": one.version,
    }


def _read(row: Any) -> Record:
    return Record(
        id=row.id,
        account=row.account,
        values={**EMPTY, **msgspec.json.decode(row.record, type=dict[str, str | bool | tuple[str, ...]])},
        subjects=tuple(msgspec.json.decode(row.subjects)),
        unlinked=Unlinked(row.unlinked) if row.unlinked else None,
        gives_to=None if row.gives_to is None else SubjectId(row.gives_to),
        created_at=moment_of(row.created_at),
        changed_at=moment_of(row.changed_at),
        version=row.version,
    )
