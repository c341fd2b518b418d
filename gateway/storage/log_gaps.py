"""What there is to be seen of gaps in the log: its size, what is sealed, the newest request, missing rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from gateway.alerts.gaps import Seen
from gateway.alerts.node_gaps import Carried
from gateway.audit.entry import Code
from gateway.audit.note import Verifier
from gateway.storage.alerts import LOOKED_AT_AGAIN, kept_by_us
from gateway.storage.audit_checkpoints import newest_signed
from gateway.storage.audit_in_tree import in_tree
from gateway.storage.audit_since import first_since, size_of
from gateway.storage.audit_spool import places
from gateway.storage.audit_tail import read_tail
from gateway.storage.database import Database
from gateway.storage.seal import Seal
from gateway.storage.tables.alerts import alert_place
from gateway.storage.tables.audit import audit_entry, audit_shard

SPAN = 20_000  # rows that are counted at a look
LOOKED_AT = 20  # requests, the newest: where columns lie of so many, it is told that none come
_ACCESS = f'"code":"{Code.ACCESS.value}"'.encode()  # as `canonical` writes it
Keys = Callable[[Connection], Sequence[Verifier]]
_e, _s = audit_entry.c, audit_shard.c


@dataclass(frozen=True, slots=True)
class LogGaps:
    """`keys`: of the log, by which its checkpoints are believed."""

    database: Database
    seal: Seal
    keys: Keys

    async def begin(self, now: datetime) -> int:
        """Where rows are counted from: what was written since alerts looked last.

        A place that somebody moved by hand or took away is not believed, as the rows behind it would never be counted:
        a day is then looked at.
        """

        def work(connection: Connection) -> int:
            kept = connection.execute(select(alert_place)).first()
            if kept is None or not kept_by_us(connection, self.seal, kept):
                return first_since(connection, now - LOOKED_AT_AGAIN)
            return int(kept.following)

        return await self.database.read(work)

    async def seen(self, passed: int, served: int | None) -> Seen:
        """`passed`: up to where rows were counted already; `served`: as Envoy says."""
        return await self.database.read(lambda connection: seen(connection, passed, served, self.keys))

    async def carried(self, answered: Mapping[str, tuple[int, int | None]]) -> dict[str, Carried]:
        """`answered`: requests by the names under which nodes' places are kept, and what the node itself says that
        came; where it does not, its places say so, which whoever writes to the database can move.
        """

        def work(connection: Connection) -> dict[str, Carried]:
            size = size_of(connection)
            return {
                name: Carried(number, _places(connection, name) if came is None else came, size)
                for name, (number, came) in answered.items()
            }

        return await self.database.read(work) if answered else {}


def _places(connection: Connection, node: str) -> int:
    return sum(one.offset + one.finished for one in places(connection, node).values())


def seen(connection: Connection, passed: int, served: int | None, keys: Keys) -> Seen:
    size = size_of(connection)
    passed = min(passed, size)  # a log that was put back is counted from its end on
    sealed = newest_signed(connection, keys(connection))
    until = min(size, passed + SPAN)
    numbers = (_e.sequence >= passed) & (_e.sequence < until)
    # a server keeps each month in a table of its own, and so lets one number stand in two
    there = int(connection.execute(select(func.count(_e.sequence.distinct())).where(numbers)).scalar_one())
    lacking = [] if there >= until - passed else _lacking(connection, passed, until)
    return Seen(
        size=size,
        sealed=0 if sealed is None else sealed.size,
        access=_newest_access(connection, size),
        passed=max(passed, until),
        missing=len(lacking),
        first_missing=lacking[0] if lacking else 0,
        served=served,
    )


def _newest_access(connection: Connection, size: int) -> int:
    """The number of the newest entry of a request that the end of the log proves, whatever columns say for a moment; 0:
    none.
    """
    query = select(_e.sequence, _e.canonical).where(_e.code == Code.ACCESS.value, _e.sequence < size)
    rows = connection.execute(query.order_by(_e.at.desc()).limit(LOOKED_AT)).all()
    newest = sorted(((row.sequence, row.canonical) for row in rows), reverse=True)
    return next((one[0] for one in newest if _is_access(one[1]) and in_tree(connection, [one])), 0)


def _is_access(data: object) -> bool:
    return isinstance(data, bytes) and _ACCESS in data


def _lacking(connection: Connection, passed: int, until: int) -> list[int]:
    """Numbers without a row, but of months that were dropped: those are told of by an entry. Of the open month nothing
    goes, whatever the table of months says for a moment.
    """
    tail = read_tail(connection)
    closed = _s.first + _s.size <= (0 if tail is None else tail.first)
    numbers = (_e.sequence >= passed) & (_e.sequence < until)
    there = set(connection.execute(select(_e.sequence).where(numbers)).scalars())
    gone = connection.execute(select(_s.first, _s.size).where(_s.dropped_by.is_not(None), closed)).all()
    dropped = {
        number for first, size in gone for number in range(max(first, passed), min(first + size, until))
    }
    return [number for number in range(passed, until) if number not in there and number not in dropped]
