"""A child that was started before its parent became the supervisor. Standard library only."""

import asyncio
import contextlib
import os
import signal
import threading


class Adopted:
    """What the supervisor asks of `asyncio.subprocess.Process`, of a child that asyncio has not started.

    Made in the event loop.
    """

    def __init__(self, process: int) -> None:
        self.pid = process
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        threading.Thread(target=self._wait, name="waits for the adopted", daemon=True).start()

    async def wait(self) -> int:
        """Exit status, negative after a signal."""
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError once it has ended."""
        if self._ended.done():
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self) -> None:
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever would ask
            self._loop.call_soon_threadsafe(self._ended.set_result, status)
