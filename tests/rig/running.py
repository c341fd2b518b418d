"""A runner and its listeners beside a real directory; what they tell is what the product lives on."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from idp.directory.sync.full import FullSync
from idp.directory.sync.listening import Listener
from idp.directory.sync.news import News
from idp.directory.sync.replica import Hold
from idp.directory.sync.runner import Pace, Runner
from tests.rig.replica import LIMIT
from tests.rig.slapd import Directory
from tests.rig.synced import Synced, now, synced

PATIENCE = 10.0  # seconds; a loaded machine needs more than the usual tenth
SELDOM = Pace(timedelta(hours=1), timedelta(hours=24))
OFTEN = Pace(timedelta(milliseconds=50), timedelta(hours=24))


class Running:
    def __init__(self, office: Synced, pace: Pace, clock: Callable[[], datetime]) -> None:
        self.office, self.name = office, office.settings.name
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self.runner = Runner(
            office.settings,
            office.replica,
            office.source,
            office.pool,
            self._read,
            pace,
            clock,
            self._news.put,
        )
        self.listeners = [
            Listener(
                which,
                office.source,
                office.pool,
                lambda: office.replica.standing(self.name).position,
                self.runner.push,
            )
            for which in (0, 1)
        ]
        bodies = [self.runner.run, *(one.run for one in self.listeners)]
        self.threads = [threading.Thread(target=body) for body in bodies]

    def _read(self, told: Callable[..., None]) -> Hold | None:
        office = self.office
        return office.pool.run_here(
            FullSync(self.name, office.form, office.source, office.replica, LIMIT, now, told)
        )

    def hear(self, wanted: Callable[[News], bool], patience: float = PATIENCE) -> News:
        """The next news of that kind."""
        until = time.monotonic() + patience
        while True:
            news = self._news.get(timeout=max(0.0, until - time.monotonic()))
            if wanted(news):
                return news

    def heard(self) -> list[News]:
        found = []
        while not self._news.empty():
            found.append(self._news.get())
        return found


@contextmanager
def running(
    directory: Directory,
    folder: Path,
    pace: Pace = SELDOM,
    *,
    clock: Callable[[], datetime] = now,
    source: Callable[[Any], Any] = lambda real: real,
    **settings: Any,
) -> Iterator[Running]:
    """`source`: made of the real one."""
    with synced(folder, directory.settings(**settings)) as office:
        office.source = source(office.source)
        made = Running(office, pace, clock)
        for thread in made.threads:
            thread.start()
        try:
            yield made
        finally:
            for one in (made.runner, *made.listeners):
                one.stop()
            for thread in made.threads:
                thread.join(PATIENCE)
            assert not any(thread.is_alive() for thread in made.threads)


def confirmed(news: News) -> bool:
    return news.confirmed


def in_trouble(news: News) -> bool:
    return news.trouble is not None
