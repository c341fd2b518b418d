"""The log as it grows: a page that asks again and again for what was added and fits the filters.

Opening it is recorded as a reading. A page that asks again names that reading, and is answered as long as the log has
it: of the same session, with the same filters, and not older than `FOLLOWED_FOR`. So nobody follows unrecorded, an
unattended screen stops by itself, and any node of a fleet can answer (docs/decisions/0120).
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.purposes import PurposeOf
from gateway.audit.search import NEWS, News, Query, Search, TooManyPeople
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.conditions import conditions_shown
from gateway.web.officer.filters import Filters, filters_of
from gateway.web.officer.kinds import OUTCOMES, kind_of
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.officer.places_hidden import HiddenPlaces
from gateway.web.officer.reach import Reach
from gateway.web.refusal import ShownRefusal, both
from idp.http.page import language_of

FOLLOWED_FOR = timedelta(minutes=10)  # less than a session may idle: each question counts as activity
ASKED_EVERY = timedelta(seconds=4)
LOOKED_AGAIN = timedelta(seconds=10)  # by a browser without script: the page as a whole
KEPT = 200  # rows of the page
WINDOWS = 5  # of a session that are answered, the newest
LOOKS = 50  # of a session among which an opening is looked for
AT_ONCE = 8  # questions that are answered at once, of everybody together
TOKEN = re.compile(r"[0-9a-f]{16}")

FOLLOWING_OVER = ShownRefusal(
    reason="following_over",
    title=both(cs="Sledování skončilo", en="Following is over"),
    advice=both(
        cs="Otevřete sledování znovu ze záznamu. Po deseti minutách se samo zastaví.",
        en="Open it again from the log. It stops by itself after ten minutes.",
    ),
)
FOLLOWERS_TOO_MANY = ShownRefusal(
    reason="followers_too_many",
    title=both(cs="Záznam sleduje příliš mnoho oken", en="Too many windows follow the log"),
    advice=both(cs="Stránka se zeptá znovu sama.", en="The page asks again by itself."),
)


@dataclass(frozen=True, slots=True)
class Following:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    log: Search
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    names: Names
    reach: Reach
    purpose_of: PurposeOf
    places: HiddenPlaces
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def pages(self) -> Sequence[Page]:
        return (Page("GET", "/log/live", self.opened), Page("GET", "/log/live/news", self.news))

    async def opened(self, request: web.Request) -> web.Response:
        """The page; with the name of its opening, the page looked at again without script."""
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        filters = filters_of(request.query, caller.subject)
        token, again = request.query.get("follow", ""), "follow" in request.query
        over = again and not await self._stands(request, caller, filters, token)
        found, too_many = News((), 0, 0, 0), False
        if not over and not filters.unreadable:
            found, too_many = await self._newest(caller, filters)
        if not again:
            token = secrets.token_hex(8)
            asked = _asked(token, filters)
            await self.record([look(request, caller, asked, found=len(found.entries), now=now)])
        following, bounded = filters.address(follow=token), self.reach.of(caller) is not None
        place = self.places.told(found.end, caller, bounded=bounded)
        response = await self.desk.show(
            request,
            "log_live.html",
            caller,
            status=410 if over else 400 if filters.unreadable or too_many else 200,
            found=tuple(reversed(found.entries)),
            filters=filters,
            conditions=conditions_shown(
                filters.used, self.names, language_of(request, self.desk.pages.default_language)
            ),
            too_many=too_many,
            over=over,
            watched=again and not over and request.query.get("watch") == "1",
            news=f"/log/live/news{following}&after={place}",
            again=f"/log/live{following}",
            every=ASKED_EVERY.total_seconds(),
            kept=KEPT,
            minutes=int(FOLLOWED_FOR.total_seconds() // 60),
            purpose=await self.purpose_of(caller.sid),
            names=self.names,
            kind_of=kind_of,
            outcomes=OUTCOMES,
            bounded=bounded,
        )
        if again and not over and request.query.get("watch") == "1":
            response.headers["Refresh"] = str(int(LOOKED_AGAIN.total_seconds()))
        return response

    async def news(self, request: web.Request) -> web.Response:
        """Rows for the page's script: what was added behind `after`, the newest first."""
        caller = self.desk.caller(request, ADMIN)
        filters = filters_of(request.query, caller.subject)
        bounded = self.reach.of(caller) is not None
        after = self.places.read(request.query.get("after", ""), caller, bounded=bounded)
        if self.room.locked():
            raise Refused(FOLLOWERS_TOO_MANY, 429)
        async with self.room:
            stands = await self._stands(request, caller, filters, request.query.get("follow", ""))
            if after is None or filters.unreadable or not stands:
                raise Refused(FOLLOWING_OVER, 410)
            try:
                found = await self.reach.log(self.log, caller).behind(filters.query, after)
            except TooManyPeople:
                raise Refused(FOLLOWING_OVER, 410) from None
        return self.desk.pages.respond(
            request,
            "log_news.html",
            found=found,
            after=self.places.told(found.end, caller, bounded=bounded),
            bounded=bounded,
            rows=tuple(reversed(found.entries)),
            at=self.desk.now(),
            names=self.names,
            kind_of=kind_of,
            outcomes=OUTCOMES,
        )

    async def _newest(self, caller: Assertion, filters: Filters) -> tuple[News, bool]:
        """What stands already, and from where on it is new; and whether the person's name fits too many people."""
        log = self.reach.log(self.log, caller)
        try:
            end = (await log.behind(filters.query, FARTHEST)).end
            page = await log.page(filters.query, None, NEWS)
        except TooManyPeople:
            return News((), 0, 0, 0), True
        return News(tuple(one for one in reversed(page.entries)), 0, 0, end), False

    async def _stands(self, request: web.Request, caller: Assertion, filters: Filters, token: str) -> bool:
        """The log has the opening: this session's, with these filters, among its newest, and not too old."""
        if not TOKEN.fullmatch(token):
            return False
        now = self.desk.now()
        looks = Query(session=caller.sid, codes=frozenset({Code.LOG_SEARCHED}), since=now - FOLLOWED_FOR)
        page = await self.log.page(looks, None, LOOKS)
        told = [str(one.entry.details.get("query")) for one in page.entries if isinstance(one, Recorded)]
        openings = [one for one in told if one.startswith("page=live, ")][:WINDOWS]
        meant = look(request, caller, _asked(token, filters), found=0, now=now).details["query"]
        return meant in openings


FARTHEST = 2**62
"""Behind every number: nothing is behind it."""


def _asked(token: str, filters: Filters) -> dict[str, str]:
    return {"page": "live", "follow": token} | filters.used
