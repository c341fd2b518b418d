"""The officers' pages: what happened, who is in, whether the log is whole. Every look is recorded first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from config.settings import Title
from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.entry import Code, Entry, Outcome
from gateway.web.desk import Desk, Page, Refused, client_address_of, request_id_of, session_of_form
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.chart import day_until, draw
from gateway.web.officer.filters import Filters, filters_of, sequence_of, usual_spans
from gateway.web.officer.kinds import GROUPS, KINDS, OUTCOMES
from gateway.web.officer.log import AuditLog, Sessions, SessionUnknown
from gateway.web.refusal import PAGE_UNKNOWN, Refusal, both
from gateway.web.user_agent import describe

PAGE_SIZE = 50  # entries

SESSION_OVER = Refusal(
    reason="session_over",
    title=both(cs="Tato relace už skončila", en="This session is already over"),
    advice=both(cs="Podívejte se znovu na seznam relací.", en="Look at the list of sessions again."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names for people of what the log knows by code. What is not listed is shown as it is."""

    municipalities: Mapping[MunicipalityCode, str]
    applications: Mapping[ApplicationId, Title]
    reasons: Mapping[str, Title]


@dataclass(frozen=True, slots=True)
class Officer:
    desk: Desk
    log: AuditLog
    sessions: Sessions
    names: Names

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/", self.overview),
            Page("GET", "/log", self.entries),
            Page("GET", "/log/{sequence}", self.entry),
            Page("GET", "/sessions", self.live),
            Page("POST", "/sessions/end", self.end),
            Page("GET", "/integrity", self.integrity),
            Page("POST", "/integrity", self.verify),
        )

    async def overview(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        since, until = day_until(self.desk.now())
        await self._record(request, caller, Code.LOG_SEARCHED, {"page": "overview"})
        return self._show(
            request,
            "overview.html",
            caller,
            chart=draw(await self.log.activity(caller, since, until), since),
            checkpoint=await self.log.last_checkpoint(),
            signed_in=len(await self.sessions.live(caller, self.desk.now())),
        )

    async def entries(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        filters = filters_of(request.query)
        before = sequence_of(request.query.get("before", ""))
        await self._record(request, caller, Code.LOG_SEARCHED, {"page": "log", "filters": filters.used})
        found = (
            ()
            if filters.unreadable  # half a question gets no answer: it would be taken for the whole one's
            else await self.log.search(caller, filters.query, before=before, limit=PAGE_SIZE + 1)
        )
        shown = found[:PAGE_SIZE]
        return self._show(
            request,
            "log.html",
            caller,
            status=400 if filters.unreadable else 200,
            found=shown,
            filters=filters,
            older=filters.address(before=str(shown[-1].sequence)) if len(found) > PAGE_SIZE else "",
            newest=filters.address() if before is not None else "",
            spans=self._spans(filters),
            groups=GROUPS,
            names=self.names,
        )

    async def entry(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        sequence = sequence_of(request.match_info["sequence"])
        if sequence is None:
            raise Refused(PAGE_UNKNOWN, 404)
        await self._record(request, caller, Code.LOG_SEARCHED, {"page": "entry", "sequence": sequence})
        recorded = await self.log.entry(caller, sequence)
        if recorded is None:
            raise Refused(PAGE_UNKNOWN, 404)
        return self._show(request, "entry.html", caller, recorded=recorded, names=self.names)

    async def live(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        sessions = await self.sessions.live(caller, self.desk.now())
        return self._show(
            request,
            "sessions.html",
            caller,
            sessions=sorted(sessions, key=lambda one: one.last_seen, reverse=True),
            describe=describe,
            names=self.names,
            done="ended" if request.query.get("done") == "ended" else "",
        )

    async def end(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        session = await session_of_form(request)
        try:
            await self.sessions.end(caller, session, address=client_address_of(request), now=self.desk.now())
        except SessionUnknown:
            raise Refused(SESSION_OVER, 404) from None
        raise web.HTTPSeeOther("/sessions?done=ended")

    async def integrity(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        return self._show(
            request,
            "integrity.html",
            caller,
            checkpoint=await self.log.last_checkpoint(),
            verification=None,
        )

    async def verify(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        verification = await self.log.verify()
        outcome = Outcome.SUCCESS if verification.damage is None else Outcome.FAILURE
        facts: dict[str, str | int | list[str]] = {"entries": verification.entries}
        await self._record(request, caller, Code.LOG_VERIFIED, facts, outcome)
        return self._show(
            request,
            "integrity.html",
            caller,
            checkpoint=await self.log.last_checkpoint(),
            verification=verification,
        )

    def _caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, ADMIN)

    def _show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: object
    ) -> web.Response:
        return self.desk.show(
            request, template, caller, status=status, kinds=KINDS, outcomes=OUTCOMES, **context
        )

    def _spans(self, filters: Filters) -> dict[str, str]:
        return {name: filters.address(**span) for name, span in usual_spans(self.desk.now()).items()}

    async def _record(
        self,
        request: web.Request,
        caller: Assertion,
        code: Code,
        facts: Mapping[str, str | int | list[str]],
        outcome: Outcome = Outcome.SUCCESS,
    ) -> None:
        await self.log.record(
            Entry(
                code=code,
                outcome=outcome,
                at=self.desk.now(),
                subject=caller.subject,
                person=caller.login,
                session=caller.sid,
                own_municipality=caller.municipality,
                application=ADMIN,
                address=client_address_of(request),
                request_id=request_id_of(request),
                details=dict(facts),
            )
        )
