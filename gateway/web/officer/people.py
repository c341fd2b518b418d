"""A person as directory and gateway know them now, and what an officer does so that they can sign in.

Exceptions have pages of their own: `exceptions.py`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, DeviceId, SubjectId
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query, Search
from gateway.sessions.assisted import Found, Issued
from gateway.sessions.lost_factors import WHY_MAX
from gateway.sessions.officers_act import NotDone, confirmed
from gateway.sessions.shown import LiveSession
from gateway.sessions.stronger import link
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import FIELD_LENGTH
from gateway.web.officer.log import LostFactors, Sessions
from gateway.web.officer.log import People as Known
from gateway.web.officer.looks import look
from gateway.web.officer.not_done import DIRECTORY_AWAY, FRESH, REFUSALS, done
from gateway.web.officer.shown_once import ShownOnce
from gateway.web.refusal import FORM_UNREADABLE
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from idp.directory.same_person import OtherAccounts, same_person
from idp.http.account import roles_in_words
from idp.http.arrival import led_here_by_us
from idp.http.moments import PRAGUE
from idp.http.page import language_of
from idp.http.ways_of_proof import FACTORS
from idp.login.authenticator import AuthenticatorId
from idp.login.exception import REASON_MAX
from idp.login.spoken_code import written

HOURS = (24, 8, 1)
"""How long a code may be good for, as it is offered."""
HOURS_TYPED = re.compile(r"[1-9]|1[0-9]|2[0-4]")
EVERYTHING = "all"
"""In the form that removes: not one of them, which is named by its identifier."""
REMOVED, LIFTED = "removed", "lifted"
DONE = frozenset({REMOVED, LIFTED})
MENDABLE = frozenset(
    {
        NotDone.REMOVAL_UNEXPLAINED,
        NotDone.ONLY_FACTOR,
        NotDone.FACTOR_UNKNOWN,
        NotDone.LIFTING_UNEXPLAINED,
        NotDone.WHY_UNUSABLE,
        NotDone.DAY_OVER,
        NotDone.TOO_LONG,
    }
)
"""What the form itself can mend, so it is shown once more with what was typed."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What was looked for, and who was found."""

    text: str
    found: Sequence[Found]
    others: Sequence[Person] = ()
    """Whose name or login has the text in it."""
    more: bool = False
    """There are still others."""


@dataclass(frozen=True, slots=True)
class People:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    known: Known
    lost: LostFactors
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    log: Search
    sessions: Sessions
    issued: ShownOnce[Issued] = field(default_factory=ShownOnce)
    others: OtherAccounts = field(kw_only=True)
    """Which accounts are one person's."""

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/people", self.people),
            Page("POST", "/people/factors", self.remove),
            Page(
                "GET", "/people/factors", self.people
            ),  # the switch of languages of a refusal, as of all below
            Page("POST", "/people/block", self.lift),
            Page("GET", "/people/block", self.people),
            Page("POST", "/people/enrolment-code", self.issue),
            Page("GET", "/people/enrolment-code", self.code),
        )

    async def people(self, request: web.Request) -> web.Response:
        """The form to look for somebody, and whoever is meant."""
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        text = request.query.get("login", "").strip()[:FIELD_LENGTH]
        try:
            sought = await self._sought(caller, text, now)
        except DirectoryUnusable:
            raise Refused(DIRECTORY_AWAY, 503) from None
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        return await self.show(request, caller, sought, done=said if said in DONE else "")

    async def mended(
        self, request: web.Request, subject: SubjectId, refused: Refused, entered: Mapping[str, str]
    ) -> web.Response:
        """The same form once more, where it can mend what is wrong. Raises Refused where it cannot."""
        if refused.refusal.reason not in MENDABLE:
            raise refused
        return await self.again(request, subject, NotDone(refused.refusal.reason), entered)

    async def again(
        self, request: web.Request, subject: SubjectId, reason: NotDone, entered: Mapping[str, str]
    ) -> web.Response:
        """The person's page once more, with what was typed and what is wrong with it."""
        caller = self.desk.caller(request, ADMIN)
        try:
            found = await self.known.one(caller, subject, self.desk.now())
        except DirectoryUnusable:
            raise Refused(DIRECTORY_AWAY, 503) from None
        if not found:
            raise Refused(REFUSALS[NotDone.PERSON_UNKNOWN], 409)
        sought = Sought(found[0].person.login, found)
        response = await self.show(request, caller, sought, status=409, wrong=reason, entered=entered)
        response.headers[REASON_HEADER] = reason
        return response

    async def show(
        self,
        request: web.Request,
        caller: Assertion,
        sought: Sought,
        *,
        wrong: NotDone | None = None,
        entered: Mapping[str, str] | None = None,
        done: str = "",
        status: int = 200,
    ) -> web.Response:
        """Recorded before anything is shown."""
        now, language = self.desk.now(), language_of(request, self.desk.pages.default_language)
        query = {"page": "people"} | ({"user": sought.text} if sought.text else {})
        found = len(sought.found) + len(sought.others)
        await self.record([look(request, caller, query, found=found, now=now)])
        live = await self.sessions.live(caller, now) if sought.found else ()
        there = f"/people?{urlencode({'login': sought.text})}" if wrong else request.path_qs
        return await self.desk.show(
            request,
            "people.html",
            caller,
            status=status,
            may_act=Action.ADMINISTER in caller.actions,
            confirm="" if confirmed(caller, now) else link(NotDone.NOT_CONFIRMED, there),
            fresh=FRESH,
            everything=EVERYTHING,
            why_max=WHY_MAX,
            sought=sought,
            roles=lambda one: roles_in_words(one.person, language, self.desk.municipality_name),
            kind=lambda one: FACTORS[one.factor].in_language(language),
            signed_in={one.person.subject: await self._last_sign_in(one) for one in sought.found},
            live={
                one.person.subject: sum(session.subject == one.person.subject for session in live)
                for one in sought.found
            },
            others=self.others,
            theirs=lambda subject: same_person(caller.subject, subject, self.others),
            devices={one.person.subject: _devices(one.person.subject, live).values() for one in sought.found},
            hours=HOURS,
            reason_max=REASON_MAX,
            today=now.astimezone(PRAGUE).date(),
            latest=self.known.latest_day(now),
            wrong=wrong.value if wrong is not None else "",
            refusal=REFUSALS[wrong] if wrong is not None else None,
            entered=entered or {},
            done=done,
        )

    async def remove(self, request: web.Request) -> web.Response:
        """One authenticator, or all with the recovery codes; what is offered next is a code for a new one."""
        caller = self.desk.caller(request, ADMIN)
        form = await form_of(request, ["subject", "which", "why"])
        which, subject = form["which"], SubjectId(form["subject"])
        removing = self.lost.remove(
            caller,
            subject,
            None if which == EVERYTHING else AuthenticatorId(which),
            form["why"],
            origin=origin_of(request),
            now=self.desk.now(),
        )
        try:
            person = await done(removing)
        except Refused as refused:
            return await self.mended(request, subject, refused, form)
        raise web.HTTPSeeOther("/people?" + urlencode({"login": person.login, "done": REMOVED}))

    async def lift(self, request: web.Request) -> web.Response:
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject", "why"])
        subject, why = SubjectId(form["subject"]), form["why"]
        lifting = self.known.lift(caller, subject, why, origin=origin_of(request), now=self.desk.now())
        try:
            person = await done(lifting)
        except Refused as refused:
            return await self.mended(request, subject, refused, form)
        raise web.HTTPSeeOther("/people?" + urlencode({"login": person.login, "done": LIFTED}))

    async def issue(self, request: web.Request) -> web.Response:
        """Made once; the page behind the redirect shows it once, so that a reload makes no other."""
        caller, form = self.desk.caller(request, ADMIN), await form_of(request, ["subject", "hours"])
        if not HOURS_TYPED.fullmatch(form["hours"]):
            raise Refused(FORM_UNREADABLE, 400)
        issued = await done(
            self.known.issue_code(
                caller,
                SubjectId(form["subject"]),
                timedelta(hours=int(form["hours"])),
                origin=origin_of(request),
                now=self.desk.now(),
            )
        )
        self.issued.keep(caller.sid, issued, self.desk.now())
        raise web.HTTPSeeOther("/people/enrolment-code")

    async def code(self, request: web.Request) -> web.Response:
        """The code is on this answer and nowhere else ever again."""
        caller = self.desk.caller(request, ADMIN)
        issued = self.issued.take(caller.sid, self.desk.now()) if request.method == "GET" else None
        return await self.desk.show(
            request,
            "enrolment_code.html",
            caller,
            issued=issued,
            code=written(issued.code) if issued is not None else "",
        )

    async def _sought(self, caller: Assertion, text: str, now: datetime) -> Sought:
        """Whoever has that login; else, or beside them, whose name or login has the words in it."""
        if not text:
            return Sought(text, ())
        found = await self.known.find(caller, text, now)
        fitting, more = await self.known.fitting(caller, text)
        if not found and len(fitting) == 1:
            found = await self.known.one(caller, fitting[0].subject, now)
        shown = {one.person.subject for one in found}
        return Sought(text, found, [one for one in fitting if one.subject not in shown], more)

    async def _last_sign_in(self, one: Found) -> datetime | None:
        asked = Query(person=one.person.subject, codes=frozenset({Code.SIGN_IN_COMPLETED}))
        for entry in (await self.log.page(asked, None, 1)).entries:
            return entry.entry.at if isinstance(entry, Recorded) else None
        return None


def _devices(subject: SubjectId, live: Sequence[LiveSession]) -> Mapping[DeviceId, LiveSession]:
    """A session for each device that somebody is signed in with."""
    return {one.device: one for one in live if one.subject == subject and one.device}
