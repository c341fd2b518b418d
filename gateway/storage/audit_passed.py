"""Up to where readers of the log have come in this process: what they passed is there still, or the log was put back
beneath them.

Their places cannot say so. Numbers of a log that was put back are given anew, and the entry that tells of it has one
that they have passed already: they would go on behind it, and nobody would hear.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.storage.ends_reached import End, end_at, stands


@dataclass(slots=True)
class Passed:
    """By the names of readers."""

    _ends: dict[str, End] = field(default_factory=dict)

    def put_back(self, connection: Connection, reader: str) -> bool:
        """Whether the log was, before the place that this reader came to."""
        end = self._ends.get(reader)
        return end is not None and not stands(connection, end)

    def came_to(self, connection: Connection, reader: str, following: int) -> None:
        """`following`: the number behind the last entry that it has passed."""
        known = self._ends.get(reader)
        if (
            known is None or known.size != following
        ):  # who stays keeps what it knows, whatever stands there now
            self._ends[reader] = end_at(connection, following)

    def knows(self, reader: str) -> bool:
        return reader in self._ends

    def begins_anew(self, reader: str) -> None:
        self._ends.pop(reader, None)
