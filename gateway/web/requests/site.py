"""What every page about requests works with: who may what here, which request an address names, how a page is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from config.vocabulary import Action, ApplicationId, SubjectId
from gateway.asks.ask import Ask, AskId, Kind
from gateway.asks.author import Author
from gateway.asks.doing import Doing
from gateway.asks.named import KINDS, STAGES
from gateway.asks.office import AskOffice
from gateway.asks.refused import PoliciesRefuse, Spoken, Why
from gateway.asks.store import Sought
from gateway.web.desk import Desk, Refused, origin_of
from gateway.web.identity import REQUESTS, Assertion
from gateway.web.officer.details import ACTIONS
from gateway.web.requests import forms, whose_turn
from gateway.web.requests.asked import spoken
from gateway.web.requests.not_done import REFUSALS
from gateway.web.requests.store import Town
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.http.arrival import led_here_by_us
from idp.http.page import language_of

DONE = frozenset({"asked", "begun", "recorded", "stated", "approved", "refused", "ended", "reviewed"})
"""What a page can be told, by `?done=`, has just been done."""
SOMEBODY_ELSE = SubjectId("somebody-else")
"""Whose request it would be: whether there is anything to decide for this person at all."""
SHOWN = 50  # of a list at once


@dataclass(frozen=True, slots=True)
class May:
    """What the policies let the caller do here now."""

    decide: bool
    administer: bool


@dataclass(frozen=True, slots=True)
class Site:
    desk: Desk
    office: AskOffice
    town: Town
    log: str = ""
    """Origin of the audit log."""
    waits_for: WaitsFor = nothing_waits

    async def part(
        self, request: web.Request, sought: Sought, after: str = "after"
    ) -> tuple[Sequence[Ask], AskId | None]:
        """What is shown at once, and after which one the list goes on. `after`: name in the query."""
        last = AskId(request.query.get(after, "")) or None
        found = await self.office.find(replace(sought, after=last, limit=SHOWN + 1))
        return found[:SHOWN], found[SHOWN - 1].id if len(found) > SHOWN else None

    async def seen(self, request: web.Request, caller: Assertion, name: AskId) -> Ask:
        """The one of that name, where this person may know of it. Raises Refused."""
        found = next(iter(await self.office.find(Sought(name=name))), None)
        if found is None:
            raise Refused(REFUSALS[Why.UNKNOWN], 404)
        may, here = await self.may(request, caller), found.municipality == caller.municipality
        reviews = found.kind is Kind.EMERGENCY and caller.municipality == self.office.centre
        decides = here and (may.decide or may.administer)
        if not (caller.subject in found.parties() or decides or (reviews and may.administer)):
            raise Refused(REFUSALS[Why.UNKNOWN], 404)
        return found

    def doing(self, request: web.Request) -> Doing:
        caller = self.desk.caller(request, REQUESTS)
        return Doing(caller, forms.party_of(caller), origin_of(request), self.desk.now())

    async def show(
        self,
        request: web.Request,
        caller: Assertion,
        template: str,
        *,
        status: int = 200,
        shown: Sequence[Ask] = (),
        **context: Any,
    ) -> web.Response:
        """`shown`: of which the page says in what state they are."""
        language = language_of(request, self.desk.pages.default_language)
        said = request.query.get("done", "") if led_here_by_us(request) else ""

        def application(name: ApplicationId) -> str:
            title = self.town.title(name)
            return title.in_language(language) if title is not None else name

        return await self.desk.show(
            request,
            template,
            caller,
            status=status,
            may=await self.may(request, caller),
            turn=await self.waits_for(caller, origin_of(request), {REQUESTS}),
            done=said if said in DONE else "",
            me=caller.subject,  # within a macro `caller` is whoever called that
            shut=await self.town.closed_now(shown),
            idle=await self.town.idle(shown),
            application=application,
            action=lambda one: ACTIONS[one].in_language(language),
            kind=lambda one: KINDS[one.kind].in_language(language),
            stage=lambda one: STAGES[one.stage].in_language(language),
            municipality=self.desk.municipality_name,
            can_end=lambda one: whose_turn.may_end(one, caller.subject, self.desk.now()),
            to_decide=lambda one: whose_turn.is_to_decide(
                one, caller.subject, self.desk.now(), self.office.rules.duties.others
            ),
            **context,
        )

    async def kept_out(self, request: web.Request, one: Ask) -> Spoken | None:
        """What refuses the holder of what runs where they are now: this sign-in, place and moment."""
        caller = self.desk.caller(request, REQUESTS)
        if one.holder.subject != caller.subject or one.municipality != caller.municipality:
            return None
        if one.kind not in (Kind.ACCESS, Kind.EMERGENCY) or not one.runs(self.desk.now()):
            return None
        return await self.town.kept_out_now(one, caller, origin_of(request))

    async def may(self, request: web.Request, caller: Assertion) -> May:
        async def permits(action: Action) -> bool:
            author, now = Author(SOMEBODY_ELSE), self.desk.now()
            return await self.office.permits(caller, action, author, origin_of(request), now) is None

        return May(await permits(Action.SIGN), await permits(Action.ADMINISTER))

    async def require(self, request: web.Request, caller: Assertion, action: Action) -> None:
        """To see what others ask for. Raises Refused in the words of the policies."""
        author, now = Author(SOMEBODY_ELSE), self.desk.now()
        words = await self.office.permits(caller, action, author, origin_of(request), now)
        if words is not None:
            raise Refused(spoken(PoliciesRefuse(words)))
