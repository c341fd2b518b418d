"""Entries counted together by the values of fields, and which counts reach a threshold. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.settings.questions import AuditGroup
from gateway.audit.facts import MICROSECOND, moment
from gateway.audit.fields import FIELDS, Told, carried, values_of

MEGABYTE = 1_000_000
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What has the same values."""

    key: Key
    """In the order of the group's fields; empty where an entry says nothing."""
    entries: int
    closest: int
    """The most entries within the group's span, where it has one."""
    different: int
    bytes_moved: int
    first: datetime
    last: datetime


@dataclass(slots=True)
class _Held:
    times: list[int] = field(default_factory=list)
    different: set[int] = field(default_factory=set)
    bytes_moved: int = 0


@dataclass(slots=True)
class Tally:
    group: AuditGroup
    _held: dict[Key, _Held] = field(default_factory=dict)

    def take(self, told: Told, at: int) -> None:
        """`at`: of the entry, microseconds since the epoch."""
        key = tuple(_value(name, told) for name in self.group.by)
        held = self._held.setdefault(key, _Held())
        held.times.append(at)
        held.bytes_moved += carried(told)
        if self.group.different is not None:
            # Whole values: what is cut for comparing makes one of many documents with a long beginning.
            where = (FIELDS[name](told) for name in ("application", "municipality", self.group.different))
            held.different.add(hash(tuple(map(tuple, where))))

    def rows(self) -> list[Row]:
        """Those that reach a threshold, the most first."""
        found = [_row(key, held, self.group.within) for key, held in self._held.items()]
        reached = [row for row in found if any(_reached(row, self.group))]
        return sorted(reached, key=lambda row: (-row.entries, row.key))


def _value(name: str, told: Told) -> str:
    """The person by the identifier where an entry has no login."""
    found = values_of(name, told) or (values_of("subject", told) if name == "person" else [])
    return ", ".join(dict.fromkeys(found))


def _row(key: Key, held: _Held, within: timedelta | None) -> Row:
    times = sorted(held.times)
    return Row(
        key=key,
        entries=len(times),
        closest=len(times) if within is None else _closest(times, within // MICROSECOND),
        different=len(held.different),
        bytes_moved=held.bytes_moved,
        first=moment(times[0]),
        last=moment(times[-1]),
    )


def _closest(times: Sequence[int], within: int) -> int:
    most = begin = 0
    for end, at in enumerate(times):
        while at - times[begin] > within:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def _reached(row: Row, group: AuditGroup) -> Iterator[bool]:
    """Without any threshold everything is answered."""
    given = [
        (group.at_least, row.closest),
        (group.at_least_different, row.different),
        (None if group.at_least_mb is None else group.at_least_mb * MEGABYTE, row.bytes_moved),
    ]
    thresholds = [(least, reached) for least, reached in given if least is not None]
    if not thresholds:
        yield True
    for least, reached in thresholds:
        yield reached >= least
