"""What a verification gets of the log, a page at a time: rows, and what somebody found of them together."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.audit.facts import LATEST, Fact, moment
from gateway.audit.tree import HASH


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is stored; nothing of it is believed."""

    sequence: int
    facts: tuple[Fact, ...]
    """In the order of `FACTS`; the first is the number again."""
    canonical: bytes
    leaf: bytes

    @property
    def at(self) -> datetime | None:
        """Receive time that the columns claim."""
        received = self.facts[1]
        return moment(received) if isinstance(received, int) and abs(received) < LATEST else None


@dataclass(frozen=True, slots=True)
class Sound:
    """Entries whose bytes, leaf and columns belong together, numbered without a gap, in the order of their times."""

    first: int
    """Number of the first."""
    leaves: bytes
    received: "array[int]"
    """Microseconds."""

    def __len__(self) -> int:
        return len(self.received)

    @property
    def end(self) -> int:
        """Number of the first entry behind it."""
        return self.first + len(self)

    def leaves_of(self, begin: int, end: int) -> list[bytes]:
        """By places in it."""
        return [self.leaves[at : at + HASH] for at in range(begin * HASH, end * HASH, HASH)]


@dataclass(frozen=True, slots=True)
class Page:
    """Neighbouring rows."""

    rows: Callable[[], Iterable[Row]]
    sound: Sound | None = None
    """What they are where all of them are right in themselves; else they are read one by one."""
