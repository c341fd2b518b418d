"""News of the replicas that wait for the control plane, of which there are never many.

Laws: a confirmation speaks for all that came before it; of more than TOLD_AT_MOST pieces about named people everybody
is looked at; what is worth recording, and the last trouble, is never lost.
"""

import asyncio
from dataclasses import replace

from idp.directory.sync.news import News

TOLD_AT_MOST = 100


class WaitingNews:
    """In the event loop; one reads."""

    def __init__(self) -> None:
        self._waiting: list[News] = []
        self._some = asyncio.Event()

    def put(self, news: News) -> None:
        self._waiting = [one for one in self._waiting if not _supersedes(news, one)]
        if _of_some(news):
            before = [one for one in self._waiting if _of_some(one) and one.directory == news.directory]
            if len(before) >= TOLD_AT_MOST or any(one.touched is None for one in before):
                self._waiting = [one for one in self._waiting if one not in before]
                news = replace(news, touched=None)
        self._waiting.append(news)
        self._some.set()

    async def get(self) -> News:
        """The next one; waits for it. It stays the next one until it is `done`."""
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        return self._waiting[0]

    def recorded(self, news: News) -> News:
        """What was worth recording about it is recorded: from now on it is like any other."""
        plain = replace(news, first_of_its_kind=False)
        self._waiting = [plain if one is news else one for one in self._waiting]
        return plain

    def done(self, news: News) -> None:
        """It was heard to its end; until then a reader that fails gets it, or what superseded it, once more."""
        self._waiting = [one for one in self._waiting if one is not news]


def _of_some(news: News) -> bool:
    """Neither confirms anything nor tells trouble."""
    return not news.confirmed and news.trouble is None


def _supersedes(new: News, old: News) -> bool:
    if new.directory != old.directory or old.first_of_its_kind:
        return False
    if new.confirmed:
        return old.trouble is None
    return new.trouble is not None and old.trouble is not None
