"""What the database keeps beside the entries and they tell of too: changes of the log's key, holds, deleted months."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gateway.audit.anchors import Fault
from gateway.audit.canonical import Recorded
from gateway.audit.drops_told import Doubt, ToldDrops
from gateway.audit.entry import Code
from gateway.audit.holds_told import OF_HOLDS, ToldHolds
from gateway.audit.key_acts import note_told
from gateway.audit.log_keys import written_in
from gateway.audit.note import Verifier
from gateway.audit.retention import Hold

OF_KEYS = frozenset({Code.LOG_KEY_INTRODUCED.value, Code.LOG_KEY_RETIRED.value})
OF_DROPS = frozenset({Code.LOG_SHARD_DROPPED.value, Code.LOG_DROPS_VOUCHED.value})
TOLD_OF = OF_KEYS | OF_HOLDS | OF_DROPS


@dataclass(frozen=True, slots=True)
class Difference:
    fault: Fault
    sequence: int
    what: str


class Beside:
    """`changes`: notes about the log's keys; `holds`: all, as the database has them; `keys`: all of the log."""

    def __init__(
        self, changes: Sequence[str] = (), holds: Sequence[Hold] = (), keys: Sequence[Verifier] = ()
    ) -> None:
        self._drops = ToldDrops(keys)
        self._changes = dict.fromkeys(changes, False)  # whether an entry tells of each
        self._kept, self._told = holds, ToldHolds()

    @property
    def unsigned(self) -> Collection[str]:
        """Months that an older version let go without a signature, as `Shard.told`."""
        return self._drops.unsigned

    @property
    def held(self) -> tuple[Hold, ...]:
        """What stands, as entries tell of it."""
        return tuple(one for one in self._told.holds.values() if one.stands)

    def hear(self, one: Recorded) -> Difference | None:
        entry, sequence = one.entry, one.sequence
        if entry.code.value in OF_DROPS:
            return _difference(self._drops.hear(one, self._told.holds.values()))
        if entry.code.value in OF_HOLDS:
            self._told.hear(entry, sequence)
            return None
        note = note_told(entry)
        if note not in self._changes:
            what = "it tells of a change of the log's key, of which the database knows nothing, or something else"
            return Difference(Fault.KEY_NOT_VOUCHED, sequence, what)
        self._changes[note] = True
        return None

    def sealed(self, *, drops_signed: bool) -> Difference | None:
        """By a checkpoint: whether whoever made it signs each deletion."""
        return _difference(self._drops.sealed(signing=drops_signed))

    def gone(self, month: str, *, drops_signed: bool) -> Difference | None:
        """By the last checkpoint of a month that is gone, as `Shard.told`."""
        return _difference(self._drops.gone(month, signing=drops_signed))

    def at_the_end(self, gone: Callable[[int], bool]) -> Difference | None:
        """`gone`: whether the entry of that number went with its month: its last checkpoint vouches for it then."""
        if (doubt := self._drops.at_the_end()) is not None:
            return _difference(doubt)
        for note, told in self._changes.items():
            if not told and not gone(written_in(note)):
                what = "a key of the log was changed here, and no entry tells of it"
                return Difference(Fault.KEY_NOT_VOUCHED, written_in(note), what)
        for one in self._told.altered(self._kept):
            what = f"the database does not say of hold {one.number} what this entry says"
            return Difference(Fault.HOLD_ALTERED, self._told.placed[one.number], what)
        for lost in self._told.replaced:
            what = f"the hold that it places is gone: its number {lost.hold.number} is another hold's since"
            return Difference(Fault.HOLD_ALTERED, lost.entry, what)
        return None


def _difference(doubt: Doubt | None) -> Difference | None:
    if doubt is None:
        return None
    return Difference(
        Fault.SHARD_NOT_DUE if doubt.early else Fault.SHARD_NOT_VOUCHED, doubt.sequence, doubt.what
    )
