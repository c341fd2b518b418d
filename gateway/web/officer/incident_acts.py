"""What is added to an incident, from its own page and from where an officer looks; closing it and handing it out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.vocabulary import Language
from gateway.audit.entry import Entry
from gateway.audit.search import Search, TooManyPeople
from gateway.incidents.by import By
from gateway.incidents.office import IncidentOffice
from gateway.incidents.refused import ActRefused, Why
from gateway.web.desk import Desk, Page
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer import incident_forms as forms
from gateway.web.officer.filters import Filters, filters_of
from gateway.web.officer.incident_words import done
from gateway.web.officer.incidents import Incidents
from gateway.web.officer.looks import look
from gateway.web.ways_back import above, leading_back
from idp.http.page import language_of, page_headers

Handed = Callable[[int, str, By, Language, datetime], Awaitable[tuple[str, bytes]]]
"""Name and content of an incident's bundle, for a purpose. Raises ActRefused."""


@dataclass(frozen=True, slots=True)
class IncidentActs:
    desk: Desk
    office: IncidentOffice
    incidents: Incidents
    log: Search
    handed: Handed
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        acts = {"note": self.note, "entry": self.entry, "search": self.search, "closure": self.closure,
                "sent": self.sent, "close": self.close, "release": self.release, "export": self.export}  # fmt: skip
        return (
            Page("GET", "/incidents/add", self.choose),
            *leading_back((Page("POST", "/incidents/add", self.add),), above),
            *leading_back(
                (Page("POST", f"/incidents/{{number:[0-9]+}}/{name}", act) for name, act in acts.items()),
                above,
            ),
            # the switch of languages of a refusal
            *(Page("GET", f"/incidents/{{number:[0-9]+}}/{name}", self.incidents.one) for name in acts),
        )

    async def note(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        await done(self.office.note(number, forms.one(fields, "text"), by, self.desk.now()))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=noted")

    async def entry(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        await done(self._add_entry(number, forms.one(fields, "sequence"), by))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=added")

    async def search(self, request: web.Request) -> web.Response:
        """As the address of the log's page has it."""
        caller, number, fields, by = await self._asked(request)
        await done(self._add_search(caller, number, forms.one(fields, "search"), by))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=added")

    async def closure(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        await done(self.office.link_closure(number, forms.one(fields, "closure"), by, self.desk.now()))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=linked")

    async def sent(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        kind = forms.report_kind(forms.one(fields, "kind"))

        async def act() -> None:
            at = forms.moment(forms.one(fields, "at"))
            if at is None:
                raise ActRefused(Why.TIMES_UNUSABLE)
            await self.office.sent(number, kind, forms.one(fields, "recipient"), at, by, self.desk.now())

        await done(act())
        raise web.HTTPSeeOther(f"/incidents/{number}?done=sent")

    async def close(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        await done(self.office.close(number, forms.one(fields, "conclusion"), by, self.desk.now()))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=closed")

    async def release(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        hold = forms.number(forms.one(fields, "hold"))
        await done(self.office.release(number, hold, forms.one(fields, "why"), by, self.desk.now()))
        raise web.HTTPSeeOther(f"/incidents/{number}?done=released")

    async def export(self, request: web.Request) -> web.Response:
        _, number, fields, by = await self._asked(request)
        purpose = forms.one(fields, "purpose")
        language = language_of(request, self.desk.pages.default_language)
        name, content = await done(self.handed(number, purpose, by, language, self.desk.now()))
        return web.Response(
            body=content,
            content_type="application/zip",
            headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def choose(self, request: web.Request) -> web.Response:
        """Which incident an entry or a search is evidence of: from where somebody looks."""
        caller, query = self.desk.caller(request, ADMIN), request.query
        entry = query.get("entry", "")[:20]
        kept = {} if entry else self._filters(query, caller).used
        open_ones = [one.incident for one in await self.office.open_ones()]
        asked = {"page": "incidents"}
        await self.record([look(request, caller, asked, found=len(open_ones), now=self.desk.now())])
        return await self.incidents.show(
            request, "security_incident_add.html", caller, entry=entry, conditions=kept, open_ones=open_ones,
            search=self._filters(query, caller).address() if kept else "",
        )  # fmt: skip

    async def add(self, request: web.Request) -> web.Response:
        caller, fields = self.desk.caller(request, ADMIN), await forms.fields_of(request)
        number, by = forms.number(forms.one(fields, "incident")), forms.by(request, caller, self.desk.now())
        entry = forms.one(fields, "entry")
        adding = (
            self._add_entry(number, entry, by)
            if entry
            else self._add_search(caller, number, forms.one(fields, "search"), by)
        )
        await done(adding)
        raise web.HTTPSeeOther(f"/incidents/{number}?done=added")

    async def _asked(self, request: web.Request) -> tuple[Assertion, int, forms.Fields, By]:
        caller = self.desk.caller(request, ADMIN)
        number = forms.number(request.match_info["number"])
        return caller, number, await forms.fields_of(request), forms.by(request, caller, self.desk.now())

    async def _add_entry(self, number: int, text: str, by: By) -> None:
        await self.office.add_entry(number, forms.sequence(text), by, self.desk.now())

    async def _add_search(self, caller: Assertion, number: int, text: str, by: By) -> None:
        filters = self._filters(dict(forms.conditions(text)), caller)
        if filters.unreadable:
            raise ActRefused(Why.CONDITIONS_UNREADABLE)
        try:
            found = await self.log.count(filters.query)
        except TooManyPeople:
            raise ActRefused(Why.CONDITIONS_UNREADABLE) from None
        await self.office.add_search(
            number, filters.query.described(), found.number, by, self.desk.now(), at_least=found.at_least
        )

    @staticmethod
    def _filters(parameters: Mapping[str, str], caller: Assertion) -> Filters:
        return filters_of(parameters, caller.subject)
