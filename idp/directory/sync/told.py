"""What a runner was told or asked to do, and has not come to yet.

Laws: no more than WAITING things told wait; the answer to a question stands for all that was told before its changes
were asked for; while everybody is listed for one, no more than WAITING of them are taken in, lest it never end; what is
told is taken in as it was told: nothing older comes after something newer.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from idp.directory.sync.delta import Push
from idp.directory.sync.full_syncs import Outcome
from idp.directory.sync.wanted import Wanted

WAITING = 100  # things told and not yet taken in; each may hold entries


@dataclass(frozen=True, slots=True)
class FullSyncEnded:
    outcome: Outcome


Message = Push | Wanted | FullSyncEnded | None
"""None: ask."""


class Told:
    """`put` and `push` may be called from any thread, all else from the runner's."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._first = deque[Message]()  # put back, to come before what is in the queue
        self._behind = threading.Event()
        self._before = 0  # messages that came before the changes were asked for
        self._listed = False
        self._left = 0  # things told that may be taken in while everybody is listed

    @property
    def behind(self) -> bool:
        """Something that was told was dropped, and no question asked since."""
        return self._behind.is_set()

    def put(self, message: Message) -> None:
        self._messages.put(message)

    def push(self, what: Push) -> bool:
        """Whether a question has to come instead, and nobody was told so yet."""
        if self._waiting < WAITING:
            self._messages.put(what)
            return False
        first = not self._behind.is_set()
        self._behind.set()
        return first

    def next(self, seconds: float) -> Message:
        """None also where none came for so long."""
        if self._first:
            return self._first.popleft()
        with suppress(queue.Empty):
            return self._messages.get(timeout=max(0.0, seconds))
        return None

    def everything(self) -> list[Message]:
        return self._oldest(self._waiting)

    @property
    def _waiting(self) -> int:
        return len(self._first) + self._messages.qsize()

    def _oldest(self, number: int) -> list[Message]:
        return [self._first.popleft() if self._first else self._messages.get() for _ in range(number)]

    def question_begins(self) -> None:
        self._behind.clear()
        self._before, self._listed, self._left = self._waiting, False, WAITING

    def meanwhile(self, taken: Callable[[Push], bool]) -> None:
        """Between two pages of a list, after which changes are asked for: what waits is `taken`, until one is not."""
        self._listed = True
        for message in self.everything() if self._left else []:
            if self._left and not isinstance(message, Wanted | FullSyncEnded | None):
                self._left = self._left - 1 if taken(message) else 0
            else:
                self._first.append(message)
        self._before = self._waiting

    def question_answered(self) -> None:
        """What was told before is dropped. A wake that came while everybody was listed asks once more."""
        for message in self._oldest(self._before):
            if isinstance(message, Wanted | FullSyncEnded) or (message is None and self._listed):
                self._messages.put(message)
