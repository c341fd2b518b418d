"""Up to where readers of the log have come in this process: what they passed is there still, or the log was put back
beneath them.

Their places cannot say so. Numbers of a log that was put back are given anew, and the entry that tells of it has one
that they have passed already: they would go on behind it, and nobody would hear.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from gateway.audit.tree import leaf_hash
from gateway.storage.audit_in_tree import Left, Row, goes_on_in_tree
from gateway.storage.ends_reached import End, end_at, stands
from gateway.storage.tables.audit import audit_entry

_e = audit_entry.c


@dataclass(slots=True)
class Passed:
    """By the names of readers."""

    _ends: dict[str, End] = field(default_factory=dict)
    _lefts: dict[str, Left] = field(default_factory=dict)
    _back: set[str] = field(default_factory=set)
    """Who was found to have passed another entry than there is, until they begin anew."""

    def put_back(self, connection: Connection, reader: str) -> bool:
        """Whether the log was, before the place that this reader came to."""
        end = self._ends.get(reader)
        return reader in self._back or (end is not None and not stands(connection, end))

    def came_to(self, connection: Connection, reader: str, following: int) -> None:
        """`following`: the number behind the last entry that it has passed."""
        known = self._ends.get(reader)
        if (
            known is None or known.size != following
        ):  # who stays keeps what it knows, whatever stands there now
            self._ends[reader] = end_at(connection, following)

    def proves(self, connection: Connection, reader: str, rows: Sequence[Row]) -> bool:
        """Whether they are what the end of the log proves. `rows`: begin with the last entry that it has passed."""
        if not rows:
            return True
        left = goes_on_in_tree(connection, rows, self._lefts.get(reader))
        if left is not None:
            self._lefts[reader] = left
        return left is not None

    def goes_on(self, connection: Connection, reader: str, following: int) -> bool:
        """Whether the last entry that it passed is that one by its bytes; asked once these are proven."""
        end, there = self._ends.get(reader), last_passed(connection, following)
        if end is None or end.size != following or not there or not end.leaf:
            return True
        data = there[0][1]
        if isinstance(data, bytes) and leaf_hash(data) == end.leaf:
            return True
        self._back.add(reader)
        return False

    def knows(self, reader: str) -> bool:
        return reader in self._ends

    def begins_anew(self, reader: str) -> None:
        self._ends.pop(reader, None)
        self._lefts.pop(reader, None)
        self._back.discard(reader)


def last_passed(connection: Connection, following: int) -> list[tuple[int, object]]:
    """Number and bytes of the entry before; none where it is gone. A column beside them says no more than a moment."""
    query = select(_e.sequence, _e.canonical).where(_e.sequence == following - 1)
    return [(row.sequence, row.canonical) for row in connection.execute(query)]
