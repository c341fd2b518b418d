"""Alerts, their entries and the place up to which the log was looked at, in one transaction."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy import Row as Kept

from config.settings import AlertRule
from gateway.alerts import told
from gateway.alerts.recorded import PutRight, compared, standing_by
from gateway.alerts.unproven import Range, from_text, to_text
from gateway.alerts.watch import Alert, Changed, Key
from gateway.audit.altered_acts import alerts_restored, place_moved, seen_restored
from gateway.audit.canonical import Recorded, canonical
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import microseconds, moment
from gateway.audit.search import SearchTooLong
from gateway.storage.alert_seen import Believed, SeenOf, believed, kept_rows, take_out, told_by_log
from gateway.storage.alert_told import read, said, standing_told, to_its_end
from gateway.storage.allowance import Allowance
from gateway.storage.audit_in_tree import Row, in_tree
from gateway.storage.audit_passed import Passed, last_passed
from gateway.storage.audit_since import first_since, size_of
from gateway.storage.database import Database
from gateway.storage.kept_roots import KeptRoots
from gateway.storage.place_marks import fits, mark_of, moved_by_us
from gateway.storage.seal import Seal
from gateway.storage.tables.alerts import alert_place, alert_seen, alert_standing
from gateway.storage.tables.audit import audit_entry

Append = Callable[[Connection, Sequence[Entry]], object]
SPAN = 200  # numbers of the log that are looked at at once: ten times as many are 5 MiB
ALERTS = "alerts"
LOOKED_AT_AGAIN = timedelta(days=1)
SEEN_KEPT = timedelta(days=400)  # longer than any rule looks back
_e, _a, _s = audit_entry.c, alert_standing.c, alert_seen.c


class OthersLooked(Exception):
    """Another node has looked at these entries, or they are there no more; begin again at the place that is kept."""

    def __init__(self, following: int) -> None:
        super().__init__(f"alerts were worked out behind entry {following} by another node; looked up again")


@dataclass(frozen=True, slots=True)
class Place:
    following: int
    standing: tuple[Alert, ...]
    known: Mapping[tuple[str, str, str], datetime]
    unproven: Sequence[Range] = ()
    """What was passed before it, and nothing had proven yet."""


@dataclass(frozen=True, slots=True)
class Span:
    """Entries of some codes; `following`: the number behind all that were passed; `at`: when the last was received."""

    following: int
    found: tuple[Recorded, ...]
    at: datetime | None
    ends: bool
    """Whether the log ends there."""
    proven: bool = True
    """Whether they are what the end of the log proves."""


@dataclass(frozen=True, slots=True)
class StoredAlerts:
    database: Database
    append: Append
    seal: Seal
    passed: Passed = field(default_factory=Passed, compare=False)
    roots: KeptRoots = field(default_factory=KeptRoots, compare=False)

    async def begin(self, now: datetime) -> Place:
        """Where no place is kept a day is looked at, the first time too: what was before is for `brana audit alerts
        --try`.
        """
        await self.roots_put_right(now)
        told = await standing_told(self.database)

        def work(connection: Connection) -> Place:
            following, unproven = self._following(connection, now)
            self._put_right(connection, now, to_its_end(connection, told).stands)
            connection.execute(delete(alert_seen).where(_s.at < microseconds(now - SEEN_KEPT)))
            return Place(following, tuple(standing(connection)), kept_rows(connection), unproven)

        return await self.database.write(work)

    def _following(self, connection: Connection, now: datetime) -> tuple[int, Sequence[Range]]:
        """Where somebody moved the place by hand, took it away, or put the log back before it, a day is looked at once
        more. Whether there ever was one is asked of no column: only a log that is younger than that begins without a
        word.
        """
        row = connection.execute(select(alert_place)).first()
        size = size_of(connection)
        back = self.passed.put_back(connection, ALERTS)
        self.passed.begins_anew(ALERTS)
        kept_here = row is not None and kept_by_us(connection, self.seal, row) and not back
        if row is not None and kept_here and row.following <= size:
            return int(row.following), from_text(row.unproven or "")
        first = first_since(connection, now - LOOKED_AT_AGAIN)
        if row is not None or first > 0:
            kept = row.following if row is not None and type(row.following) is int else -1
            self.append(connection, [place_moved(now, ALERTS, kept, first)])
        connection.execute(delete(alert_place))
        mark = mark_of(connection, self.seal, ALERTS, first)
        connection.execute(insert(alert_place).values(id=1, following=first, mark=mark))
        return first, ()

    async def roots_put_right(self, now: datetime) -> bool:
        """Whether what is not proven was so for roots of the tree that somebody changed, and may be proven now."""
        return await self.roots.put_right(self.database, self.append, now)

    async def put_right(self, now: datetime) -> bool:
        """Whether somebody had changed by hand what stands; it is as the log says then."""
        if not await self.database.read(lambda connection: _altered(connection, now)):
            return False
        return await self.database.write(lambda connection: self._put_right(connection, now))

    def _put_right(
        self, connection: Connection, now: datetime, told: Mapping[str, Alert] | None = None
    ) -> bool:
        """`told`: what stands as the log proves it; None: as it says it."""
        found = _altered(connection, now, told)
        if found:
            back = [one.id for one in found.put_back]
            connection.execute(delete(alert_standing).where(_a.id.in_([*back, *found.taken_out])))
            if found.put_back:
                rows = [_row(one) | {"acknowledged_by": one.acknowledged_by} for one in found.put_back]
                connection.execute(insert(alert_standing), rows)
            self.append(connection, [alerts_restored(now, back, found.taken_out)])
        return bool(found)

    async def vouched(
        self, asked: Mapping[Key, AlertRule], before: int, now: datetime
    ) -> Mapping[Key, SeenOf]:
        """What these were seen with, as the log says; what no entry of it knows is taken out, and told.

        `before`: the number of the first entry that is not to be counted.
        """
        found = await self.database.read(lambda connection: believed(connection, asked, before))
        if found.altered:
            found = await self.database.write(
                lambda connection: self._without(connection, asked, before, now)
            )
        seen = dict(found.seen)
        for key, theirs in seen.items():
            if all(now - at > asked[key].within for at in theirs.values()):
                seen[key] = {**await self._told_by_log(key, asked[key], before, now), **theirs}
        return seen

    def _without(
        self, connection: Connection, asked: Mapping[Key, AlertRule], before: int, now: datetime
    ) -> Believed:
        found = believed(connection, asked, before)
        take_out(connection, found.altered)
        if found.altered:
            self.append(connection, [seen_restored(now, found.altered)])
        return found

    async def _told_by_log(self, key: Key, rule: AlertRule, before: int, now: datetime) -> SeenOf:
        """Nothing, where the log cannot be asked in time."""
        allowance = Allowance()
        try:
            return await self.database.search(
                lambda connection: told_by_log(connection, rule, key[1], before, now, allowance), allowance
            )
        except SearchTooLong:
            return {}

    async def span(self, following: int, codes: Sequence[str]) -> Span:
        return await self.database.read(lambda connection: span(connection, following, codes))

    async def news(self, following: int, codes: Sequence[str]) -> Span:
        """The same for whoever follows the log, held against its end. Raises OthersLooked, also where the log was put
        back before what was passed already.
        """

        def query(connection: Connection) -> Span:
            if self.passed.put_back(connection, ALERTS):
                raise OthersLooked(following)
            found = span(connection, following, codes, partial(self.passed.proves, connection, ALERTS))
            if found.proven and not self.passed.goes_on(connection, ALERTS, following):
                raise OthersLooked(following)
            self.passed.came_to(connection, ALERTS, found.following if found.proven else following)
            return found

        return await self.database.read(query)

    async def again(self, piece: Range, codes: Sequence[str]) -> Span:
        """The same of what was passed already."""

        def query(connection: Connection) -> Span:
            return span(connection, piece[0], codes, partial(in_tree, connection), piece[1] - piece[0])

        return await self.database.read(query)

    async def since(self, at: datetime) -> int:
        return await self.database.read(lambda connection: first_since(connection, at))

    async def keep(
        self, before: int, following: int, changed: Changed, now: datetime, unproven: Sequence[Range] = ()
    ) -> None:
        """`unproven`: of what was passed. Raises OthersLooked, and then nothing of it is kept."""

        def work(connection: Connection) -> None:
            moved = self._moved_by_hand(connection, before, now)
            beside = to_text(unproven)
            mark = mark_of(connection, self.seal, ALERTS, following, beside)
            connection.execute(delete(alert_place))
            place = {"id": 1, "following": following, "mark": mark, "unproven": beside or None}
            connection.execute(insert(alert_place).values(place))
            for one in changed.over:
                connection.execute(delete(alert_standing).where(_a.id == one.id))
            for one in changed.grown:
                more = {"number": one.number, "calm_since": _row(one)["calm_since"]}
                connection.execute(update(alert_standing).where(_a.id == one.id).values(more))
            if changed.raised:
                connection.execute(insert(alert_standing), [_row(one) for one in changed.raised])
            for (rule, of, value), at in changed.seen.items():
                same = (_s.rule == rule) & (_s.of == of) & (_s.value == value)
                connection.execute(delete(alert_seen).where(same))
                connection.execute(
                    insert(alert_seen).values(rule=rule, of=of, value=value, at=microseconds(at))
                )
            entries = [
                *moved,
                *(told.raised(one, now) for one in changed.raised),
                *(told.over(one, now) for one in changed.over),
            ]
            self.append(connection, entries)

        await self.database.write(work)

    def _moved_by_hand(self, connection: Connection, before: int, now: datetime) -> list[Entry]:
        """What is to be told where the place is not the one from which these entries were read. Raises OthersLooked.

        Another node only moves it further, and with a mark: else whoever moves it again and again would keep all alerts
        from being raised.
        """
        row = connection.execute(select(alert_place)).first()
        there = row.following if row is not None and type(row.following) is int else -1
        if there == before:
            return []
        if row is not None and there > before and moved_by_us(self.seal, ALERTS, there, row.mark):
            raise OthersLooked(before)
        return [place_moved(now, ALERTS, there, before)]

    async def tell(self, entry: Entry) -> None:
        await self.database.write(lambda connection: self.append(connection, [entry]))

    async def acknowledge(self, alert: str, by: str, entry: Entry) -> bool:
        """Whether it still stands and nobody did before."""

        def work(connection: Connection) -> bool:
            open_still = (_a.id == alert) & (_a.acknowledged_by == "")
            done = connection.execute(update(alert_standing).where(open_still).values(acknowledged_by=by))
            if done.rowcount == 1:
                self.append(connection, [entry])
            return done.rowcount == 1

        return await self.database.write(work)

    async def standing(self) -> list[Alert]:
        return await self.database.read(standing)

    async def stand_so(self, watched: Iterable[Alert]) -> bool:
        """Whether the page shows what whoever watches remembers: who has one in hand is for the log to say."""
        kept = {replace(one, acknowledged_by="") for one in await self.standing()}
        return kept == {replace(one, acknowledged_by="") for one in watched}


def kept_by_us(connection: Connection, seal: Seal, row: Kept[Any]) -> bool:
    """Whether the place is as we kept it, with what stands beside it. `row`: of `alert_place`."""
    beside = "" if row.unproven is None else row.unproven
    return isinstance(beside, str) and fits(connection, seal, ALERTS, row.following, row.mark, beside)


def standing(connection: Connection) -> list[Alert]:
    """The newest first."""
    rows = connection.execute(select(alert_standing).order_by(_a.raised_at.desc(), _a.id)).all()
    return [one for row in rows if (one := _alert(row)) is not None]


def _altered(connection: Connection, now: datetime, told: Mapping[str, Alert] | None = None) -> PutRight:
    kept = {row.id: _alert(row) for row in connection.execute(select(alert_standing))}
    if told is None:
        told = standing_by(one for one in said(connection) if _counts(connection, one, kept))
    return compared(kept, told, now)


def _counts(connection: Connection, one: Recorded, kept: Collection[str]) -> bool:
    """What ends an alert that is kept, or takes it in hand, has to be proven: somebody may have put it there."""
    if one.entry.code is Code.ALERT_RAISED or one.entry.details.get("alert") not in kept:
        return True
    return in_tree(connection, [(one.sequence, canonical(one))])


def span(
    connection: Connection,
    following: int,
    codes: Sequence[str],
    proves: Callable[[Sequence[Row]], bool] | None = None,
    most: int = SPAN,
) -> Span:
    """`proves`: whether rows, with the one before them, are what the end of the log proves."""
    size = size_of(connection)
    if size < following:  # it was put back beneath whoever follows it
        raise OthersLooked(following)
    behind = min(following + most, size)
    if behind <= following:
        return Span(following, (), None, ends=True)
    numbers = (_e.sequence >= following) & (_e.sequence < behind)
    rows = connection.execute(
        select(_e.sequence, _e.received_at, _e.canonical).where(numbers).order_by(_e.sequence)
    ).all()
    wanted = matching(codes)
    found = (read(row.canonical) for row in rows if _is_wanted(row.canonical, wanted))
    last = rows[-1].received_at if rows else None
    at = moment(last) if isinstance(last, int) else None
    as_read = [(row.sequence, row.canonical) for row in rows]
    proven = proves is None or (
        len(rows) == behind - following and proves([*last_passed(connection, following), *as_read])
    )
    read_so = tuple(one for one in found if one is not None)
    return Span(behind, read_so, at, ends=behind == size, proven=proven)


def matching(codes: Sequence[str]) -> re.Pattern[bytes]:
    """Finds the code in the bytes of an entry, where it is one of these or begins with one and a dot: whatever the
    column beside it says for a moment.
    """
    names = "|".join(re.escape(one) for one in codes)
    return re.compile(rf'"code":"(?:{names})["\.]'.encode())


def _is_wanted(data: object, wanted: re.Pattern[bytes]) -> bool:
    return isinstance(data, bytes) and wanted.search(data) is not None


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule": alert.rule,
        "of": alert.group,
        "raised_at": microseconds(alert.raised_at),
        "number": alert.number,
        "threshold": alert.threshold,
        "entries": msgspec.json.encode(alert.entries).decode(),
        "calm_since": None if alert.calm_since is None else microseconds(alert.calm_since),
    }


def _alert(row: Kept[Any]) -> Alert | None:
    """None for what we never wrote so."""
    try:
        return _as_kept(row)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError):
        return None


def _as_kept(row: Kept[Any]) -> Alert:
    return Alert(
        id=row.id,
        rule=row.rule,
        group=row.of,
        raised_at=moment(row.raised_at),
        number=row.number,
        threshold=row.threshold,
        entries=tuple(msgspec.json.decode(row.entries, type=list[int])),
        calm_since=None if row.calm_since is None else moment(row.calm_since),
        acknowledged_by=row.acknowledged_by,
    )
