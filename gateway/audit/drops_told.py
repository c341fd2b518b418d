"""Deletions as the log tells of them: each has to be signed, in its time, and of nothing that was held. Pure.

What an older version deleted has no signature. It is believed where no checkpoint up to the one that sealed its entry
was made by a version that signs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.audit.canonical import Recorded
from gateway.audit.drop_notes import MOST_BEFORE, lines_told, require_signed, shard_told, told_in
from gateway.audit.entry import Code
from gateway.audit.facts import moment
from gateway.audit.note import NoteRefused, Verifier
from gateway.audit.retention import Hold, later
from gateway.audit.shard import Shard


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with the entry of that number; `early`: it tells of what was not to go yet."""

    sequence: int
    what: str
    early: bool = False


class ToldDrops:
    """`hear` each entry that tells of a deletion, and `sealed` of each checkpoint, in their order."""

    def __init__(self, keys: Sequence[Verifier]) -> None:
        self._keys = keys
        self._unsigned: int | None = None  # the first of those that no checkpoint has sealed yet
        self._signing = False  # whether whoever made the newest checkpoint signs
        self._own = set[
            str
        ]()  # months that are gone, and ended when it was so: no older version deleted them
        self.unsigned: set[str] = set()
        """Months, as `Shard.told`, of which an older version told, and no signature since."""

    def hear(self, one: Recorded, holds: Iterable[Hold]) -> Doubt | None:
        """`holds`: as the log told of them until then."""
        origin = self._keys[0].name if self._keys else ""
        found = told_in(one.entry, origin)
        if found is None:
            self.unsigned.update(lines_told(one.entry))
            self._unsigned = one.sequence if self._unsigned is None else self._unsigned
            return None
        dropped, note = found
        try:
            require_signed(dropped, note, self._keys)
        except NoteRefused as refused:
            return Doubt(
                one.sequence, f"it tells of a deletion that the log's key did not sign: {refused.why}"
            )
        if not dropped.written <= one.sequence <= dropped.written + MOST_BEFORE:
            return Doubt(
                one.sequence, "the deletion that it tells of was signed for another place in the log"
            )
        if not self._own.isdisjoint(dropped.earlier):
            what = "it tells of a deletion by an older version, of a month in which the log's key signed each"
            return Doubt(one.sequence, what)
        self.unsigned.difference_update(dropped.told)
        goes = dropped.told[0] if dropped.told and one.entry.code is Code.LOG_SHARD_DROPPED else ""
        shard = shard_told(goes)
        return None if shard is None else _early(one, shard, dropped.months, holds)

    def sealed(self, *, signing: bool) -> Doubt | None:
        """`signing`: what the checkpoint says of whoever made it; once it is said it holds, whatever later ones say."""
        self._signing = self._signing or signing
        return self._judged()

    def gone(self, month: str, *, signing: bool) -> Doubt | None:
        """A month of which its last checkpoint alone is left. `month`: as `Shard.told`; `signing`: what that says."""
        found = self.sealed(signing=signing)
        if self._signing:
            self._own.add(month)
        return found

    def at_the_end(self) -> Doubt | None:
        """Of entries that no checkpoint has sealed yet the one before them says whether they are signed."""
        return self._judged()

    def _judged(self) -> Doubt | None:
        number, self._unsigned = self._unsigned, None
        if number is None or not self._signing:
            return None
        return Doubt(number, "it tells of a deletion, and the log's key signed none")


def _early(one: Recorded, shard: Shard, months: int, holds: Iterable[Hold]) -> Doubt | None:
    if later(moment(shard.ended), months) > one.received_at:
        return Doubt(one.sequence, f"it tells of a deletion before {months} months were over", early=True)
    for hold in holds:
        if hold.stands and hold.covers(shard):
            what = f"it tells of a deletion of what hold {hold.number} kept"
            return Doubt(one.sequence, what, early=True)
    return None
