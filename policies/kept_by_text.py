"""What was worked out of a text, kept as long as there is room: bounded by the characters of the texts, not by how many
there are, as whoever writes them chooses how long they are.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
SHARE = 8
"""A text that would take more than one of so many parts of the room is worked out anew each time."""


def kept_by_text(room: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """For pure functions of one text. `room`: characters of all texts by which something is kept: half of it by those
    of late, half by those before. Threads may lose each other's, and no more.
    """

    def keeping(work: Callable[[str], T]) -> Callable[[str], T]:
        late: dict[str, tuple[T]] = {}
        before: dict[str, tuple[T]] = {}
        taken = 0

        @wraps(work)
        def kept_or_worked_out(text: str) -> T:
            nonlocal late, before, taken
            if (known := late.get(text)) is not None:
                return known[0]
            found = before.get(text) or (work(text),)
            if len(text) * SHARE <= room:
                if taken + len(text) > room // 2:
                    late, before, taken = {}, late, 0
                late[text] = found
                taken += len(text)
            return found[0]

        return kept_or_worked_out

    return keeping
