"""What was worked out of a text, kept as long as there is room: bounded by the characters of the texts, not by how many
there are, as whoever writes them chooses how long they are.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
SHARE = 8
"""A text that would take more than one of so many parts of the room is worked out anew each time."""


def kept_by_text(room: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """For pure functions of one text. `room`: characters of all texts by which something is kept."""

    def keeping(work: Callable[[str], T]) -> Callable[[str], T]:
        kept: OrderedDict[str, T] = OrderedDict()
        lock, taken = Lock(), 0

        @wraps(work)
        def kept_or_worked_out(text: str) -> T:
            nonlocal taken
            with lock:
                if text in kept:
                    kept.move_to_end(text)
                    return kept[text]
            found = work(text)
            if len(text) * SHARE > room:
                return found
            with lock:
                if text not in kept:
                    kept[text] = found
                    taken += len(text)
                while taken > room:
                    taken -= len(kept.popitem(last=False)[0])
            return found

        return kept_or_worked_out

    return keeping
