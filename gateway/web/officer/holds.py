"""The months of the log, and holds that keep them beyond their time: seen, placed, lifted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action
from gateway.audit.acts import TEXT
from gateway.audit.entry import Code, Entry
from gateway.audit.holds import HoldRefused, Holds, Told, Why, Wish, reason_of, wish
from gateway.audit.retention import Hold
from gateway.incidents.by import By
from gateway.sessions.officers_act import NotDone, confirmed
from gateway.sessions.stronger import link
from gateway.web.desk import Desk, Page, Refused
from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer import incident_forms as forms
from gateway.web.officer.hold_words import REFUSALS
from gateway.web.officer.looks import look
from gateway.web.officer.not_done import FRESH
from idp.http.arrival import led_here_by_us

FIELDS = ("since", "until", "why")
DONE = frozenset({"placed", "lifted"})


@dataclass(frozen=True, slots=True)
class HoldPages:
    """`months`: for how long the log is kept. `record`: durable when it returns."""

    desk: Desk
    holds: Holds
    months: int
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/holds", self.listed),
            Page("POST", "/holds", self.place),
            Page("POST", "/holds/ask", self.ask),
            Page("GET", "/holds/ask", self.listed),  # the switch of languages, or a reload, of that question
            Page("GET", "/holds/lift", self.ask_lift),
            Page("POST", "/holds/lift", self.lift),
        )

    async def listed(self, request: web.Request) -> web.Response:
        return await self._list(request, self.desk.caller(request, ADMIN), {}, None)

    async def ask(self, request: web.Request) -> web.Response:
        """What would be held, before it is."""
        caller, entered = await self._entered(request)
        try:
            asked = _wish(entered)
        except HoldRefused as refused:
            return await self._refuse(request, caller, entered, refused.reason)
        kept = await self.holds.kept(self.months)
        met = asked.met(kept.shards)
        await self._look(request, caller, {"page": "holds"}, len(met))
        return await self.desk.show(
            request,
            "hold.html",
            caller,
            asked=asked,
            entered=entered,
            met=[one for one in met if not one.shard.dropped],
            gone=[one for one in met if one.shard.dropped],
        )

    async def place(self, request: web.Request) -> web.Response:
        caller, entered = await self._entered(request)
        by, now = forms.by(request, caller, self.desk.now()), self.desk.now()
        try:
            asked = _wish(entered)
        except HoldRefused as refused:
            return await self._refuse(request, caller, entered, refused.reason)
        await self.holds.place(asked.since, asked.until, asked.why, by.login, now, _told(by))
        raise web.HTTPSeeOther("/holds?done=placed")

    async def ask_lift(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        number = forms.number(request.query.get("hold", ""))
        await self._look(request, caller, {"page": "holds", "hold": str(number)}, 1)
        one = await self._standing(number)
        if one is None:
            raise Refused(REFUSALS[Why.OVER], 409)
        kept = await self.holds.kept(self.months)
        return await self.desk.show(
            request,
            "hold_lift.html",
            caller,
            one=one,
            may_act=Action.ADMINISTER in caller.actions,
            alone=[each for each in kept.shards if each.held_by == (number,) and each.due <= now],
            why_max=TEXT,
            fresh=FRESH,
            confirm="" if confirmed(caller, now) else link(NotDone.NOT_CONFIRMED, request.path_qs),
        )

    async def lift(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        fields = await forms.fields_of(request)
        number, by = forms.number(forms.one(fields, "hold")), forms.by(request, caller, now)
        try:
            lifted = await self._lifted(number, forms.one(fields, "why"), by, now)
        except HoldRefused as refused:
            await self._record_refusal(by, refused.reason, now)
            raise Refused(REFUSALS[refused.reason], 409) from None
        raise web.HTTPSeeOther(f"/holds?done=lifted&hold={lifted.number}")

    async def _lifted(self, number: int, why: str, by: By, now: datetime) -> Hold:
        """Raises HoldRefused."""
        if not by.confirmed:
            raise HoldRefused(Why.NOT_CONFIRMED)
        lifted = await self.holds.lift(number, reason_of(why), by.login, now, _told(by))
        if lifted is None:
            raise HoldRefused(Why.OVER)
        return lifted

    async def _standing(self, number: int) -> Hold | None:
        return next((one for one in await self.holds.holds() if one.number == number and one.stands), None)

    async def _entered(self, request: web.Request) -> tuple[Assertion, dict[str, str]]:
        caller, fields = self.desk.caller(request, ADMIN), await forms.fields_of(request)
        return caller, {name: forms.one(fields, name) for name in FIELDS}

    async def _refuse(
        self, request: web.Request, caller: Assertion, entered: dict[str, str], reason: Why
    ) -> web.Response:
        now = self.desk.now()
        await self._record_refusal(forms.by(request, caller, now), reason, now)
        return await self._list(request, caller, entered, reason)

    async def _record_refusal(self, by: By, reason: Why, now: datetime) -> None:
        await self.record([by.refused(Code.LOG_ACT_REFUSED, now, reason, {"act": "hold_log"})])

    async def _list(
        self, request: web.Request, caller: Assertion, entered: dict[str, str], wrong: Why | None
    ) -> web.Response:
        kept, holds = await self.holds.kept(self.months), await self.holds.holds()
        await self._look(request, caller, {"page": "holds"}, len(holds))
        done = request.query.get("done", "") if led_here_by_us(request) else ""
        response = await self.desk.show(
            request,
            "holds.html",
            caller,
            status=409 if wrong else 200,
            may_act=Action.ADMINISTER in caller.actions,
            months=list(reversed(kept.shards)),
            standing=[one for one in holds if one.stands],
            lifted=[one for one in reversed(holds) if not one.stands],
            entered={name: entered.get(name, "") for name in FIELDS},
            wrong=REFUSALS[wrong] if wrong else None,
            wrong_field={Why.REASON: "why", Why.TIMES: "since"}.get(wrong, "") if wrong else "",
            why_max=TEXT,
            done=done if done in DONE else "",
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong
        return response

    async def _look(self, request: web.Request, caller: Assertion, query: dict[str, str], found: int) -> None:
        await self.record([look(request, caller, query, found=found, now=self.desk.now())])


def _told(by: By) -> Told:
    return lambda entry: by.entry(entry.code, entry.at, entry.details)


def _wish(entered: dict[str, str]) -> Wish:
    """Raises HoldRefused."""
    try:
        since, until = entered_since(entered["since"]), entered_until(entered["until"])
    except (MomentUnreadable, OverflowError):
        raise HoldRefused(Why.TIMES) from None
    return wish(since, until, entered["why"])
