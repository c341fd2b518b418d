"""When time alone will change what a directory says of people who are signed in: it is looked at again just then."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.vocabulary import SubjectId
from idp.directory.person import Person

LONGEST = timedelta(minutes=1)  # between two looks at the clock, which may be set


@dataclass(frozen=True, slots=True)
class Next:
    """What there is to do now."""

    opened: frozenset[SubjectId] = frozenset()
    """Of whom nobody has looked up yet what time will change."""
    due: frozenset[SubjectId] = frozenset()


@dataclass(slots=True)
class Timetable:
    """In the event loop; one waits."""

    _moments: dict[SubjectId, datetime] = field(default_factory=dict)
    _opened: set[SubjectId] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, subject: SubjectId) -> None:
        """A session of theirs has begun."""
        self._opened.add(subject)
        self._news.set()

    def note(self, people: Iterable[Person]) -> None:
        """They were looked at just now."""
        for one in people:
            if one.changes_at is not None:
                self._moments[one.subject] = one.changes_at
                self._news.set()
            else:
                self._moments.pop(one.subject, None)

    async def next(self, clock: Callable[[], datetime]) -> Next:
        """Wait until there is something to do; it is told once."""
        while not (found := self._take(clock())):
            self._news.clear()
            left = min(self._moments.values(), default=clock() + LONGEST) - clock()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(min(left, LONGEST), timedelta()).total_seconds()):
                    await self._news.wait()
        return found

    def _take(self, now: datetime) -> Next | None:
        due = frozenset(subject for subject, at in self._moments.items() if at <= now)
        for subject in due:
            del self._moments[subject]
        opened, self._opened = frozenset(self._opened), set()
        return Next(opened, due) if opened or due else None
