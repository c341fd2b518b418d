"""Shards of the log: each is a run of entries with a tree of its own, from one turn of a month to the next.

Numbers of entries go on over all of them; a tree counts from its shard's first entry. So what the law lets go is
dropped as a whole, and what is left goes on to prove itself. Months are of the log's own time, in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.audit.facts import microseconds, moment

OLDEST_READER = "0037"
"""Revision of the schema from which on a version knows shards: an older one would take a second tree for damage."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that is closed, as the database has it."""

    number: int
    """From 0, in their order."""
    month: str
    """`2026-12`, in the name of its tree; empty for the one that a log begins with."""
    first: int
    """Sequence number of its first entry."""
    size: int
    root: bytes
    began: int
    """Receive time of its first entry, microseconds."""
    ended: int
    """Of its last."""
    dropped_by: int | None = None
    """Number of the entry that tells that it was dropped."""
    gone: bool = False
    """No row of it is left."""

    @property
    def end(self) -> int:
        """Number of the first entry behind it."""
        return self.first + self.size

    @property
    def dropped(self) -> bool:
        return self.dropped_by is not None

    @property
    def told(self) -> str:
        """What the log says of it when it is dropped, in one line."""
        facts = (
            self.number,
            self.month or "-",
            self.first,
            self.size,
            self.root.hex(),
            self.began,
            self.ended,
        )
        return " ".join(map(str, facts))


def month_of(received_at: int) -> str:
    return f"{moment(received_at):%Y-%m}"


def end_of_month(received_at: int) -> int:
    """Beginning of the next one."""
    at = moment(received_at)
    year, month = divmod(at.year * 12 + at.month, 12)
    return microseconds(datetime(year, month + 1, 1, tzinfo=UTC))
