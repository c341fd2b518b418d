"""Security incidents in the database; implements `gateway.incidents.book`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, insert, select

from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.entry import Entry
from gateway.audit.retention import Hold
from gateway.incidents.held_against import OF_INCIDENTS
from gateway.incidents.incident import Incident
from gateway.incidents.items import Held, Item, read, written
from gateway.policy_office.incident import Incident as Switched
from gateway.storage.audit import read_tail
from gateway.storage.audit_holds import all_holds
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_proven import KnownKeys, Proving, with_words
from gateway.storage.audit_sealing import dropped
from gateway.storage.database import Database
from gateway.storage.incident_holds import lift_hold, place_hold
from gateway.storage.incident_rows import incident_of, item_of
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, micros_or_none, moment_or_none
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.tables.audit import audit_entry
from gateway.storage.tables.incidents import security_incident, security_incident_item

T = TypeVar("T")
Append = Callable[[Connection, Sequence[Entry]], range]
HELD = '{"type":"held"%'  # the beginning of such a body as `items.written` writes it
LOOKED_THROUGH = 20_000  # entries behind the first of an incident, and behind its last
_i, _t = security_incident.c, security_incident_item.c


class IncidentBooks:
    """Implements `gateway.incidents.book.Books`."""

    def __init__(self, database: Database, append: Append, known: KnownKeys) -> None:
        """`known`: the log's keys."""
        self._database, self._append, self._known = database, append, known

    async def transact(self, work: Callable[["StoredBook"], T]) -> T:
        return await self._database.write(lambda connection: work(self._book(connection)))

    async def look(self, query: Callable[["StoredBook"], T]) -> T:
        return await self._database.read(lambda connection: query(self._book(connection)))

    def _book(self, connection: Connection) -> "StoredBook":
        return StoredBook(connection, self._append, self._known)


class StoredBook(KeyedRows):
    """Implements `gateway.incidents.book.Book` on one connection."""

    def __init__(self, connection: Connection, append: Append, known: KnownKeys) -> None:
        super().__init__(connection)
        self._append, self._known = append, known

    def incident(self, number: int) -> Incident | None:
        row = self._at(security_incident, number=number)
        return None if row is None else incident_of(row)

    def incidents(self, limit: int) -> list[Incident]:
        query = select(security_incident).order_by(_i.number.desc()).limit(limit)
        return [incident_of(row) for row in self._connection.execute(query)]

    def open_ones(self) -> list[Incident]:
        query = select(security_incident).where(_i.closed_at.is_(None)).order_by(_i.number)
        return [incident_of(row) for row in self._connection.execute(query)]

    def selected(self, limit: int, since: datetime | None, *, only_open: bool) -> list[Incident]:
        query = select(security_incident)
        if only_open:
            query = query.where(_i.closed_at.is_(None))
        if since is not None:
            query = query.where(_i.noticed_at >= micros(since))
        query = query.order_by(_i.closed_at.is_not(None), _i.number.desc()).limit(limit)
        return [incident_of(row) for row in self._connection.execute(query)]

    def next_number(self) -> int:
        return (self._connection.scalar(select(func.max(_i.number))) or 0) + 1

    def keep(self, one: Incident) -> None:
        said, closed = one.described, one.closed_by
        self._put(
            security_incident,
            {
                "number": one.number,
                "title": said.title,
                "kind": said.kind.value,
                "severity": said.severity.value,
                "noticed_at": micros(said.noticed_at),
                "began_at": micros_or_none(said.began_at),
                "municipalities": " ".join(said.municipalities),
                "applications": " ".join(said.applications),
                "description": said.description,
                "opened_at": micros(one.opened_at),
                "opened_by": one.opened_by.name,
                "opened_by_subject": one.opened_by.subject,
                "closed_at": micros_or_none(one.closed_at),
                "closed_by": None if closed is None else closed.name,
                "closed_by_subject": None if closed is None else closed.subject,
                "conclusion": one.conclusion,
            },
        )

    def items(self, number: int) -> list[Item]:
        query = select(security_incident_item).where(_t.incident == number).order_by(_t.number)
        return [item_of(row) for row in self._connection.execute(query)]

    def add(self, number: int, item: Item) -> None:
        self._connection.execute(
            insert(security_incident_item),
            {
                "incident": number,
                "number": item.number,
                "at": micros(item.at),
                "done_by": item.by.name,
                "done_by_subject": item.by.subject,
                "body": written(item.body),
                "entry": item.entry,
            },
        )

    def record(self, entry: Entry) -> int:
        return self._append(self._connection, [entry])[0]

    def told(self, number: int) -> list[Recorded]:
        """What the log does not prove tells nothing: its item then counts as not recorded."""
        return self._told(number).get(number, [])

    def told_of_all(self) -> dict[int, list[Recorded]]:
        """As `told`, by their numbers."""
        return self._told(None)

    def numbers(self) -> set[int]:
        incidents, items = select(_i.number), select(_t.incident).distinct()
        rows = (*self._connection.scalars(incidents), *self._connection.scalars(items))
        return {one for one in rows if type(one) is int}

    def _told(self, number: int | None) -> dict[int, list[Recorded]]:
        """Of this one, or of all. Entries are found by their column, by what items name, and behind the first and the
        last of an incident by their bytes, so that no column hides one for a moment.
        """
        e, codes = audit_entry.c, [one.value for one in OF_INCIDENTS]
        candidates: dict[int, set[int]] = {} if number is None else {number: set()}
        rows = self._connection.execute(select(e.sequence, e.canonical).where(e.code.in_(codes)))
        items = select(_t.entry, _t.incident)
        named = self._connection.execute(items if number is None else items.where(_t.incident == number))
        for sequence, of in (*((row.sequence, _of(row.canonical)) for row in rows), *named):
            if type(of) is int and type(sequence) is int and number in (None, of):
                candidates.setdefault(of, set()).add(sequence)
        found = set().union(*candidates.values())
        words = b'"incident":' + (b"" if number is None else str(number).encode())  # as `canonical` writes it
        behind = 0
        for begin in sorted(
            {edge for one in candidates.values() for edge in (min(one, default=0), max(one, default=0))}
        ):
            there = with_words(self._connection, words, max(begin, behind), begin + LOOKED_THROUGH)
            behind = begin + LOOKED_THROUGH
            found |= {
                one for one, data in there.items() if (of := _of(data)) is not None and number in (None, of)
            }
        told: dict[int, list[Recorded]] = {}
        for one in Proving(self._connection, self._known).all_proven(found):
            of = one.entry.details.get("incident")
            if one.entry.code in OF_INCIDENTS and type(of) is int and number in (None, of):
                told.setdefault(of, []).append(one)
        return told

    def gone(self, sequence: int) -> bool:
        return dropped(self._connection, sequence)

    def leaf(self, sequence: int) -> bytes | None:
        query = select(audit_entry.c.leaf).where(audit_entry.c.sequence == sequence)
        row = self._connection.execute(query).first()
        return None if row is None else bytes_of(row.leaf)

    def log_size(self) -> int:
        tail = read_tail(self._connection)
        return 0 if tail is None else tail.size

    def received(self, sequence: int) -> datetime | None:
        query = select(audit_entry.c.received_at).where(audit_entry.c.sequence == sequence)
        return moment_or_none(self._connection.execute(query).scalar())

    def oldest(self) -> datetime | None:
        query = select(audit_entry.c.received_at).order_by(audit_entry.c.sequence).limit(1)
        return moment_or_none(self._connection.execute(query).scalar())

    def holds(self) -> list[Hold]:
        return all_holds(self._connection)

    def place_hold(self, since: int, until: int, why: str, by: str, now: datetime) -> Hold:
        return place_hold(self._connection, since, until, why, by, now)

    def lift_hold(self, number: int, now: datetime) -> None:
        lift_hold(self._connection, number, now)

    def held_for(self, holds: Collection[int]) -> dict[int, list[int]]:
        rows = self._connection.execute(select(_t.incident, _t.body).where(_t.body.like(HELD))).all()
        found: dict[int, list[int]] = {}
        for row in rows:
            body = read(row.body)
            if isinstance(body, Held) and body.hold in holds:
                found.setdefault(body.hold, []).append(row.incident)
        return found

    def switched_lately(self, limit: int) -> list[Switched]:
        stored = StoredIncidents(self._connection)
        return [*stored.standing(), *stored.ended(limit, None)]

    def switched(self, name: str) -> Switched | None:
        return StoredIncidents(self._connection).one(name)


def _of(data: object) -> int | None:
    """The number of the incident of which the entry with these bytes tells."""
    try:
        number = parse(data).entry.details.get("incident") if isinstance(data, bytes) else None
    except NotCanonical:
        return None
    return number if type(number) is int else None
