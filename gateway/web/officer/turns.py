"""Searches of one person: one runs, one waits, and more are refused; what nobody waits for is given up.

A search costs what its author likes, so nobody has more than one at work, in however many windows they ask.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from config.vocabulary import SubjectId
from gateway.audit.search import SearchTooLong
from gateway.web.desk import Desk, Handler, Page, Refused
from gateway.web.identity import ADMIN
from gateway.web.refusal import ShownRefusal, both

AT_ONCE = 2  # of one person: the one that runs, and the one that waits
LOOKED_EVERY = timedelta(milliseconds=250)  # whether the browser still waits
NOBODY_WAITS = 499  # nobody gets this answer; as other servers write it in their logs
SEARCHING = frozenset(
    {
        *("/", "/log", "/log/live", "/charts", "/answers/{name}", "/answers/{name}/accounts", "/export"),
        "/incidents/add",
    }
)
"""Pages whose answer takes a search that somebody may have chosen."""

SEARCHES_TOO_MANY = ShownRefusal(
    reason="searches_too_many",
    title=both(cs="Vaše hledání ještě běží", en="Your searches are still under way"),
    advice=both(
        cs="Jedno vaše hledání běží a další čeká. Počkejte, až skončí, nebo zavřete okna, ve kterých se hledá.",
        en="One of your searches runs and another waits. Wait until they end, or close the windows that search.",
    ),
)
SEARCH_TOO_LONG = ShownRefusal(
    reason="search_too_long",
    title=both(cs="Hledání trvá příliš dlouho", en="The search takes too long"),
    advice=both(
        cs="Zvolte kratší dobu nebo méně podmínek najednou a hledejte znovu.",
        en="Choose a shorter time or fewer conditions at once, and search again.",
    ),
)


@dataclass(slots=True)
class _Standing:
    here: int = 0
    running: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Turns:
    """Of this process."""

    _standing: defaultdict[SubjectId, _Standing] = field(default_factory=lambda: defaultdict(_Standing))

    @asynccontextmanager
    async def of(self, who: SubjectId) -> AsyncIterator[None]:
        """Raises Refused."""
        standing = self._standing[who]
        if standing.here >= AT_ONCE:
            raise Refused(SEARCHES_TOO_MANY, 429)
        standing.here += 1
        try:
            async with standing.running:
                yield
        finally:
            standing.here -= 1
            if not standing.here:
                del self._standing[who]

    def pages(self, desk: Desk, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages, of which those that search wait for their turn."""
        for page in pages:
            searches = page.method == "GET" and page.path in SEARCHING
            handler = self._in_turn(desk, page.handler) if searches else _ending(page.handler)
            yield Page(page.method, page.path, handler)

    def _in_turn(self, desk: Desk, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            async with self.of(desk.caller(request, ADMIN).subject):
                return await _ending(handler)(request)

        async def awaited(request: web.Request) -> web.StreamResponse:
            return await while_awaited(request, answer(request))

        return awaited


def _ending(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SearchTooLong:
            raise Refused(SEARCH_TOO_LONG, 503) from None

    return answer


async def while_awaited(request: web.Request, answer: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    """The answer, unless the browser goes meanwhile: then the work for it ends."""
    task = asyncio.ensure_future(answer)
    try:
        while not (await asyncio.wait({task}, timeout=LOOKED_EVERY.total_seconds()))[0]:
            if request.transport is None or request.transport.is_closing():
                return web.Response(status=NOBODY_WAITS)
        return task.result()
    finally:
        task.cancel()
