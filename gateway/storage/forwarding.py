"""How far receivers of the log have got; each act and its entry are one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from gateway.audit.altered_acts import place_moved
from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.entry import Entry, Outcome, code_of
from gateway.audit.facts import microseconds, moment
from gateway.forwarding import told
from gateway.forwarding.forwarder import Batch, LogShorter, NotTaken
from gateway.forwarding.message import Make
from gateway.storage.alerts import LOOKED_AT_AGAIN
from gateway.storage.audit_in_tree import Row as Numbered
from gateway.storage.audit_passed import Passed, last_passed
from gateway.storage.audit_proven import KnownKeys
from gateway.storage.audit_since import first_since, size_of
from gateway.storage.database import Database
from gateway.storage.kept_roots import KeptRoots
from gateway.storage.place_marks import fits, last_told, mark_of, moved_by_us, told_by_bytes
from gateway.storage.seal import Seal
from gateway.storage.tables.audit import audit_entry
from gateway.storage.tables.forwarding import audit_receiver

Append = Callable[[Connection, Sequence[Entry]], object]
UNREADABLE = code_of("audit.entry_unreadable")
"""Sent in the place of a row that is no entry; it is in no log. `brana audit verify` tells what became of it."""
CAUSE = 500  # characters
READ_AT_ONCE = 20_000  # entries in whose bytes a place is looked for
_c = audit_receiver.c


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one receiver, as it is kept."""

    name: str
    following: int
    behind: int
    """Entries that it has not taken."""
    waiting_since: datetime | None
    """When the first of these was received; None where it has all."""
    taken_at: datetime | None
    failing_since: datetime | None
    reason: str
    """Why it takes nothing; empty where it does, also while what was sent to it since it failed does not count yet."""
    cause: str

    @property
    def takes_again(self) -> bool:
        """It failed, a new line stands, and what was sent by it does not count as taken yet."""
        return self.failing_since is not None and not self.reason


@dataclass(frozen=True, slots=True)
class Failing:
    """Of a receiver, as this process knows it: a row could say that it was told already, or fails since tomorrow."""

    since: datetime
    told: bool


@dataclass(frozen=True, slots=True)
class StoredReceivers:
    """Implements `gateway.forwarding.forwarder.Store`."""

    database: Database
    append: Append
    seal: Seal
    known: KnownKeys
    """The log's keys."""
    passed: Passed = field(default_factory=Passed, compare=False)
    failing: dict[str, Failing] = field(default_factory=dict, compare=False)
    roots: KeptRoots = field(default_factory=KeptRoots, compare=False)

    async def begin(self, receiver: str, now: datetime, *, from_beginning: bool) -> int:
        def look(connection: Connection) -> int | None:
            there = self._believed(connection, receiver)
            if there is not None and not self.passed.knows(receiver):
                self.passed.came_to(connection, receiver, there)
            return there

        kept = await self.database.read(look)
        if kept is None and await self.roots_put_right(now):
            kept = await self.database.read(look)
        if kept is not None:
            return kept
        by_bytes = await self._told_by_bytes(receiver)

        def work(connection: Connection) -> int:
            there = self._believed(connection, receiver)
            if there is not None:  # another node was faster
                return there
            told_from = last_told(connection, receiver, self.known)
            told_from = by_bytes if told_from is None else told_from
            row = connection.execute(select(_c.following, _c.mark).where(_c.name == receiver)).first()
            if row is not None and moved_by_us(self.seal, receiver, row.following, row.mark):
                # the log was put back; what was not sent yet is not passed over
                told_from = min(row.following, first_since(connection, now - LOOKED_AT_AGAIN))
            if row is not None or told_from is not None:
                return self._put_right(connection, receiver, row, told_from or 0, now)
            first = 0 if from_beginning else size_of(connection)
            mark = mark_of(connection, self.seal, receiver, first)
            connection.execute(insert(audit_receiver).values(name=receiver, following=first, mark=mark))
            self.append(connection, [told.begun(now, receiver, first)])
            return first

        return await self.database.write(work)

    async def _told_by_bytes(self, receiver: str) -> int | None:
        """Where there is no place any more: a column may hide that there was one, so the log is read, the newest first,
        some seconds for ten million entries.
        """
        there = select(_c.name).where(_c.name == receiver)
        if await self.database.read(lambda connection: connection.execute(there).first()) is not None:
            return None  # it was begun: the worst that is left is that it gets all again
        behind = await self.database.read(size_of)
        while behind > 0:
            begin = max(0, behind - READ_AT_ONCE)
            look = partial(told_by_bytes, of=receiver, known=self.known, begin=begin, behind=behind)
            if (found := await self.database.read(look)) is not None:
                return found
            behind = begin
        return None

    def _believed(self, connection: Connection, receiver: str) -> int | None:
        """None where there is none, one that we did not move there, or one that the log does not reach (any more)."""
        row = connection.execute(select(_c.following, _c.mark).where(_c.name == receiver)).first()
        first = not self.passed.knows(receiver)  # later this process knows what it has passed
        if row is None or not fits(connection, self.seal, receiver, row.following, row.mark, proven=first):
            return None
        if row.following > size_of(connection) or self.passed.put_back(connection, receiver):
            return None
        return int(row.following)

    def _put_right(
        self,
        connection: Connection,
        receiver: str,
        row: Row[*tuple[Any, ...]] | None,
        first: int,
        now: datetime,
    ) -> int:
        """Somebody moved the place by hand, took it away, or put the log back before it."""
        self.passed.begins_anew(receiver)
        changed = {"following": first, "mark": mark_of(connection, self.seal, receiver, first)}
        if row is None:
            connection.execute(insert(audit_receiver).values(name=receiver, **changed))
        else:
            connection.execute(update(audit_receiver).where(_c.name == receiver).values(changed))
        kept = row.following if row is not None and type(row.following) is int else -1
        self.append(connection, [place_moved(now, receiver, kept, first)])
        return first

    async def batch(self, receiver: str, following: int, limit: int, make: Make) -> Batch | None:
        def query(connection: Connection) -> Batch | None:
            if self.passed.put_back(connection, receiver):
                raise LogShorter
            proves = partial(self.passed.proves, connection, receiver)
            found = _batch(connection, following, limit, make, proves)
            if (
                found is not None
                and found.proven
                and not self.passed.goes_on(connection, receiver, following)
            ):
                raise LogShorter
            came_to = found.following if found is not None and found.proven else following
            self.passed.came_to(connection, receiver, came_to)
            return found

        return await self.database.read(query)

    async def roots_put_right(self, now: datetime) -> bool:
        return await self.roots.put_right(self.database, self.append, now)

    async def taken(self, receiver: str, following: int, now: datetime) -> None:
        def work(connection: Connection) -> None:
            row = connection.execute(select(audit_receiver).where(_c.name == receiver)).first()
            well: dict[str, object] = {
                "taken_at": microseconds(now),
                "failing_since": None,
                "told": False,
                "reason": "",
                "cause": "",
            }
            if row is not None and fits(
                connection, self.seal, receiver, row.following, row.mark, proven=False
            ):
                reached = max(following, row.following)
                well |= {"following": reached, "mark": mark_of(connection, self.seal, receiver, reached)}
            else:
                self._put_right(connection, receiver, row, following, now)
            connection.execute(update(audit_receiver).where(_c.name == receiver).values(well))
            failing = self.failing.get(receiver)
            if row is not None and (row.told or (failing is not None and failing.told)):
                since = _since(row, now) if failing is None else failing.since
                self.append(connection, [told.back(now, receiver, since)])

        await self.database.write(work)
        self.rest(receiver)

    async def missed(self, receiver: str, first: int, last: int, now: datetime) -> None:
        def work(connection: Connection) -> None:
            behind = (_c.name == receiver) & (_c.following <= last)
            passed = {"following": last + 1, "mark": mark_of(connection, self.seal, receiver, last + 1)}
            moved = connection.execute(update(audit_receiver).where(behind).values(passed))
            if moved.rowcount:
                self.append(connection, [told.missed(now, receiver, first, last)])

        await self.database.write(work)

    async def got_less(self, receiver: str, numbers: Sequence[int], now: datetime) -> None:
        entries = [told.got_less(now, receiver, one) for one in numbers]
        await self.database.write(lambda connection: self.append(connection, entries))

    async def takes_again(self, receiver: str) -> None:
        def work(connection: Connection) -> None:
            failed = (_c.name == receiver) & (_c.reason != "")
            connection.execute(update(audit_receiver).where(failed).values(reason="", cause=""))

        await self.database.write(work)

    async def failed(self, receiver: str, trouble: NotTaken, now: datetime, down_after: timedelta) -> None:
        def work(connection: Connection) -> Failing:
            row, before = self._kept(connection, receiver, now), self.failing.get(receiver)
            since = _since(row, now) if before is None else before.since
            told_here = before is not None and before.told
            down = not told_here and now - since >= down_after
            changed = {
                "failing_since": microseconds(since),
                "reason": trouble.reason,
                "cause": trouble.cause[:CAUSE],
                "told": told_here or down or bool(row.told),
            }
            connection.execute(update(audit_receiver).where(_c.name == receiver).values(changed))
            if down:
                entry = told.down(
                    now, receiver, trouble.reason, trouble.cause, first=row.following, since=since
                )
                self.append(connection, [entry])
            return Failing(since, told=told_here or down)

        self.failing[receiver] = await self.database.write(work)

    def rest(self, receiver: str) -> None:
        """It has what there is, or another node sends: nothing is known of how it fails."""
        self.failing.pop(receiver, None)

    def _kept(self, connection: Connection, receiver: str, now: datetime) -> Row[Any]:
        query = select(audit_receiver).where(_c.name == receiver)
        if connection.execute(query).first() is None:
            self._put_right(connection, receiver, None, last_told(connection, receiver, self.known) or 0, now)
        return connection.execute(query).one()

    async def standing(self) -> list[Standing]:
        return await self.database.read(standing)


def standing(connection: Connection) -> list[Standing]:
    size = size_of(connection)
    rows = connection.execute(select(audit_receiver).order_by(_c.name)).all()
    return [
        Standing(
            row.name,
            row.following,
            max(0, size - row.following),
            _received(connection, row.following),
            None if row.taken_at is None else moment(row.taken_at),
            None if row.failing_since is None else moment(row.failing_since),
            row.reason,
            row.cause,
        )
        for row in rows
    ]


def _since(row: Row[Any], now: datetime) -> datetime:
    """Since when it fails, by the row: never later than now."""
    try:
        return now if row.failing_since is None else min(now, moment(row.failing_since))
    except (TypeError, ValueError, OverflowError):
        return now


def _received(connection: Connection, following: int) -> datetime | None:
    e = audit_entry.c
    first = select(e.received_at).where(e.sequence >= following).order_by(e.sequence).limit(1)
    at = connection.execute(first).scalar()
    return moment(at) if isinstance(at, int) else None


def _batch(
    connection: Connection,
    following: int,
    limit: int,
    make: Make,
    proves: Callable[[Sequence[Numbered]], bool],
) -> Batch | None:
    """Up to the first gap; a gap before it is its caller's to see."""
    e = audit_entry.c
    query = select(e.sequence, e.canonical).where(e.sequence >= following).order_by(e.sequence).limit(limit)
    rows = connection.execute(query).all()
    if not rows:
        if size_of(connection) < following:
            raise LogShorter
        return None
    first = rows[0].sequence
    whole = [row for number, row in enumerate(rows, first) if row.sequence == number]
    made = (make(_read(row.sequence, row.canonical)) for row in whole)
    messages = [one for one in made if one is not None]
    read = [(row.sequence, row.canonical) for row in whole]
    before = last_passed(connection, following) if first == following else []
    proven = proves([*before, *read])
    return Batch(first, first + len(whole), messages, proven)


def _read(sequence: int, data: object) -> Recorded:
    """What somebody damaged stops nothing: the receiver is told that there was an entry, and not what it says now."""
    try:
        found = parse(data) if isinstance(data, bytes) else None
    except NotCanonical:
        found = None
    if found is not None and found.sequence == sequence:
        return found
    at = moment(0)
    return Recorded(sequence, at, Entry(code=UNREADABLE, outcome=Outcome.FAILURE, at=at))
