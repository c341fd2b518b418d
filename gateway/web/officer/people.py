"""A person as directory and gateway know them now, and what an officer does so that they can sign in."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from aiohttp import web

from config.vocabulary import Action, SubjectId
from gateway.audit.entry import Entry
from gateway.sessions.assistance import ActRefused, NotDone, TooLong
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import FIELD_LENGTH
from gateway.web.officer.log import People as Known
from gateway.web.officer.looks import look
from gateway.web.refusal import FORM_UNREADABLE, ShownRefusal, both
from idp.directory.errors import DirectoryUnusable
from idp.http.account import roles_in_words
from idp.http.moments import PRAGUE
from idp.http.page import language_of
from idp.http.ways_of_proof import FACTORS
from idp.login.exception import REASON_MAX
from idp.login.spoken_code import written

T = TypeVar("T")
HOURS = (24, 8, 1)
"""How long a code may be good for, as it is offered."""
HOURS_TYPED = re.compile(r"[1-9]|1[0-9]|2[0-4]")
DONE = frozenset({"granted", "ended"})

DIRECTORY_AWAY = ShownRefusal(
    reason="directory_unreachable",
    title=both(cs="Adresář úřadu teď neodpovídá", en="The office directory does not answer now"),
    advice=both(
        cs="Nic jsme neprovedli. Zkuste to za chvíli znovu.", en="Nothing was done. Try again in a moment."
    ),
)
REFUSALS: Mapping[NotDone, ShownRefusal] = {
    NotDone.FOR_ONESELF: ShownRefusal(
        reason=NotDone.FOR_ONESELF,
        title=both(cs="Pro sebe to udělat nemůžete", en="You cannot do this for yourself"),
        advice=both(cs="Požádejte o to jiného správce.", en="Ask another officer to do it."),
    ),
    NotDone.PERSON_UNKNOWN: ShownRefusal(
        reason=NotDone.PERSON_UNKNOWN,
        title=both(cs="Tuto osobu adresář nezná", en="No directory knows this person"),
        advice=both(cs="Vyhledejte ji znovu.", en="Look for the person again."),
    ),
    NotDone.FACTOR_HELD: ShownRefusal(
        reason=NotDone.FACTOR_HELD,
        title=both(cs="Osoba už má způsob ověření", en="The person has a second factor already"),
        advice=both(
            cs="Další si přidá s ním, na stránce Můj účet. Pokud ho ztratila, musí se nejprve odebrat: "
            "brana user reset-factor.",
            en="Another one is added with it, at My account. If it is lost it is removed first: "
            "brana user reset-factor.",
        ),
    ),
    NotDone.NEVER_EXCEPTED: ShownRefusal(
        reason=NotDone.NEVER_EXCEPTED,
        title=both(
            cs="Správci ani manažerovi bezpečnosti výjimku povolit nelze",
            en="No exception for administrators and security officers",
        ),
        advice=both(cs="Místo toho vydejte kód k přidání ověření.", en="Issue an enrolment code instead."),
    ),
    NotDone.WHY_UNUSABLE: ShownRefusal(
        reason=NotDone.WHY_UNUSABLE,
        title=both(cs="Chybí důvod výjimky", en="The exception has no reason"),
        advice=both(
            cs=f"Vraťte se a napište důvod, nejvýše {REASON_MAX} znaků.",
            en=f"Go back and say why, in {REASON_MAX} characters or less.",
        ),
    ),
    NotDone.DAY_OVER: ShownRefusal(
        reason=NotDone.DAY_OVER,
        title=both(cs="Poslední den výjimky už uplynul", en="The last day of the exception is over"),
        advice=both(
            cs="Vraťte se a zvolte dnešek nebo pozdější den.", en="Go back and name today or a later day."
        ),
    ),
    NotDone.TOO_LONG: ShownRefusal(
        reason=NotDone.TOO_LONG,
        title=both(cs="Tak dlouhou výjimku povolit nelze", en="An exception cannot last that long"),
        advice=both(cs="Vraťte se a zvolte dřívější den.", en="Go back and name an earlier day."),
    ),
    NotDone.RUNS_ALREADY: ShownRefusal(
        reason=NotDone.RUNS_ALREADY,
        title=both(cs="Osoba už jednu platnou výjimku má", en="An exception runs for the person already"),
        advice=both(
            cs="Chcete-li ji změnit, nejprve ji ukončete v seznamu výjimek.",
            en="To change it, end it first in the register of exceptions.",
        ),
    ),
    NotDone.NO_EXCEPTION: ShownRefusal(
        reason=NotDone.NO_EXCEPTION,
        title=both(cs="Osoba už žádnou platnou výjimku nemá", en="No exception runs for the person any more"),
        advice=both(cs="Podívejte se znovu na seznam výjimek.", en="Look at the register again."),
    ),
}


@dataclass(frozen=True, slots=True)
class People:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    known: Known
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/people", self.people),
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
            login=login,
            found=found,
            roles=lambda one: roles_in_words(one.person, language, self.desk.municipality_name),
            kind=lambda one: FACTORS[one.factor].in_language(language),
            hours=HOURS,
            reason_max=REASON_MAX,
            today=now.astimezone(PRAGUE).date().isoformat(),
        )

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
        await _done(
            self.known.grant(
                caller,
                SubjectId(form["subject"]),
                form["why"],
                day,
                origin=origin_of(request),
                now=self.desk.now(),
            )
        )
        raise web.HTTPSeeOther("/exceptions?done=granted")

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
        raise web.HTTPSeeOther("/exceptions?done=ended")

    async def _record_look(
        self, request: web.Request, caller: Assertion, query: dict[str, str], found: int
    ) -> None:
        await self.record([look(request, caller, query, found=found, now=self.desk.now())])


def too_long(latest: date) -> ShownRefusal:
    return replace(
        REFUSALS[NotDone.TOO_LONG],
        advice=both(
            cs=f"Vraťte se a zvolte nejpozději {latest.day}. {latest.month}. {latest.year}.",
            en=f"Go back and name {latest.day} {latest:%B %Y} or an earlier day.",
        ),
    )


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
