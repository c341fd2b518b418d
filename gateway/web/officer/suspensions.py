"""People and devices that officers have suspended: the list, suspending one, lifting it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, DeviceId, SubjectId, device_of
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Entry
from gateway.audit.search import Search
from gateway.incidents.office import Shown
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspending import Suspending, Whom, unseen
from gateway.incidents.suspension import WHY_MAX, liftable
from gateway.sessions.officers_act import NotDone, confirmed
from gateway.sessions.stronger import link
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer import incident_forms as forms
from gateway.web.officer.filters import FIELD_LENGTH, sequence_of
from gateway.web.officer.incident_words import REFUSALS
from gateway.web.officer.looks import look
from gateway.web.officer.not_done import FRESH
from gateway.web.ways_back import here, leading_back
from idp.http.arrival import led_here_by_us

LISTED = 200  # with those that are over
SUSPENDED, LIFTED = "suspended", "lifted"
OF_DEVICE = {SUSPENDED: "device", LIFTED: "device-lifted"}


@dataclass(frozen=True, slots=True)
class Suspensions:
    """`whom`: who has that identifier, as far as it is known here; None: nobody who could be suspended. `incidents`:
    those that are open. `record`: durable when it returns. `enrolled`: what a device with an agent is called; None: it
    is a browser alone.
    """

    desk: Desk
    suspending: Suspending
    whom: Callable[[SubjectId], Awaitable[Whom | None]]
    incidents: Callable[[], Awaitable[Sequence[Shown]]]
    log: Search
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    enrolled: Callable[[DeviceId], str | None]

    def pages(self) -> Sequence[Page]:
        return leading_back(
            (
                Page("GET", "/suspensions", self.listed),
                Page("POST", "/suspensions", self.suspend),
                Page("GET", "/suspensions/new", self.ask),
                Page("GET", "/suspensions/lift", self.ask_lift),
                Page("POST", "/suspensions/lift", self.lift),
            ),
            here,
        )

    async def listed(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        found = await self.suspending.store.latest(LISTED)
        await self._look(request, caller, {"page": "suspensions"}, len(found))
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        return await self.desk.show(
            request,
            "suspensions.html",
            caller,
            may_act=Action.ADMINISTER in caller.actions,
            standing=[one for one in found if one.stands(now)],
            over=[one for one in found if not one.stands(now)],
            enrolled=self.enrolled,
            done=said if said in (SUSPENDED, LIFTED, *OF_DEVICE.values()) else "",
        )

    async def ask(self, request: web.Request) -> web.Response:
        """Who would be suspended, before anybody is: of an entry of the log, or of a person's page."""
        caller = self.desk.caller(request, ADMIN)
        if not request.query.get("entry") and not request.query.get(
            "subject"
        ):  # an address that somebody typed
            raise web.HTTPSeeOther("/people")
        sequence = sequence_of(request.query.get("entry", ""))
        subject = SubjectId(request.query.get("subject", "")[:FIELD_LENGTH])
        if sequence is not None:
            stored = await self.log.entry(sequence)
            found = stored.found if stored else None
            subject = SubjectId(found.entry.subject if isinstance(found, Recorded) else "")
        return await self._form(request, caller, subject, {}, None)

    async def suspend(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        fields = await forms.fields_of(request)
        entered = {name: forms.one(fields, name) for name in ("subject", "why", "until", "incident")}
        subject = SubjectId(entered["subject"][:FIELD_LENGTH])
        whom = await self.whom(subject) or unseen(subject)
        try:
            until = forms.moment(entered["until"])
            incident = forms.number_or_none(entered["incident"])
            by = forms.by(request, caller, now)
            await self.suspending.suspend(whom, entered["why"], until, by, now, incident)
        except ActRefused as refused:
            if not whom.seen or refused.reason not in (
                Why.UNEXPLAINED,
                Why.END_UNUSABLE,
                Why.TIMES_UNUSABLE,
            ):
                raise Refused(REFUSALS[refused.reason], 409) from None
            return await self._form(request, caller, subject, entered, refused.reason)
        raise web.HTTPSeeOther(_of(incident, subject) if incident else _done(SUSPENDED, subject))

    async def ask_lift(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        subject = request.query.get("subject", "")[:FIELD_LENGTH]
        if not subject:  # the switch of languages of a refusal, or an address that somebody typed
            raise web.HTTPSeeOther("/suspensions")
        return await self._lifting(request, caller, subject, "", None)

    async def _lifting(
        self, request: web.Request, caller: Assertion, subject: str, typed: str, wrong: Why | None
    ) -> web.Response:
        """`wrong`: why it was not lifted with what was typed."""
        now = self.desk.now()
        standing = await self.suspending.store.standing(now)
        found = liftable(standing, SubjectId(subject), caller.subject)
        looked = {"page": "suspensions", "user": subject}
        await self._look(request, caller, looked, sum(one.subject == subject for one in standing))
        if found is None:
            raise Refused(REFUSALS[Why.NOT_SUSPENDED], 409)
        there = f"/suspensions/lift?{urlencode({'subject': subject})}"
        response = await self.desk.show(
            request,
            "suspension_lift.html",
            caller,
            status=409 if wrong else 200,
            one=found,
            enrolled=self.enrolled,
            typed=typed,
            wrong=REFUSALS[wrong] if wrong else None,
            why_max=WHY_MAX,
            fresh=FRESH,
            confirm="" if confirmed(caller, now) else link(NotDone.NOT_CONFIRMED, there),
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong
        return response

    async def lift(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        fields = await forms.fields_of(request)
        subject, why = SubjectId(forms.one(fields, "subject")[:FIELD_LENGTH]), forms.one(fields, "why")
        try:
            await self.suspending.resume(subject, why, forms.by(request, caller, now), now)
        except ActRefused as refused:
            if refused.reason is not Why.UNEXPLAINED:
                raise Refused(REFUSALS[refused.reason], 409) from None
            return await self._lifting(request, caller, subject, why, refused.reason)
        raise web.HTTPSeeOther(_done(LIFTED, subject))

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        subject: SubjectId,
        entered: dict[str, str],
        wrong: Why | None,
    ) -> web.Response:
        whom = await self.whom(subject)
        await self._look(request, caller, {"page": "suspensions", "user": subject}, int(whom is not None))
        device = device_of(subject)
        if whom is None or subject == caller.subject:
            unknown = Why.NOT_A_PERSON if device is None else Why.DEVICE_UNKNOWN
            raise Refused(REFUSALS[unknown if whom is None else Why.FOR_ONESELF], 409)
        there = await self.suspending.in_device(whom)
        if caller.sid in there.names():
            raise Refused(REFUSALS[Why.OWN_DEVICE], 409)
        response = await self.desk.show(
            request,
            "suspend.html",
            caller,
            status=409 if wrong else 200,
            whom=whom,
            enrolled=self.enrolled,
            there=sorted(there.logins()),
            entered=entered,
            wrong=REFUSALS[wrong] if wrong else None,
            why_max=WHY_MAX,
            incidents=[one.incident for one in await self.incidents()],
            chosen=entered.get("incident") or request.query.get("incident", ""),
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong
        return response

    async def _look(self, request: web.Request, caller: Assertion, query: dict[str, str], found: int) -> None:
        await self.record([look(request, caller, query, found=found, now=self.desk.now())])


def _of(incident: int, subject: SubjectId) -> str:
    """The incident's page, which says so."""
    return f"/incidents/{incident}?done={SUSPENDED if device_of(subject) is None else OF_DEVICE[SUSPENDED]}"


def _done(what: str, subject: SubjectId) -> str:
    """The list, which says so."""
    return f"/suspensions?done={what if device_of(subject) is None else OF_DEVICE[what]}"
