"""Fetching what comes next while what came is being worked on: two of a server, a reader and a writer at a time."""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
DEPTH = 2  # items fetched before they are wanted
LOOK = 0.01  # seconds


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException | None
    """None: there is no more."""


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items in order, taken from `items` by a thread; what that raises is raised in its place.

    Whoever stops early ends the thread with the item it is fetching.
    """
    ready: queue.Queue[T | _Raised] = queue.Queue(DEPTH)
    stopping = threading.Event()

    def fetch() -> None:
        end = _Raised(None)
        try:
            for item in items:
                ready.put(item)
                if stopping.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            end = _Raised(error)
        ready.put(end)

    thread = threading.Thread(target=fetch, name="ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _Raised):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopping.set()
        while thread.is_alive():
            with suppress(queue.Empty):
                ready.get(timeout=LOOK)
