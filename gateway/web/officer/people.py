"""A person as directory and gateway know them now, and what an officer does so that they can sign in."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import Action, SubjectId
from gateway.audit.entry import Entry
from gateway.sessions.lost_factors import WHY_MAX
from gateway.sessions.officers_act import ActRefused, NotDone, TooLong, confirmed
from gateway.sessions.stronger import link
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import FIELD_LENGTH
from gateway.web.officer.log import LostFactors
from gateway.web.officer.log import People as Known
from gateway.web.officer.looks import look
from gateway.web.officer.not_done import DIRECTORY_AWAY, FRESH, REFUSALS, too_long
from gateway.web.refusal import FORM_UNREADABLE
from idp.directory.errors import DirectoryUnusable
from idp.http.account import roles_in_words
from idp.http.moments import PRAGUE
from idp.http.page import language_of
from idp.http.ways_of_proof import FACTORS
from idp.login.authenticator import AuthenticatorId
from idp.login.exception import REASON_MAX
from idp.login.spoken_code import written

T = TypeVar("T")
HOURS = (24, 8, 1)
"""How long a code may be good for, as it is offered."""
HOURS_TYPED = re.compile(r"[1-9]|1[0-9]|2[0-4]")
EVERYTHING = "all"
"""In the form that removes: not one of them, which is named by its identifier."""
GRANTED, IN_VAIN, ENDED = "granted", "granted-in-vain", "ended"
DONE = frozenset({GRANTED, IN_VAIN, ENDED})
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class People:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    known: Known
    lost: LostFactors
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/people", self.people),
            Page("POST", "/people/factors", self.remove),
            Page(
                "GET", "/people/factors", self.people
            ),  # the switch of languages of a refusal, as of all below
            Page("POST", "/people/enrolment-code", self.issue),
            Page("GET", "/people/enrolment-code", self.people),  # a reload: the code is shown once
            Page("POST", "/people/exception", self.grant),
            Page("GET", "/people/exception", self.people),
            Page("GET", "/exceptions", self.register),
            Page("POST", "/exceptions/end", self.end),
            Page("GET", "/exceptions/end", self.register),
        )

    async def people(self, request: web.Request) -> web.Response:
        """The form to look for somebody, and whoever answers to the login."""
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        login = request.query.get("login", "").strip()[:FIELD_LENGTH]
        try:
            found = await self.known.find(caller, login, now) if login else ()
        except DirectoryUnusable:
            raise Refused(DIRECTORY_AWAY, 503) from None
        language = language_of(request, self.desk.pages.default_language)
        await self._record_look(
            request, caller, {"page": "people"} | ({"user": login} if login else {}), len(found)
        )
        return await self.desk.show(
            request,
            "people.html",
            caller,
            may_act=Action.ADMINISTER in caller.actions,
            confirm="" if confirmed(caller, now) else link(NotDone.NOT_CONFIRMED, request.path_qs),
            fresh=FRESH,
            removed=request.query.get("done") == REMOVED,
            everything=EVERYTHING,
            why_max=WHY_MAX,
            login=login,
            found=found,
            roles=lambda one: roles_in_words(one.person, language, self.desk.municipality_name),
            kind=lambda one: FACTORS[one.factor].in_language(language),
            hours=HOURS,
            reason_max=REASON_MAX,
            today=now.astimezone(PRAGUE).date().isoformat(),
        )

    async def remove(self, request: web.Request) -> web.Response:
        """One authenticator, or all with the recovery codes; what is offered next is a code for a new one."""
        caller = self.desk.caller(request, ADMIN)
        form = await form_of(request, ["subject", "which", "why"])
        which = form["which"]
        person = await _done(
            self.lost.remove(
                caller,
                SubjectId(form["subject"]),
                None if which == EVERYTHING else AuthenticatorId(which),
                form["why"],
                origin=origin_of(request),
                now=self.desk.now(),
            )
        )
        raise web.HTTPSeeOther("/people?" + urlencode({"login": person.login, "done": REMOVED}))

    async def issue(self, request: web.Request) -> web.Response:
        """The code is on this answer and nowhere else ever again."""
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject", "hours"])
        if not HOURS_TYPED.fullmatch(form["hours"]):
            raise Refused(FORM_UNREADABLE, 400)
        issued = await _done(
            self.known.issue_code(
                caller,
                SubjectId(form["subject"]),
                timedelta(hours=int(form["hours"])),
                origin=origin_of(request),
                now=self.desk.now(),
            )
        )
        return await self.desk.show(
            request, "enrolment_code.html", caller, issued=issued, code=written(issued.code)
        )

    async def grant(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        form = await form_of(request, ["subject", "why", "until"])
        try:
            day = date.fromisoformat(form["until"])
        except ValueError:
            raise Refused(FORM_UNREADABLE, 400) from None
        opens = await _done(
            self.known.grant(
                caller,
                SubjectId(form["subject"]),
                form["why"],
                day,
                origin=origin_of(request),
                now=self.desk.now(),
            )
        )
        raise web.HTTPSeeOther(f"/exceptions?done={GRANTED if opens else IN_VAIN}")

    async def register(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        granted = await self.known.register(caller)
        await self._record_look(request, caller, {"page": "exceptions"}, len(granted))
        done = request.query.get("done", "")
        return await self.desk.show(
            request,
            "exceptions.html",
            caller,
            may_act=Action.ADMINISTER in caller.actions,
            granted=granted,
            running=sum(one.runs(now) for one in granted),
            done=done if done in DONE else "",
        )

    async def end(self, request: web.Request) -> web.Response:
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject"])
        subject = SubjectId(form["subject"])
        await _done(self.known.end(caller, subject, origin=origin_of(request), now=self.desk.now()))
        raise web.HTTPSeeOther(f"/exceptions?done={ENDED}")

    async def _record_look(
        self, request: web.Request, caller: Assertion, query: dict[str, str], found: int
    ) -> None:
        await self.record([look(request, caller, query, found=found, now=self.desk.now())])


async def _done(act: Awaitable[T]) -> T:
    """Raises Refused where it came to nothing."""
    try:
        return await act
    except TooLong as refused:
        raise Refused(too_long(refused.latest), 409) from None
    except ActRefused as refused:
        raise Refused(REFUSALS[refused.reason], 409) from None
    except DirectoryUnusable:
        raise Refused(DIRECTORY_AWAY, 503) from None
