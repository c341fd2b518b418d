"""Many rows at once, as far as each is right by itself: what takes nearly all of a verification's time.

Any process may find that out beside the one that holds the tree against the checkpoints, which then needs no more of a
row than its leaf and its time. What is not right, or tells of the log itself, is left to `verify`, which says what and
where. Pure.
"""

from array import array
from collections.abc import Iterable

from gateway.audit.brought import Brought, facts_brought
from gateway.audit.canonical import NotCanonical, read
from gateway.audit.facts import LATEST, facts_written
from gateway.audit.page import Sound
from gateway.audit.rebuilt import Rebuilding
from gateway.audit.tree import leaf_hash


class Reading:
    """Reads pages of rows. What it has seen makes it quicker; what it answers is the same."""

    def __init__(self, left_out: frozenset[str]) -> None:
        """`left_out`: codes of entries that `verify` must see itself."""
        self._left_out = left_out
        self._rebuilding = Rebuilding()

    def sound(self, rows: Iterable[Brought]) -> Sound | None:
        """None where one is not right or is left out, or where there is none."""
        leaves: list[bytes] = []
        received: array[int] = array("q")
        first: int | None = None
        following, last = 0, -LATEST
        holds = self._rebuilding.holds
        for row in rows:
            number, at, data, leaf = row[0], row[1], row[6], row[7]
            if type(data) is not bytes or leaf_hash(data) != leaf:
                return None
            if not holds(row) and not self._read(row, data):
                return None
            if first is None:
                first = following = number
            if number != following or at < last:
                return None
            following, last = number + 1, at
            leaves.append(leaf)
            received.append(at)
        if first is None:
            return None
        return Sound(first, b"".join(leaves), received)

    def _read(self, row: Brought, data: bytes) -> bool:
        """Of a row that is unlike those before it: what is left out is never learned, so it always comes here."""
        try:
            form = read(data)
        except NotCanonical:
            return False
        if form.code in self._left_out or facts_brought(row) != facts_written(form):
            return False
        self._rebuilding.learn(form.code, form.details)
        return True
