"""The officers' pages: what happened, who is in, whether the log is whole.

Every look at entries and at people is recorded first, and not given where it cannot be. A look at the page about
integrity is not: it shows nobody's acts, and its verdict is wanted most when the log takes no entry. Who starts a
verification is recorded with what it found.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import Action, DeviceId, SessionId, SubjectId, device_subject
from gateway.alerts.watch import Alert
from gateway.asks.emergencies import Emergencies
from gateway.audit.canonical import Recorded
from gateway.audit.checkpointer import Sealed
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.field_titles import FIELD_TITLES
from gateway.audit.purposes import PurposeOf
from gateway.audit.reading_acts import verifying
from gateway.audit.recomputation import Finished, NotFinished, Recomputation, UnderWay
from gateway.audit.retention import Kept
from gateway.audit.search import Counted, Position, Query, Search
from gateway.audit.spoken import HOW
from gateway.audit.titles import FAULTS, sentence
from gateway.audit.views import Views
from gateway.incidents.incident import Waiting as IncidentsDue
from gateway.incidents.suspension import is_person
from gateway.sessions.shown import SessionUnknown
from gateway.web.desk import Desk, Page, Refused, client_address_of, origin_of, request_id_of, session_of_form
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.alert_words import RULES
from gateway.web.officer.chart import day_until, draw
from gateway.web.officer.choices import grouped, municipalities
from gateway.web.officer.damage_told import damage_told
from gateway.web.officer.details import action_title, details_of
from gateway.web.officer.device_of_entry import device_of_entry
from gateway.web.officer.facts_shown import facts_shown
from gateway.web.officer.filters import FIELD_LENGTH, Filters, filters_of, hours_of, sequence_of, usual_spans
from gateway.web.officer.found import BEFORE, found
from gateway.web.officer.kinds import GROUPS, OUTCOMES, kind_of
from gateway.web.officer.leads import Machine, leads, same_of
from gateway.web.officer.log import Sessions
from gateway.web.officer.looks import look
from gateway.web.officer.names import Names
from gateway.web.officer.reach import Reach
from gateway.web.officer.timeline import timeline
from gateway.web.refusal import PAGE_UNKNOWN, ShownRefusal, both
from gateway.witness.shown import Witness
from idp.http.page import language_of

VERIFICATIONS = 20  # looked through for one that came to a verdict
REFRESH = 3  # seconds between two looks at a verification under way

SESSION_OVER = ShownRefusal(
    reason="session_already_over",
    title=both(cs="Tato relace už skončila", en="This session is already over"),
    advice=both(cs="Podívejte se znovu na seznam relací.", en="Look at the list of sessions again."),
)


class CertificateShown(Protocol):
    """What is to be told of the public certificate."""

    @property
    def ends(self) -> datetime | None: ...

    @property
    def soon(self) -> bool: ...

    @property
    def refused(self) -> Sequence[str]: ...


async def nobody_vouches() -> Sequence[Witness]:
    return ()


async def _nothing_due() -> IncidentsDue:
    return IncidentsDue()


async def no_alert() -> Sequence[Alert]:
    return ()


async def _none() -> int:
    return 0


async def everything_kept() -> Kept:
    return Kept()


@dataclass(frozen=True, slots=True)
class Officer:
    """`record`: durable when it returns; `checkpoint`: the last one; `recomputation`: checks the whole log."""

    desk: Desk
    log: Search
    checkpoint: Callable[[], Awaitable[Sealed | None]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    sessions: Sessions
    recomputation: Recomputation
    names: Names
    reach: Reach
    views: Views
    purpose_of: PurposeOf
    certificate: Callable[[], CertificateShown]
    emergencies: Callable[[], Emergencies] = Emergencies
    reviews: str = ""
    """Where uses of emergency access are reviewed."""
    incidents: Callable[[], Awaitable[IncidentsDue]] = _nothing_due
    switch: str = ""
    """Where a class of access is closed."""
    kept: Callable[[], Awaitable[Kept]] = everything_kept
    """What there is of the log by its months, and what holds it."""
    witnesses: Callable[[], Awaitable[Sequence[Witness]]] = nobody_vouches
    """Of the log, on other machines."""
    standing_alerts: Callable[[], Awaitable[Sequence[Alert]]] = no_alert
    out_of_reach: Callable[[], Awaitable[int]] = _none
    """Entries that searches do not reach, as the index does not know them."""
    compare: Callable[[], Awaitable[object]] = no_alert
    """Incidents with the log, beside a verification of it; what differs is recorded."""
    machine: Callable[[DeviceId], Machine | None] = lambda _: None
    """None: no device with an agent."""

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/", self.overview),
            Page("GET", "/log", self.entries),
            Page("GET", "/log/{sequence}", self.entry),
            Page("GET", "/sessions", self.live),
            Page("POST", "/sessions/end", self.ask),
            Page("GET", "/sessions/end", self.live),  # the switch of languages, or a reload, of that question
            Page("POST", "/sessions/end/now", self.end),
            Page("GET", "/sessions/end/now", self.live),  # the switch of languages of a refusal
            Page("GET", "/integrity", self.integrity),
            Page("POST", "/integrity", self.verify),
        )

    async def overview(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        since, until = day_until(self.desk.now())
        hours = await self._log(caller).hours(since, until)
        await self._record_look(request, caller, {"page": "overview"}, found=len(hours))
        return await self._show(
            request,
            "overview.html",
            caller,
            chart=draw(hours, since),
            counted={each.value: urlencode({"counted": each, **hours_of(since, until)}) for each in Counted},
            checkpoint=await self.checkpoint(),
            damaged="" if self.reach.of(caller) else await self._found_damaged(),
            damage_told=() if self.reach.of(caller) else await damage_told(self.log, self.desk.now()),
            certificate=self.certificate(),
            emergencies=Emergencies() if self.reach.of(caller) else self.emergencies(),
            reviews=self.reviews,
            incidents=IncidentsDue() if self.reach.of(caller) else await self.incidents(),
            witnesses=() if self.reach.of(caller) else await self.witnesses(),
            standing_alerts=() if self.reach.of(caller) else await self.standing_alerts(),
            alert_names=RULES,
            out_of_reach=0 if self.reach.of(caller) else await self.out_of_reach(),
            signed_in=len(await self.sessions.live(caller, self.desk.now())),
        )

    async def _found_damaged(self) -> str:
        """Where the last verification tells of damage, whoever asked for it; empty where it found none."""
        standing = self.recomputation.standing
        if isinstance(standing, Finished) and standing.report.broken is not None:
            return "/integrity"
        verdicts = await self.log.page(Query(codes=frozenset({Code.LOG_VERIFIED})), None, VERIFICATIONS)
        for one in verdicts.entries:
            if isinstance(one, Recorded) and not one.entry.reason:  # with one it came to no verdict
                return "" if one.entry.outcome is Outcome.SUCCESS else f"/log/{one.sequence}"
        return ""

    async def entries(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        filters = filters_of(request.query, caller.subject)
        page = await found(self._log(caller), filters, request.query.get(BEFORE, ""))
        first = page.entries and not page.newest
        language = language_of(request, self.desk.pages.default_language)
        asked = filters.used | ({BEFORE: page.before} if page.before else {})
        await self._record_look(request, caller, asked, found=len(page.entries), span=page.span)
        return await self._show(
            request,
            "log.html",
            caller,
            status=400 if filters.unreadable or page.too_many else 200,
            page=page,
            found=page.entries,
            too_many=page.too_many,
            filters=filters,
            deleted=await self._deleted(filters) if page.ended else None,
            spans=self._spans(filters),
            kinds_offered=grouped(GROUPS, language),
            reasons_offered=grouped(self.names.reasons.groups, language),
            municipalities=municipalities(self.names.municipalities),
            field_titles=FIELD_TITLES,
            how_written=HOW,
            timeline=await timeline(self._log(caller), filters) if first else None,
            views=await self.views.seen(caller.subject, self.reach.of(caller)),
            purpose=await self.purpose_of(caller.sid),
            names=self.names,
        )

    async def entry(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        sequence = sequence_of(request.match_info["sequence"])
        if sequence is None:
            raise Refused(PAGE_UNKNOWN, 404)
        stored = await self._log(caller).entry(sequence)
        await self._record_look(
            request, caller, {"sequence": str(sequence)}, found=int(stored is not None), form="entry"
        )
        if stored is None:
            raise Refused(PAGE_UNKNOWN, 404)
        bounded = self.reach.of(caller) is not None
        leaf = b"" if bounded else stored.leaf  # a hash would check what somebody suspects is left out
        if not isinstance(stored.found, Recorded):
            return await self._show(request, "damaged.html", caller, found=stored.found, leaf=leaf)
        recorded = stored.found
        language = language_of(request, self.desk.pages.default_language)
        named = partial(self.names.of, language=language)
        acts = Action.ADMINISTER in caller.actions and not bounded
        device = await device_of_entry(self._log(caller), recorded.entry)
        return await self._show(
            request,
            "entry.html",
            caller,
            recorded=recorded,
            leaf=leaf,
            sentence=sentence(recorded.entry, language, self.names.reasons, named),
            details=details_of(recorded.entry, language, self.names.municipality),
            facts=facts_shown(recorded.entry, language, named),
            action=action_title(recorded.entry.action, language),
            same_by_detail=same_of(recorded.entry),
            leads=leads(
                recorded.entry,
                self.switch.removesuffix("/incidents"),
                bounded=bounded,
                loaded=await self._loaded(recorded),
                device=device,
                machine=self.machine(device) if device is not None and acts else None,
            ),
            device=device_subject(device) if device is not None else None,
            names=self.names,
            of_a_person=is_person(SubjectId(recorded.entry.subject)),
            switch=self.switch,
        )

    async def _loaded(self, of: Recorded) -> Entry | None:
        """The entry that says on what the version of the policies rests which this one names."""
        if not of.entry.policy_version:
            return None
        asked = Query(policy_version=of.entry.policy_version, codes=frozenset({Code.POLICIES_LOADED}))
        found = (await self.log.page(asked, Position.of(of), 1)).entries
        return found[0].entry if found and isinstance(found[0], Recorded) else None

    async def live(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        sessions = await self.sessions.live(caller, self.desk.now())
        ended = SessionId(request.query.get("ended", "")[:FIELD_LENGTH])
        asked = {"page": "sessions"} | ({"ended": ended} if ended else {})
        await self._record_look(request, caller, asked, found=len(sessions))
        return await self._show(
            request,
            "sessions.html",
            caller,
            sessions=sorted(sessions, key=lambda one: one.last_seen, reverse=True),
            names=self.names,
            ended=await self._whose_ended(ended) if ended else "",
        )

    async def _whose_ended(self, session: SessionId) -> str:
        """The person's name, as the log has it; empty where it tells of no end of such a session."""
        told = frozenset({Code.SESSION_OPENED, Code.SESSION_ENDED})
        page = await self.log.page(Query(session=session, codes=told), None, 2)
        entries = {one.entry.code: one.entry for one in page.entries if isinstance(one, Recorded)}
        if Code.SESSION_ENDED not in entries:
            return ""
        opened = entries.get(Code.SESSION_OPENED)
        return str(opened.details.get("name", "")) if opened else entries[Code.SESSION_ENDED].person

    async def ask(self, request: web.Request) -> web.Response:
        """Whose session is to be ended, before it is: in a list of equal buttons one is easily taken for another."""
        caller = self._caller(request)
        session = await session_of_form(request)
        sessions = await self.sessions.live(caller, self.desk.now())
        found = next((one for one in sessions if one.session == session), None)
        await self._record_look(
            request,
            caller,
            {"page": "sessions", "session": session[:FIELD_LENGTH]},
            found=int(found is not None),
        )
        if found is None:
            raise Refused(SESSION_OVER, 404)
        return await self._show(request, "session_end.html", caller, one=found, names=self.names)

    async def end(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        session = await session_of_form(request)
        try:
            await self.sessions.end(caller, session, origin=origin_of(request), now=self.desk.now())
        except SessionUnknown:
            raise Refused(SESSION_OVER, 404) from None
        raise web.HTTPSeeOther("/sessions?" + urlencode({"ended": session}))

    async def integrity(self, request: web.Request) -> web.Response:
        """What the last verification found. One that is under way is shown, and looked at again by itself."""
        caller = self._caller(request)
        standing = self.recomputation.standing
        watched = isinstance(standing, UnderWay) and request.query.get("watch") == "1"
        response = await self._show(
            request,
            "integrity.html",
            caller,
            checkpoint=await self.checkpoint(),
            under_way=standing if isinstance(standing, UnderWay) else None,
            finished=standing if isinstance(standing, Finished) else None,
            not_finished=standing if isinstance(standing, NotFinished) else None,
            watched=watched,
            faults=FAULTS,
            reasons=self.names.reasons,
            kept=await self.kept(),
            witnesses=() if self.reach.of(caller) else await self.witnesses(),
            damage_told=await damage_told(self.log, self.desk.now()),
        )
        if watched:
            response.headers["Refresh"] = str(REFRESH)  # by a header: pages have no script
        return response

    async def verify(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        await self.recomputation.begin(
            replace(
                verifying(self.desk.now(), subject=caller.subject, person=caller.login),
                session=caller.sid,
                own_municipality=caller.municipality,
                application=ADMIN,
                address=client_address_of(request),
                request_id=request_id_of(request),
            )
        )
        await self.compare()
        raise web.HTTPSeeOther("/integrity?watch=1")

    def _log(self, caller: Assertion) -> Search:
        """As far as the caller may see."""
        return self.reach.log(self.log, caller)

    def _caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, ADMIN)

    async def _show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: Any
    ) -> web.Response:
        return await self.desk.show(
            request,
            template,
            caller,
            status=status,
            kind_of=kind_of,
            outcomes=OUTCOMES,
            may_act=Action.ADMINISTER in caller.actions and self.reach.of(caller) is None,
            bounded=self.reach.of(caller) is not None,
            **context,
        )

    def _spans(self, filters: Filters) -> dict[str, str]:
        return {name: filters.address(**span) for name, span in usual_spans(self.desk.now()).items()}

    async def _deleted(self, filters: Filters) -> tuple[datetime, datetime] | None:
        """Where the answer ends: of what was asked for, the time of which nothing is kept any more."""
        if filters.unreadable:
            return None
        return (await self.kept()).deleted(filters.query.since, filters.query.until)

    async def _record_look(
        self,
        request: web.Request,
        caller: Assertion,
        query: dict[str, str],
        *,
        found: int,
        form: Literal["page", "entry"] = "page",
        span: tuple[int, int] | None = None,
    ) -> None:
        now = self.desk.now()
        await self.record([look(request, caller, query, found=found, now=now, form=form, span=span)])
