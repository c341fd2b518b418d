"""Signs of life: the event loop of a process gives them, the supervisor hears them. Standard library only.

- The loop itself gives the sign, so whatever holds the loop holds the sign; nobody is asked anything.
- Silence is counted in the supervisor's own looks and not by the clock: while it was late itself, because the machine
  was suspended or has no time for anybody, next to nothing counts.
- Before its first sign a process is starting, and has far more patience.
"""

import asyncio
import contextlib
import faulthandler
import os
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

LIFE = "BRANA_LIFE"  # of a process's environment: descriptor into which it gives its signs
SIGN_EVERY = 1.0  # seconds
LOOK_EVERY = 1.0
STARTING = 600.0  # seconds before a first sign: imports, and reading the database, on a very slow machine
T = TypeVar("T")


async def giving_signs(work: Coroutine[Any, Any, T]) -> T:
    """`work`, and signs for as long as its loop runs. SIGABRT tells from here on where all threads are."""
    faulthandler.enable()
    _begin()
    return await work


def _begin() -> None:
    number = os.environ.pop(LIFE, None)
    if number is None:  # nobody listens
        return
    loop, pipe = asyncio.get_running_loop(), int(number)
    os.set_inheritable(pipe, False)

    def sign() -> None:
        with contextlib.suppress(OSError):  # a full pipe is heard as well as one sign
            os.write(pipe, b".")
        loop.call_later(SIGN_EVERY, sign)

    sign()


class Ear:
    """The end of the pipe at which the supervisor hears one process; `mouth` is what the process gets."""

    def __init__(self, pipe: int | None = None) -> None:
        """`pipe`: our end of one whose other end a process has already."""
        self._pipe, self.mouth = os.pipe() if pipe is None else (pipe, -1)
        for end in (self._pipe, self.mouth):
            if end >= 0:
                os.set_blocking(end, False)

    def given_away(self) -> None:
        """The process has its end."""
        os.close(self.mouth)

    def heard(self) -> bool:
        """Whether there was any sign since the last look."""
        try:
            return os.read(self._pipe, 65_536) != b""
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._pipe)


@dataclass(slots=True)
class Silence:
    """How long one process has given no sign. `bound`, `starting`: seconds that it may."""

    bound: float
    starting: float = STARTING
    seconds: float = 0.0
    begun: bool = False

    def too_long(self, *, heard: bool, passed: float) -> bool:
        """At one look of the supervisor's, `passed` seconds after the last."""
        if heard:
            self.begun, self.seconds = True, 0.0
        else:
            self.seconds += min(passed, LOOK_EVERY)
        return self.seconds >= (self.bound if self.begun else self.starting)
