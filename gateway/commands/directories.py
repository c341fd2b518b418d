"""The replicas of all directories, kept current in threads beside the event loop; what happens is handed to it.

Of several nodes one does it, which leads; the others use what it keeps in the database.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from config.settings import Directory
from config.vocabulary import DirectoryName
from gateway.commands.directory_news import WaitingNews
from gateway.commands.directory_read import ReadInChild
from gateway.commands.state import State, now
from gateway.control import Step
from gateway.storage.directory import StoredReplica
from idp.directory.errors import DirectoryUnusable, NotReadYet
from idp.directory.pool import Pool
from idp.directory.sync.kinds import form_and_source
from idp.directory.sync.listening import Listener
from idp.directory.sync.marked import MarkedTelling
from idp.directory.sync.news import News, held_back
from idp.directory.sync.runner import Pace, Runner

FIRST_READ = timedelta(minutes=2)  # longer than a hundred thousand people take
STEP = 0.1  # seconds between two words of how far it is
ELSEWHERE = "another node reads the directories; say it there (its log has `fleet.leads`)"
CLOSING = 3.0  # seconds for threads to notice that they end


class Kept:
    """One directory: a thread that asks, two that listen where there is something to hear."""

    def __init__(self, settings: Directory, state: State, pace: Pace, tell: WaitingNews) -> None:
        self._loop, self._news = asyncio.get_running_loop(), tell
        replica = StoredReplica(state.database)
        self.known = asyncio.Event()
        """Something is kept of it, or it is known why nothing is."""
        if replica.standing(settings.name).generation is not None:
            self.known.set()
        _, source = form_and_source(settings, replica, now, pace.refresh)
        self._pool = Pool(settings)
        self._child = ReadInChild(state.database.place, settings, os.getpid())
        self.runner = Runner(settings, replica, source, self._pool, self._child, pace, now, self._told)
        self._listeners = [
            Listener(
                which,
                source,
                self._pool,
                lambda: replica.standing(settings.name).position,
                self.runner.push,
            )
            for which in (0, 1)
            if isinstance(source, MarkedTelling)
        ]
        bodies = [self.runner.run, *(one.run for one in self._listeners)]
        self._threads = [
            threading.Thread(target=body, name=f"sync-{settings.name}", daemon=True) for body in bodies
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Blocks until the threads have ended."""
        self.runner.stop()
        self._child.stop()
        for one in self._listeners:
            one.stop()
        for thread in self._threads:
            thread.join(CLOSING)
        self._pool.close()

    def _told(self, news: News) -> None:
        def arrived() -> None:
            self._news.put(news)
            self.known.set()

        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(arrived)


class Directories:
    """Made and used in the event loop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.news = WaitingNews()
        self._kept: dict[DirectoryName, Kept] = {}

    async def lead(self, *, leads: bool) -> None:
        """Begin to keep them, or leave that to another node."""
        if leads and not self._kept:
            facts = self._state.settings.facts
            pace = Pace(facts.refresh, facts.full)
            self._kept = {
                one.name: Kept(one, self._state, pace, self.news) for one in self._state.settings.directories
            }
            for one in self._kept.values():
                one.start()
        elif not leads:
            await self.close()

    async def as_kept(self) -> dict[DirectoryName, bool]:
        """Whether what the leading node keeps of each is what the directory says. Raises DatabaseUnusable."""
        replica = StoredReplica(self._state.database)
        names = [one.name for one in self._state.settings.directories]
        found = await asyncio.gather(*(asyncio.to_thread(replica.standing, name) for name in names))
        return {
            name: one.generation is not None and not one.trouble
            for name, one in zip(names, found, strict=True)
        }

    def look_again(self) -> None:
        """A command changed something."""
        for one in self._kept.values():
            one.runner.wake()

    async def first_read(self, stop: asyncio.Event) -> None:
        """Return when something is known of every directory, or why not; at once but for the very first start."""

        async def all_known() -> None:
            # another node may read them, in its own time
            while not self._kept and not all((await self.as_kept()).values()):  # noqa: ASYNC110
                await asyncio.sleep(STEP)
            for one in list(self._kept.values()):
                await one.known.wait()

        waits = [asyncio.create_task(all_known()), asyncio.create_task(_set(stop))]
        await asyncio.wait(waits, timeout=FIRST_READ.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()

    async def sync(self, name: str, *, full: bool) -> AsyncIterator[Step]:
        """Sync now, and say how far it is until it has ended. Implements `gateway.control.Sync`."""
        kept = self._kept.get(DirectoryName(name))
        if kept is None:
            ours = name in {one.name for one in self._state.settings.directories}
            why = ELSEWHERE if ours else f"no directory is called {name}"
            yield Step(ended=True, trouble=why)
            return
        answer = asyncio.wrap_future(kept.runner.want(full=full))
        while not answer.done():
            await asyncio.wait([answer], timeout=STEP)
            if (progress := kept.runner.progress) is not None:
                yield Step(people=progress.people, groups=progress.groups)
        try:
            held = await answer
        except NotReadYet as early:
            yield Step(ended=True, trouble=str(early), next_at=early.at)
        except DirectoryUnusable as trouble:
            yield Step(ended=True, trouble=str(trouble))
        else:
            yield Step(ended=True, trouble=str(held_back(kept.runner.name, held)) if held else "")

    async def close(self) -> None:
        kept, self._kept = self._kept, {}
        await asyncio.gather(*(asyncio.to_thread(one.stop) for one in kept.values()))


async def _set(event: asyncio.Event) -> None:
    await event.wait()
