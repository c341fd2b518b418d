"""The pages about requests: read a form, ask the office, show. Whether somebody may is decided when they do it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, Role
from gateway.asks.ask import Kind, Party
from gateway.asks.office import AskOffice
from gateway.asks.refused import AskRefused, PoliciesRefuse, Why
from gateway.asks.store import Sought
from gateway.asks.wish import WHY_MAX, Wish
from gateway.authorize.held_already import Held
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import REQUESTS, Assertion
from gateway.web.officer.not_done import DIRECTORY_AWAY
from gateway.web.refusal import ShownRefusal
from gateway.web.requests import forms
from gateway.web.requests.asked import entered_in, even_so, prefilled, spoken, told
from gateway.web.requests.deciding import Deciding
from gateway.web.requests.meant import SeveralMeant, beside, by_surname_alone, meant
from gateway.web.requests.not_done import REFUSALS
from gateway.web.requests.site import Site
from gateway.web.requests.sponsors import by_name, sponsors, suppliers_of, supplies
from gateway.web.requests.store import Town
from gateway.web.requests.told_first import NOTHING_TOLD, ToldFirst, closed_to, told_first, without_reading
from gateway.web.waiting import WaitsFor, nothing_waits
from gateway.web.ways_back import here, leading_back
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from idp.directory.same_person import all_of

KINDS = {
    "ask.html": Kind.ACCESS,
    "emergency.html": Kind.EMERGENCY,
    "order.html": Kind.ORDER,
    "deputies.html": Kind.DELEGATION,
    "purpose.html": Kind.PURPOSE,
}
"""Of what a form is."""


@dataclass(frozen=True, slots=True)
class Requests:
    desk: Desk
    office: AskOffice
    town: Town
    log: str = ""
    """Origin of the audit log."""
    waits_for: WaitsFor = nothing_waits

    @property
    def site(self) -> Site:
        return Site(self.desk, self.office, self.town, self.log, self.waits_for)

    def pages(self) -> Sequence[Page]:
        lists = (("/", self.mine), ("/orders", self.orders))
        forms_ = (
            ("/ask", self.asking, self.ask),
            ("/emergency", self.emergency, self.begin),
            ("/purpose", self.purpose, self.state),
            ("/orders/new", self.ordering, self.order),
            ("/deputies", self.deputies, self.delegate),
        )
        return (
            *(Page("GET", path, handler) for path, handler in lists),
            *(Page("GET", path, shown) for path, shown, _ in forms_),
            *leading_back((Page("POST", path, done) for path, _, done in forms_), here),
            *Deciding(self.site, self.mine).pages(),
        )

    # Lists.

    async def mine(self, request: web.Request) -> web.Response:
        """What the person asked for, has, or gave."""
        caller = self.desk.caller(request, REQUESTS)
        asks, more = await self.site.part(request, Sought(concerns=caller.subject))
        return await self.site.show(request, caller, "requests.html", shown=asks, asks=asks, more=more)

    async def orders(self, request: web.Request) -> web.Response:
        """What the person sponsors, placed, or works by."""
        caller, orders = self.desk.caller(request, REQUESTS), frozenset({Kind.ORDER})
        asks, more = await self.site.part(request, Sought(concerns=caller.subject, kinds=orders))
        return await self.site.show(request, caller, "orders.html", shown=asks, asks=asks, more=more)

    # Forms.

    async def asking(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        entered = forms.window_offered(self.desk.now()) | prefilled(request)
        return await self._form(request, caller, "ask.html", entered)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Who may do it already is told so first, and sends it once more where it is needed all the same."""
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)
        held = self._held(caller, entered)
        mark = even_so(entered["application"], held)
        if held and entered["even_so"] != mark:
            return await self._for_oneself(
                request, Kind.ACCESS, "ask.html", "/?done=asked", ToldFirst(mark, held=held)
            )
        first = await without_reading(caller, entered, self.office, self.town, self.desk.now())
        told_of_it = entered["even_so"].startswith(f"{entered['application']} ")  # of a closure afterwards
        if held or told_of_it:
            first = NOTHING_TOLD
        return await self._for_oneself(request, Kind.ACCESS, "ask.html", "/?done=asked", first)

    def _held(self, caller: Assertion, entered: Mapping[str, str]) -> Sequence[Held]:
        application, now = forms.application_of(entered), self.desk.now()
        if application is None:
            return []
        who, then = forms.person_of(caller), forms.moment_of(entered["since"]) or now
        actions = forms.actions_of(entered)
        return self.town.held_already(who, application, actions, caller.municipality, max(then, now))

    async def emergency(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        return await self._form(request, caller, "emergency.html", prefilled(request))

    async def begin(self, request: web.Request) -> web.StreamResponse:
        return await self._for_oneself(request, Kind.EMERGENCY, "emergency.html", "/?done=begun")

    async def purpose(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        return await self._form(request, caller, "purpose.html", prefilled(request))

    async def state(self, request: web.Request) -> web.StreamResponse:
        return await self._for_oneself(request, Kind.PURPOSE, "purpose.html", "/?done=stated")

    async def ordering(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        entered = forms.window_offered(self.desk.now()) | prefilled(request)
        return await self._form(request, caller, "order.html", entered)

    async def order(self, request: web.Request) -> web.StreamResponse:
        """By the supplier, or by an officer for one."""
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)

        async def wish() -> Wish:
            asker = await self._themselves(caller)
            named = entered["person"]
            those = await self._suppliers(caller)
            holder = await self._named("person", entered, those) if named and named != caller.login else None
            sponsor = await self._named("sponsor", entered, await sponsors(self.office, caller))
            return self._wish(Kind.ORDER, caller, asker, entered, holder=holder, sponsor=sponsor)

        return await self._asked(request, caller, "order.html", entered, wish, "/orders?done=asked")

    async def deputies(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        entered = forms.window_offered(self.desk.now())
        return await self._form(request, caller, "deputies.html", entered)

    async def delegate(self, request: web.Request) -> web.StreamResponse:
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)

        async def wish() -> Wish:
            asker, those = await self._themselves(caller), await self._colleagues(caller)
            deputy = await self._named("person", entered, those)
            role = forms.role_of(entered)
            return self._wish(Kind.DELEGATION, caller, asker, entered, holder=deputy, role=role)

        return await self._asked(request, caller, "deputies.html", entered, wish, "/?done=recorded")

    # What they have in common.

    def _wish(
        self, kind: Kind, caller: Assertion, asker: Person, entered: Mapping[str, str], **further: Any
    ) -> Wish:
        return Wish(
            kind=kind,
            municipality=caller.municipality,
            asker=asker,
            session=caller.sid,
            why=entered["why"],
            application=forms.application_of(entered),
            actions=forms.actions_of(entered),
            since=forms.moment_of(entered["since"]),
            until=forms.moment_of(entered["until"]),
            agenda=entered["agenda"].strip(),
            activity_role=entered["activity_role"].strip(),
            **further,
        )

    async def _for_oneself(
        self,
        request: web.Request,
        kind: Kind,
        template: str,
        then: str,
        first: ToldFirst = NOTHING_TOLD,
    ) -> web.StreamResponse:
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)

        async def wish() -> Wish:
            return self._wish(kind, caller, forms.person_of(caller), entered)

        return await self._asked(request, caller, template, entered, wish, then, first)

    async def _asked(
        self,
        request: web.Request,
        caller: Assertion,
        template: str,
        entered: Mapping[str, str],
        wish: Callable[[], Awaitable[Wish]],
        then: str,
        first: ToldFirst = NOTHING_TOLD,
    ) -> web.StreamResponse:
        """Why it was not asked for is said in the form, with all that was typed; what another sign-in would mend leads
        to that. `first`: told before it is asked for, where nothing refuses it with certainty.
        """
        try:
            wished, doing = await wish(), self.site.doing(request)
            if not first.mark:
                closed = await told_first(wished, self.town, self.office.rules, doing.now)
                first = closed if closed.mark != entered["even_so"] else NOTHING_TOLD
            if first.mark:
                await self.office.foresee(wished, doing)
                entered = {**entered, "read": "1"} if first.without_reading else entered
                return await self._form(request, caller, template, entered, first=first)
            made = await self.office.ask(wished, doing)
        except DirectoryUnusable:
            try:
                return await self._form(request, caller, template, entered, DIRECTORY_AWAY, status=503)
            except DirectoryUnusable:  # it names people, too
                raise Refused(DIRECTORY_AWAY, 503) from None
        except SeveralMeant as error:
            why = Why.SEVERAL_MEANT if len(error.people) > 1 else Why.ONE_MEANT
            wrong, several = REFUSALS[why], {error.field: error.people}
            entered = {**entered, "by_login": f"{entered['by_login']} {error.login}".strip()}
            return await self._form(request, caller, template, entered, wrong, several=several, status=409)
        except AskRefused as error:
            askable, support = self.town.askable(caller.municipality), self.desk.pages.support
            wrong = told(error, KINDS[template], caller, entered["application"], askable, support)
            return await self._form(request, caller, template, entered, wrong, status=409)
        except PoliciesRefuse as error:
            raise Refused(spoken(error)) from error
        if made.kind is Kind.EMERGENCY and await self.site.kept_out(request, made) is not None:
            then = f"/one?name={made.id}&done=begun"  # which says what refuses it here and now
        raise web.HTTPSeeOther(then)

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        template: str,
        entered: Mapping[str, str],
        wrong: ShownRefusal | None = None,
        first: ToldFirst = NOTHING_TOLD,
        several: Mapping[str, Sequence[Party]] = MappingProxyType({}),
        status: int = 200,
    ) -> web.Response:
        askable = self.town.askable(caller.municipality)
        response = await self.site.show(
            request,
            caller,
            template,
            status=status,
            entered=dict.fromkeys(forms.FIELDS, "") | dict(entered),
            wrong=wrong,
            nobody=template == "ask.html" and wrong is None and await self._nobody_decides(caller),
            askable=askable,
            nobody_decides=REFUSALS[Why.NOBODY_DECIDES],
            first=first,
            several=several,
            closed_here=await closed_to(caller, askable, self.town, self.desk.now()),
            who_has={action: [one for one in askable if action in one.actions] for action in Action},
            why_max=WHY_MAX,
            settings=self.office.rules.settings,
            colleagues=await self._colleagues(caller),
            suppliers=await self._suppliers(caller),
            sponsors=await sponsors(self.office, caller) if template == "order.html" else [],
        )
        if wrong is not None:
            response.headers[REASON_HEADER] = wrong.reason
        return response

    async def _nobody_decides(self, caller: Assertion) -> bool:
        """Whether it is known that not even a request of the least could be approved."""
        needed = self.office.rules.settings.approvers
        there = await self.office.deciders(caller.municipality, caller.subject, needed)
        return there is not None and there < needed

    async def _colleagues(self, caller: Assertion) -> Sequence[Party]:
        """Whom a form suggests by name; to a supplier nobody: who works here is not theirs to list."""
        if supplies(caller, await suppliers_of(self.office)):
            return []
        found = await self.office.holding(caller.municipality, list(set(Role) - {Role.SUPPLIER}))
        own = all_of(caller.subject, self.office.rules.duties.others)
        return by_name(one for one in found if one.subject not in own)

    async def _suppliers(self, caller: Assertion) -> Sequence[Party]:
        if supplies(caller, await suppliers_of(self.office)):
            return []
        return by_name(await self.office.holding(caller.municipality, [Role.SUPPLIER]))

    async def _named(self, field: str, entered: Mapping[str, str], suggested: Sequence[Party]) -> Person:
        """The one who answers to the login, or among those suggested to the name; what is a login of one and a name of
        others is asked about. Raises AskRefused, SeveralMeant, DirectoryUnusable.
        """
        login = entered[field].strip()[: forms.LOGIN_MAX]
        found = await self.town.named(login) if login else []
        if len(found) == 1 and login not in entered["by_login"].split():
            if several := beside(login, found[0], suggested):
                raise SeveralMeant(field, several, several[0].login)
        elif not found and (those := meant(login, suggested)):
            if len(those) > 1 or by_surname_alone(login):
                raise SeveralMeant(field, those)
            found = await self.town.named(those[0].login)
        if len(found) != 1:
            raise AskRefused(Why.PERSON_UNKNOWN)
        return found[0]

    async def _themselves(self, caller: Assertion) -> Person:
        """As the directory has them now: which of the roles are their own."""
        found = await self.town.person(caller.subject)
        if found is None:
            raise AskRefused(Why.PERSON_UNKNOWN)
        return found
