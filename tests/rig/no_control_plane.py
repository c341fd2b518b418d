"""A node whose own control plane is away for as long as a test wants: the others answer for it."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.rig.fleet import PATIENCE, Node


@contextmanager
def no_control_plane(node: Node) -> Iterator[None]:
    """It is killed, and the one that is started in its place stands still before it does anything."""
    killed = node.child("control_plane_process")
    killed.kill()
    deadline = time.monotonic() + 10
    while True:
        try:
            again = node.child("control_plane_process")
            if again.pid != killed.pid:
                break
        except (StopIteration, psutil.Error):
            pass
        assert time.monotonic() < deadline
        time.sleep(0.002)
    again.suspend()
    try:
        yield
    finally:
        again.resume()


async def listens(node: Node) -> None:
    """Return when its own control plane hears commands."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_unix_connection(node.state / "run/control.sock")
                writer.close()
                return
            await asyncio.sleep(0.02)
