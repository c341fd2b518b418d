"""What a verification of the log found."""

from dataclasses import dataclass
from datetime import datetime

from gateway.audit.anchors import Fault
from gateway.audit.retention import Hold
from gateway.audit.shard import Shard


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong."""

    fault: Fault
    sequence: int
    """Number of the first broken entry: the next that would have come, where entries are missing."""
    at: datetime | None
    """Receive time that stands at that entry, or that of the last good one before it where it is missing."""
    what: str
    until: int | None = None
    """Last entry that may be concerned, where the damage cannot be told to one entry."""

    def __str__(self) -> str:
        span = f"entry {self.sequence}" if self.until is None else f"entries {self.sequence} to {self.until}"
        return f"{span}{f' ({self.at.isoformat()})' if self.at else ''}: {self.fault}: {self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    """`broken` is None when the log is whole; then `sealed` of its `entries` are under a checkpoint."""

    entries: int
    """Of the whole log, with those of dropped shards."""
    sealed: int
    root: bytes
    """Of the open shard's tree."""
    checkpoints: int
    broken: Broken | None = None
    dropped: tuple[Shard, ...] = ()
    """Shards of which nothing is left but their last checkpoint, and an entry that tells why."""
    leaving: int = 0
    """Rows of them that are just being removed."""
    unsigned: frozenset[str] = frozenset()
    """Those of which an older version told, without a signature, as `Shard.told`."""
    held: tuple[Hold, ...] = ()
    """What stands, as entries tell of it."""

    @property
    def recomputed(self) -> int:
        return self.entries - sum(one.size for one in self.dropped)

    @property
    def not_yet_sealed(self) -> int:
        return self.entries - self.sealed
