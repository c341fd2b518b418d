"""SIGHUP from the first moment of a process on: what comes before anybody can act on it is remembered."""

import asyncio
import signal
from collections.abc import Callable


class Hangup:
    """Made in the main thread, before anything that takes time."""

    def __init__(self) -> None:
        self._missed = False
        signal.signal(signal.SIGHUP, self._remember)

    def _remember(self, *_: object) -> None:
        self._missed = True

    def heard_by(self, act: Callable[[], None]) -> None:
        """In the event loop: from now on `act` is called for each, and at once for those that came before."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, act)
        if self._missed:
            act()
