"""An officer has a person read again in the directory, and sees what came of it.

What is shown is the entry that was recorded of it: nobody can be led to a page that says something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.search import Query, Search
from gateway.sessions.facts import CLOSED
from gateway.sessions.shown import SessionUnknown
from gateway.web.desk import Desk, Page, Refused, origin_of, session_of_form
from gateway.web.identity import ADMIN
from gateway.web.officer.details import details_of
from gateway.web.officer.log import Sessions
from gateway.web.officer.names import Names
from gateway.web.officer.rooms import SESSION_OVER
from gateway.web.refusal import PAGE_UNKNOWN
from idp.http.page import language_of


@dataclass(frozen=True, slots=True)
class Rechecks:
    desk: Desk
    log: Search
    sessions: Sessions
    names: Names

    def pages(self) -> Sequence[Page]:
        return (
            Page("POST", "/sessions/recheck", self.recheck),
            Page("GET", "/sessions/recheck", self.shown),  # a reload, or the switch of languages
        )

    async def recheck(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        session = await session_of_form(request)
        try:
            await self.sessions.recheck(caller, session, origin=origin_of(request), now=self.desk.now())
        except SessionUnknown:
            raise Refused(SESSION_OVER, 404) from None
        raise web.HTTPSeeOther("/sessions/recheck")

    async def shown(self, request: web.Request) -> web.Response:
        """The last one of the caller's own session."""
        caller = self.desk.caller(request, ADMIN)
        page = await self.log.page(
            Query(session=caller.sid, codes=frozenset({Code.PERSON_RECHECKED})), None, 1
        )
        found = next((one for one in page.entries if isinstance(one, Recorded)), None)
        if found is None:
            raise Refused(PAGE_UNKNOWN, 404)
        language = language_of(request, self.desk.pages.default_language)
        details = details_of(found.entry, language, self.names.municipality)
        wanted = ("gained", "lost", "ended", "stopped")
        return await self.desk.show(
            request,
            "recheck.html",
            caller,
            recorded=found,
            closed=found.entry.reason in CLOSED.values(),
            why=self.names.reasons.name(found.entry.reason),
            of=found.entry.details["of"],
            details={one.key: one.shown for one in details if one.key in wanted},
        )
