"""What was passed as it stood, since nothing proved it, and is looked at again until something does. Pure.

Laws: what is in it leaves only once it is proven, or is read anyway; it may hold more than was passed so, as memory is
bounded and neighbours are joined then, never less. Ranges are kept with the place, so that a process that ends loses
none; what was heard of them is known to this process alone, and heard twice rather than never.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from gateway.audit.canonical import Recorded
from gateway.audit.doubted import Doubted

MOST = 100  # ranges; and spans of which it is known what was heard
PIECES = 100  # looked at at once, of so many numbers as a span has
Range = tuple[int, int]
"""Of numbers: the first, and the one behind the last."""


class Unproven:
    """It outlives each beginning, as whoever changes a row of the database can make alerts begin anew each time."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self.ranges = _joined(ranges)
        self._heard: deque[tuple[Range, tuple[Recorded, ...]]] = deque(maxlen=MOST)
        self._looked_at = 0
        self.doubted = Doubted()

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def passed(self, first: int, behind: int, heard: tuple[Recorded, ...]) -> None:
        self.ranges = _joined([*self.ranges, (first, behind)])
        self._heard.append(((first, behind), heard))

    def kept(self, ranges: Iterable[Range]) -> None:
        """By whoever looked before."""
        self.ranges = _joined([*self.ranges, *ranges])

    def read_from(self, following: int) -> None:
        """What is behind it is read anyway."""
        self.ranges = [(first, min(behind, following)) for first, behind in self.ranges if first < following]
        self._forget()

    def proven(self, piece: Range) -> None:
        """And what was not heard of it is, by now."""
        first, behind = piece
        left = [
            part
            for one in self.ranges
            for part in ((one[0], min(one[1], first)), (max(one[0], behind), one[1]))
        ]
        self.ranges = _joined(part for part in left if part[0] < part[1])
        self._forget()

    def unheard(self, found: Iterable[Recorded], piece: Range) -> list[Recorded]:
        known = [recorded for _, heard in self._heard for recorded in heard]
        return [one for one in found if piece[0] <= one.sequence < piece[1] and one not in known]

    def pieces(self, width: int) -> Sequence[Range]:
        """The next ones to be looked at, in turn: one that stays as it is keeps no other from it."""
        all_of = [
            (number, min(number + width, behind))
            for first, behind in self.ranges
            for number in range(first, behind, width)
        ]
        ahead = [one for one in all_of if one[0] >= self._looked_at]
        found = list(islice([*ahead, *(one for one in all_of if one[0] < self._looked_at)], PIECES))
        if found:
            self._looked_at = found[-1][1]
        return found

    def _forget(self) -> None:
        self._heard = deque(
            (one for one in self._heard if any(a < one[0][1] and one[0][0] < b for a, b in self.ranges)), MOST
        )


def to_text(ranges: Iterable[Range]) -> str:
    return " ".join(f"{first}-{behind}" for first, behind in ranges)


def from_text(text: str) -> list[Range]:
    """Inverse of `to_text`, of what bears a mark of ours."""
    return [(int(first), int(behind)) for first, _, behind in (one.partition("-") for one in text.split())]


def _joined(ranges: Iterable[Range]) -> list[Range]:
    """In order, none overlapping, and at most `MOST`: what is nearest to each other is joined first."""
    found: list[Range] = []
    for first, behind in sorted(ranges):
        if found and first < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], behind))
        else:
            found.append((first, behind))
    while len(found) > MOST:
        at = min(range(len(found) - 1), key=lambda one: (found[one + 1][1] - found[one][0], one))
        found[at : at + 2] = [(found[at][0], found[at + 1][1])]
    return found
