"""Where the log ends: what the next entry is numbered and hashed behind."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.audit.shard import end_of_month
from gateway.audit.tree import Frontier
from gateway.storage.engine import Driver, driver_of

_SELECT = "SELECT size, frontier, received_at, wall, shard, month, first, until, mark FROM audit_tail"
_INSERT = (
    "INSERT INTO audit_tail (id, size, frontier, received_at, wall, shard, month, first, until, mark) "
    "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LAST = "SELECT received_at FROM audit_entry WHERE sequence = ?"
_UPDATE = (
    "UPDATE audit_tail SET size = ?, frontier = ?, received_at = ?, wall = ?, "
    "shard = ?, month = ?, first = ?, until = ?, mark = ? "
    "WHERE size = ? AND frontier = ? AND received_at = ? AND wall = ?"
)


class LogInconsistent(Exception):
    """The tables of the log do not fit together: somebody other than the log has written to them."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(
            f"audit log, entry {sequence}: {why}; run `brana audit verify`, keep the file as evidence, "
            "and restore the database from a backup"
        )
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the log ends."""

    frontier: Frontier = field(default_factory=Frontier)
    """Of the open shard's tree."""
    received_at: int = 0
    """Microseconds since the epoch, of the last entry."""
    wall: int = 0
    """System clock at the last append."""
    shard: int = 0
    """Number of the open shard."""
    month: str = ""
    first: int = 0
    """Number of its first entry."""
    until: int = 0
    """Receive time from which on another is due; 0: an older version wrote this, and knew none."""
    mark: object = field(default=None, compare=False)
    """As it is stored (`end_marks`)."""

    @property
    def size(self) -> int:
        """Entries of the whole log, and so the number of the next."""
        return self.first + self.frontier.size


def read_tail(connection: Connection) -> Tail | None:
    """The stored tail, None in an empty log. Raises LogInconsistent."""
    row = driver_of(connection.connection).execute(_SELECT).fetchone()
    if row is None:
        return None
    size, packed, received_at, wall, shard, month, first, until, mark = row
    try:
        return Tail(
            Frontier.unpack(size - first, packed), received_at, wall, shard, month, first, until, mark
        )
    except (ValueError, TypeError) as error:
        raise LogInconsistent(size, f"the stored tail of the tree is damaged ({error})") from error


def require_its_times(connection: Connection, tail: Tail) -> None:
    """No entry gets a time that somebody wrote into the end by hand, and no month an end. Raises LogInconsistent."""
    last = driver_of(connection.connection).execute(_LAST, (tail.size - 1,)).fetchone()
    if last is not None and last[0] != tail.received_at:
        raise LogInconsistent(tail.size - 1, "the stored time of the last entry is not its own")
    if tail.size and not (tail.wall <= tail.received_at and tail.until <= end_of_month(tail.received_at)):
        raise LogInconsistent(tail.size - 1, "the stored times of the end are later than the last entry")


def keep_first_tail(driver: Driver, tail: Tail) -> None:
    driver.execute(_INSERT, (*_known_by(tail), tail.shard, tail.month, tail.first, tail.until, tail.mark))


def replace_tail(driver: Driver, old: Tail, new: Tail) -> bool:
    """Whether `old` was the stored tail; if it was not, another process has appended, and nothing is done."""
    shard = (new.shard, new.month, new.first, new.until, new.mark)
    return driver.execute(_UPDATE, (*_known_by(new), *shard, *_known_by(old))).rowcount == 1


def _known_by(tail: Tail) -> tuple[int, bytes, int, int]:
    return tail.size, tail.frontier.pack(), tail.received_at, tail.wall
