"""The pages of what others ask for: to decide about it, to end it, to review it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, Role
from gateway.asks.ask import Ask, AskId, Kind, Stage
from gateway.asks.ended_orders import ended_by_others, who_ended
from gateway.asks.refused import PoliciesRefuse, Why
from gateway.asks.store import Sought
from gateway.asks.wish import WHY_MAX
from gateway.web.desk import Handler, Page, Refused, form_of
from gateway.web.identity import REQUESTS, Assertion
from gateway.web.requests import forms
from gateway.web.requests.asked import done, spoken
from gateway.web.requests.foreseen import what_refuses
from gateway.web.requests.not_done import REFUSALS
from gateway.web.requests.site import Site
from gateway.web.requests.who_asks import who_asks
from gateway.web.requests.whose_turn import used_by_another_account
from idp.directory.errors import DirectoryUnusable
from policies.model import Text

READERS_OF_LOG = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
"""Who is led to the log; whether it opens the policies say there."""
UNEXPLAINED = REFUSALS[Why.UNEXPLAINED]


@dataclass(frozen=True, slots=True)
class Deciding:
    site: Site
    mine: Handler
    """Where an address leads that names no request."""

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/waiting", self.waiting),
            Page("GET", "/reviews", self.reviews),
            *(Page("GET", path, self.one) for path in ("/one", "/approve", "/refuse")),
            Page("GET", "/end", self.ending),
            Page("GET", "/review", self.reviews),  # the switch of languages of a refusal
            Page("POST", "/approve", self.approve),
            Page("POST", "/refuse", self.refuse),
            Page("POST", "/end", self.end),
            Page("POST", "/review", self.review),
        )

    async def waiting(self, request: web.Request) -> web.Response:
        """What waits for a decision in this municipality, and what was approved there and still runs."""
        site, caller = self.site, self.site.desk.caller(request, REQUESTS)
        await site.require(request, caller, Action.SIGN)
        living = Sought(
            municipality=caller.municipality,
            kinds=frozenset({Kind.ACCESS, Kind.ORDER, Kind.DELEGATION, Kind.EMERGENCY}),
            ends_after=site.desk.now(),
        )
        waiting, more = await site.part(request, replace(living, stages=frozenset({Stage.WAITING})))
        run = replace(living, stages=frozenset({Stage.IN_FORCE}))
        running, more_run = await site.part(request, run, "running")
        return await site.show(
            request,
            caller,
            "waiting.html",
            shown=[*waiting, *running],
            waiting=waiting,
            more=more,
            running=running,
            more_run=more_run,
        )

    async def one(self, request: web.Request) -> web.StreamResponse:
        if "name" not in request.query:  # the switch of languages of a refusal
            return await self.mine(request)
        caller = self.site.desk.caller(request, REQUESTS)
        return await self._one(request, caller, AskId(request.query["name"]))

    async def ending(self, request: web.Request) -> web.StreamResponse:
        """What is to end, before it does: in a list of equal buttons one is easily taken for another."""
        if "name" not in request.query:  # the switch of languages of a refusal
            return await self.mine(request)
        caller = self.site.desk.caller(request, REQUESTS)
        found = await self.site.seen(request, caller, AskId(request.query["name"]))
        refusing = await self.site.office.refuses_ending(found, self.site.doing(request))
        if refusing is not None:
            raise _led_back(Refused(spoken(PoliciesRefuse(refusing))), found.id)
        mine = caller.subject in found.parties()
        return await self.site.show(request, caller, "end.html", shown=[found], one=found, mine=mine)

    async def reviews(self, request: web.Request) -> web.Response:
        caller = self.site.desk.caller(request, REQUESTS)
        return await self._reviews(request, caller)

    async def approve(self, request: web.Request) -> web.StreamResponse:
        return await self._decided(request, "approved")

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        return await self._decided(request, "refused")

    async def end(self, request: web.Request) -> web.StreamResponse:
        entered, doing = await form_of(request, ["name"]), self.site.doing(request)
        try:
            ended = await done(self.site.office.withdraw(AskId(entered["name"]), doing))
        except Refused as refused:
            raise _led_back(refused, AskId(entered["name"])) from refused
        seen = ended.municipality == doing.officer.municipality or doing.by.subject in ended.parties()
        raise web.HTTPSeeOther(f"/one?name={ended.id}&done=ended" if seen else "/reviews?done=ended")

    async def review(self, request: web.Request) -> web.StreamResponse:
        entered = await form_of(request, ["name", "note"])
        name, note, office = AskId(entered["name"]), entered["note"], self.site.office
        try:
            await done(office.review(name, self.site.doing(request), note))
        except Refused as refused:
            if refused.refusal is not UNEXPLAINED:
                raise _led_back(refused, name) from refused
            caller = self.site.desk.caller(request, REQUESTS)
            return await self._reviews(request, caller, name, note)
        raise web.HTTPSeeOther("/reviews?done=reviewed")

    async def _decided(self, request: web.Request, how: str) -> web.StreamResponse:
        """Where words are missing, the same form again, with what was typed."""
        entered = await form_of(request, ["name", "note"])
        name, note, office = AskId(entered["name"]), entered["note"], self.site.office
        act = office.refuse if how == "refused" else office.approve
        try:
            await done(act(name, self.site.doing(request), note))
        except Refused as refused:
            if refused.refusal is not UNEXPLAINED:
                raise _led_back(refused, name) from refused
            caller = self.site.desk.caller(request, REQUESTS)
            return await self._one(request, caller, name, note, how)
        raise web.HTTPSeeOther(f"/one?name={name}&done={how}")

    async def _one(
        self, request: web.Request, caller: Assertion, name: AskId, note: str = "", wrong: str = ""
    ) -> web.Response:
        """`wrong`: what could not be done with that note."""
        site, found = self.site, await self.site.seen(request, caller, name)
        lent = found.kind is Kind.DELEGATION and found.stands(site.desk.now())
        try:
            gains = await site.town.gains(found) if lent else None
        except DirectoryUnusable:
            gains = None
        out = await site.kept_out(request, found)
        response = await site.show(
            request,
            caller,
            "request.html",
            status=409 if wrong else 200,
            shown=[found],
            one=found,
            mine=caller.subject in found.parties(),
            gains=gains,
            asks=await who_asks(site, found),
            kept_out=out and what_refuses(out, caller.roles, site.desk.pages.support),
            told_end=self._told_end(caller, found),
            note=note,
            wrong=wrong,
            why_max=WHY_MAX,
        )
        return _because(response, wrong)

    def _told_end(self, caller: Assertion, one: Ask) -> Text | None:
        """Whom the supplier asks about an order that somebody else ended."""
        mine = one.holder.subject == caller.subject
        ended = ended_by_others([one], self.site.desk.now()) if mine else []
        return who_ended(ended[0]) if ended else None

    async def _reviews(
        self, request: web.Request, caller: Assertion, wrong: AskId | None = None, note: str = ""
    ) -> web.Response:
        """`wrong`: the one that could not be reviewed with that note; it comes first."""
        site = self.site
        await site.require(request, caller, Action.ADMINISTER)
        asks, more = await site.part(request, site.office.reviews(caller))
        if wrong is not None:
            asks = _first(await site.seen(request, caller, wrong), asks)
        reads_log = site.log and not READERS_OF_LOG.isdisjoint(caller.roles)
        response = await site.show(
            request,
            caller,
            "reviews.html",
            status=409 if wrong else 200,
            shown=asks,
            asks=asks,
            more=more,
            log_of=partial(forms.log_of, site.log if reads_log else ""),
            beginning_of=partial(forms.beginning_of, site.log if reads_log else ""),
            used_by=lambda one: used_by_another_account(one, caller.subject, site.office.rules.duties.others),
            note=note,
            wrong=wrong,
            why_max=WHY_MAX,
        )
        return _because(response, wrong)


def _led_back(refused: Refused, name: AskId) -> Refused:
    """To what it was about, where the person may know of that."""
    unknown = refused.refusal is REFUSALS[Why.UNKNOWN]
    back = "" if unknown else f"/one?{urlencode({'name': name})}"
    return Refused(replace(refused.refusal, back_to=back), refused.status)


def _first(one: Ask, asks: Sequence[Ask]) -> Sequence[Ask]:
    return [one, *(other for other in asks if other.id != one.id)]


def _because(response: web.Response, wrong: str | None) -> web.Response:
    if wrong:
        response.headers[REASON_HEADER] = Why.UNEXPLAINED
    return response
