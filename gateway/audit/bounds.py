"""Where the log's trees begin and end, as the database says; what is verified against it says whether that is right."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.facts import LATEST
from gateway.audit.shard import Shard
from gateway.audit.tree import HASH

NEVER = 2**63


@dataclass(frozen=True, slots=True)
class Bounds:
    """`closed`: as far as they follow one another; `unfit_at`: entry from which on what is stored cannot be so."""

    closed: Sequence[Shard] = ()
    unfit_at: int = NEVER

    @property
    def dropped(self) -> list[Shard]:
        return [one for one in self.closed if one.dropped]


ONE_TREE = Bounds()


def bounds(stored: Sequence[Shard]) -> Bounds:
    following = 0
    for number, one in enumerate(stored):
        if not (_readable(one) and (one.number, one.first) == (number, following) and one.size > 0):
            return Bounds(stored[:number], following)
        following = one.end
    return Bounds(stored)


def _readable(one: Shard) -> bool:
    """A file keeps any type in any column."""
    numbers = (one.number, one.first, one.size, one.began, one.ended, one.dropped_by or 0)
    kinds = all(type(value) is int and 0 <= value < NEVER for value in numbers)
    return (
        kinds
        and max(one.began, one.ended) < LATEST
        and (type(one.root), type(one.month)) == (bytes, str)
        and len(one.root) == HASH
    )
