"""News of the replicas that wait for the control plane, of which there are never many.

Laws: a confirmation speaks for all that came before it, and names whom that named; of more than TOLD_AT_MOST pieces
about named people everybody is looked at; what is worth recording, and the last trouble, is never lost.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from idp.directory.sync.news import News
from idp.directory.sync.replica import Touched

TOLD_AT_MOST = 100


class WaitingNews:
    """In the event loop; one reads."""

    def __init__(self) -> None:
        self._waiting: list[News] = []
        self._some = asyncio.Event()

    def put(self, news: News) -> None:
        over = [one for one in self._waiting if _supersedes(news, one)]
        self._waiting = [one for one in self._waiting if one not in over]
        if news.confirmed:
            news = replace(news, touched=_together([news, *filter(_unconfirmed, over)]))
        if _unconfirmed(news):
            before = [one for one in self._waiting if _unconfirmed(one) and one.directory == news.directory]
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

    def behind(self, seen: Sequence[News]) -> list[News]:
        """Those that name somebody, but for those `seen`."""
        return [one for one in self._waiting if one.touched and not any(one is other for other in seen)]

    def recorded(self, news: News) -> News:
        """What was worth recording about it is recorded: from now on it is like any other."""
        plain = replace(news, first_of_its_kind=False)
        self._waiting = [plain if one is news else one for one in self._waiting]
        return plain

    def done(self, news: News) -> None:
        """It was heard to its end; until then a reader that fails gets it, or what superseded it, once more."""
        self._waiting = [one for one in self._waiting if one is not news]


def of_some(news: News) -> bool:
    """About named people, and nobody else."""
    return _unconfirmed(news) and news.touched is not None


def _unconfirmed(news: News) -> bool:
    """Neither confirms anything nor tells trouble."""
    return not news.confirmed and news.trouble is None


def _together(several: Sequence[News]) -> Touched:
    """All whom they name; None where one of them says that there are too many."""
    named = [one.touched for one in several if one.touched is not None]
    return frozenset[str]().union(*named) if len(named) == len(several) else None


def _supersedes(new: News, old: News) -> bool:
    if new.directory != old.directory or old.first_of_its_kind:
        return False
    if new.confirmed:
        return old.trouble is None
    return new.trouble is not None and old.trouble is not None
