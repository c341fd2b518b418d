"""The register of exceptions: who signs in by password alone; how an officer grants one, and ends it early."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from config.vocabulary import Action, SubjectId
from gateway.audit.entry import Entry
from gateway.sessions.assisted import Granted
from gateway.sessions.officers_act import NotDone
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.log import People as Known
from gateway.web.officer.looks import look
from gateway.web.officer.not_done import REFUSALS, done
from gateway.web.officer.people import People
from gateway.web.refusal import FORM_UNREADABLE
from idp.http.arrival import led_here_by_us

GRANTED, IN_VAIN, ENDED = "granted", "granted-in-vain", "ended"
DONE = frozenset({GRANTED, IN_VAIN, ENDED})


@dataclass(frozen=True, slots=True)
class Exceptions:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    known: Known
    people: People
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("POST", "/people/exception", self.grant),
            Page("GET", "/people/exception", self.people.people),  # the switch of languages of a refusal
            Page("GET", "/exceptions", self.register),
            Page("POST", "/exceptions/end", self.ask),
            Page(
                "GET", "/exceptions/end", self.register
            ),  # the switch of languages, or a reload, of that question
            Page("POST", "/exceptions/end/now", self.end),
            Page("GET", "/exceptions/end/now", self.register),
        )

    async def grant(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        form = await form_of(request, ["subject", "why", "until"])
        try:
            day = date.fromisoformat(form["until"])
        except ValueError:
            raise Refused(FORM_UNREADABLE, 400) from None
        subject, now = SubjectId(form["subject"]), self.desk.now()
        granting = self.known.grant(caller, subject, form["why"], day, origin=origin_of(request), now=now)
        try:
            opens = await done(granting)
        except Refused as refused:
            return await self.people.mended(request, subject, refused, form)
        raise web.HTTPSeeOther(f"/exceptions?done={GRANTED if opens else IN_VAIN}")

    async def register(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        granted = await self._looked_up(request, caller)
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        return await self.desk.show(
            request,
            "exceptions.html",
            caller,
            may_act=Action.ADMINISTER in caller.actions,
            granted=granted,
            running=sum(one.exception.runs(now) for one in granted),
            done=said if said in DONE else "",
        )

    async def ask(self, request: web.Request) -> web.Response:
        """Whose exception is to be ended, before it is."""
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject"])
        granted = await self._looked_up(request, caller, form["subject"])
        if not granted:
            raise Refused(REFUSALS[NotDone.NO_EXCEPTION], 409)
        return await self.desk.show(request, "exception_end.html", caller, one=granted[0])

    async def end(self, request: web.Request) -> web.Response:
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject"])
        subject = SubjectId(form["subject"])
        await done(self.known.end(caller, subject, origin=origin_of(request), now=self.desk.now()))
        raise web.HTTPSeeOther(f"/exceptions?done={ENDED}")

    async def _looked_up(
        self, request: web.Request, caller: Assertion, running_of: str | None = None
    ) -> Sequence[Granted]:
        """All, or those of one person that run. Recorded before anything is shown."""
        now = self.desk.now()
        found = [
            one
            for one in await self.known.register(caller, now)
            if running_of is None or (one.exception.subject == running_of and one.exception.runs(now))
        ]
        await self.record([look(request, caller, {"page": "exceptions"}, found=len(found), now=now)])
        return found
