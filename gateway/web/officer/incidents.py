"""Security incidents: the list with what is due, opening one, and its page with all that was written down of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, Language
from gateway.audit.entry import Entry
from gateway.incidents.holding import goes_at
from gateway.incidents.incident import TEXT_MAX, TITLE_MAX, Kind, ReportKind, Severity, waiting
from gateway.incidents.items import (
    NEEDED,
    REPORT_FIELDS,
    Closure,
    newest_report,
)
from gateway.incidents.named import FIELDS, KINDS, REPORTS, SEVERITIES, difference_text
from gateway.incidents.office import IncidentOffice, Shown
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspension import Suspension
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer import incident_forms as forms
from gateway.web.officer.choices import municipalities
from gateway.web.officer.conditions import asked_again, closure_said, conditions_shown
from gateway.web.officer.filters import filters_of
from gateway.web.officer.incident_words import REFUSALS
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.refusal import PAGE_UNKNOWN
from gateway.web.ways_back import here, leading_back
from idp.http.arrival import led_here_by_us
from idp.http.page import language_of

LONGEST_SEARCH = 4_000  # characters of an address of the log
CONCERNED = ("municipality", "application")
"""What an entry brings along as its own, to be left or changed."""
DONE = frozenset(
    {"opened", "noted", "added", "linked", "written", "sent", "closed", "released", "suspended", "device"}
)


@dataclass(frozen=True, slots=True)
class Incidents:
    """`suspensions`: of an incident; `switch`: where the incident switch is.
    `record`: durable when it returns; what cannot be recorded is not shown.
    """

    desk: Desk
    office: IncidentOffice
    names: Names
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    suspensions: Callable[[int], Awaitable[Sequence[Suspension]]]
    switch: str
    kept_months: int = 18
    """How long holds stay when an incident is closed."""

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/incidents", self.listed),
            Page("GET", "/incidents/new", self.new),
            *leading_back((Page("POST", "/incidents/new", self.open),), here),
            Page("GET", "/incidents/{number:[0-9]+}", self.one),
            Page("GET", "/incidents/{number:[0-9]+}/reports/{kind}", self.report),
            *leading_back((Page("POST", "/incidents/{number:[0-9]+}/reports/{kind}", self.write),), here),
        )

    async def listed(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        found = await self.office.listed()
        await self._look(request, caller, {"page": "incidents"}, len(found))
        return await self.show(
            request,
            "security_incidents.html",
            caller,
            found=found,
            waiting=waiting([(one.incident.number, one.dues) for one in found if one.incident.open], now),
        )

    async def new(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        entered = {
            "noticed": [forms.local(now)],
            "severity": [Severity.SIGNIFICANT.value],
            "entry": [request.query.get("entry", "")[:20]],
            "search": [request.query.get("search", "")[:LONGEST_SEARCH]],
            **{name: [one] for name in CONCERNED if (one := request.query.get(name, ""))},
        }
        return await self._new(request, caller, entered, None)

    async def open(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        fields = await forms.fields_of(request)
        first = forms.one(fields, "entry")
        try:
            asked = filters_of(dict(forms.conditions(fields.get("search", [""])[0])), caller.subject)
            made = await self.office.open(
                forms.described(fields),
                forms.by(request, caller, now),
                now,
                forms.sequence(first) if first.strip() else None,
            )
        except ActRefused as refused:
            return await self._new(request, caller, fields, refused.reason)
        if fields.get("search", [""])[0]:  # what led here: still to be added, with the incident to choose
            raise web.HTTPSeeOther(f"/incidents/add{asked.address()}")
        raise web.HTTPSeeOther(f"/incidents/{made.number}?done=opened")

    async def one(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        shown = await self._shown(request, caller)
        number = shown.incident.number
        linked = {one.body.id for one in shown.items if isinstance(one.body, Closure)}
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        return await self.show(
            request,
            "security_incident.html",
            caller,
            shown=shown,
            one=shown.incident,
            late=[due for due in shown.dues if due.overdue(now)],
            suspensions=await self.suspensions(number),
            holds=await self.office.holds(number),
            goes_at=goes_at(shown.incident, self.kept_months),
            kept_months=self.kept_months,
            closures=[each for each in await self.office.closures() if each.id not in linked],
            newest={kind: newest_report(shown.items, kind) for kind in ReportKind},
            switch=self.switch,
            parsed=datetime.fromisoformat,
            local=forms.local(now),
            done=said if said in DONE else "",
        )

    async def report(self, request: web.Request) -> web.Response:
        """The newest version, to be changed into the next."""
        caller, kind = self.desk.caller(request, ADMIN), forms.report_kind(request.match_info["kind"])
        shown = await self._shown(request, caller)
        found = newest_report(shown.items, kind)
        said = shown.incident.described.description
        usual = {name: [getattr(found[1], name) if found else ""] for name in REPORT_FIELDS}
        if found is None:
            usual["happened"] = [said]
        return await self._report(request, caller, shown, kind, usual, None)

    async def write(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        kind, fields = forms.report_kind(request.match_info["kind"]), await forms.fields_of(request)
        number = forms.number(request.match_info["number"])
        by = forms.by(request, caller, now)
        try:
            await self.office.write_report(number, forms.report(kind, fields), by, now)
        except ActRefused as refused:
            if refused.reason is not Why.TEXT_UNUSABLE:
                raise Refused(REFUSALS[refused.reason], 409) from None
            shown = await self._shown(request, caller)
            return await self._report(request, caller, shown, kind, fields, refused.reason)
        raise web.HTTPSeeOther(f"/incidents/{number}?done=written")

    async def _new(
        self, request: web.Request, caller: Assertion, entered: forms.Fields, wrong: Why | None
    ) -> web.Response:
        return await self.show(
            request,
            "security_incident_new.html",
            caller,
            wrong,
            entered=entered,
            kinds=[(one, KINDS[one]) for one in Kind],
            municipalities=municipalities(self.names.municipalities),
            severities=[(one, SEVERITIES[one]) for one in Severity],
            title_max=TITLE_MAX,
        )

    async def _report(
        self,
        request: web.Request,
        caller: Assertion,
        shown: Shown,
        kind: ReportKind,
        entered: forms.Fields,
        wrong: Why | None,
    ) -> web.Response:
        return await self.show(
            request,
            "security_incident_report.html",
            caller,
            wrong,
            one=shown.incident,
            kind=kind,
            fields=[(name, FIELDS[name], name in NEEDED[kind]) for name in REPORT_FIELDS],
            entered=entered,
        )

    async def _shown(self, request: web.Request, caller: Assertion) -> Shown:
        """Recorded before it is shown. Raises Refused."""
        number = forms.number(request.match_info["number"])
        found = await self.office.shown(number)
        asked = {"page": "incidents", "incident": str(number)}
        await self._look(request, caller, asked, int(found is not None))
        if found is None:
            raise Refused(PAGE_UNKNOWN, 404)
        return found

    async def _look(self, request: web.Request, caller: Assertion, query: dict[str, str], found: int) -> None:
        await self.record([look(request, caller, query, found=found, now=self.desk.now())])

    async def show(
        self,
        request: web.Request,
        template: str,
        caller: Assertion,
        wrong: Why | None = None,
        **context: Any,
    ) -> web.Response:
        response = await self.desk.show(
            request,
            template,
            caller,
            status=409 if wrong else 200,
            may_act=Action.ADMINISTER in caller.actions,
            wrong=REFUSALS[wrong] if wrong else None,
            difference=difference_text,
            kind_title=lambda one: KINDS[one],
            severity_title=lambda one: SEVERITIES[one],
            report_title=lambda one: REPORTS[one],
            names=self.names,
            said_of=lambda given: conditions_shown(
                given, self.names, language_of(request, self.desk.pages.default_language)
            ),
            asked_again=asked_again,
            closure_said=lambda what: closure_said(
                what, self.names, language_of(request, self.desk.pages.default_language)
            ),
            text_max=TEXT_MAX,
            czech=Language.CZECH,
            **context,
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong
        return response
