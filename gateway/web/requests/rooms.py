"""The pages about requests: read a form, ask the office, show. Whether somebody may is decided when they do it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, ApplicationId, Role, SubjectId
from gateway.asks.ask import Ask, AskId, Kind, Party, Stage
from gateway.asks.named import KINDS, STAGES
from gateway.asks.office import AskOffice, Author, Doing
from gateway.asks.refused import AskRefused, PoliciesRefuse, Why
from gateway.asks.store import Sought
from gateway.asks.wish import WHY_MAX, Wish
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import REQUESTS, Assertion
from gateway.web.officer.details import ACTIONS
from gateway.web.officer.not_done import DIRECTORY_AWAY
from gateway.web.requests import forms, whose_turn
from gateway.web.requests.asked import done, entered_in, prefilled, spoken
from gateway.web.requests.not_done import MENDABLE, REFUSALS
from gateway.web.requests.store import Town
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from idp.http.arrival import led_here_by_us
from idp.http.page import language_of

DONE = frozenset({"asked", "begun", "recorded", "stated", "approved", "refused", "ended", "reviewed"})
"""What a page can be told, by `?done=`, has just been done."""
SOMEBODY_ELSE = SubjectId("somebody-else")
"""Whose request it would be: whether there is anything to decide for this person at all."""
SHOWN = 50  # of a list at once
READERS_OF_LOG = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
"""Who is led to the log; whether it opens the policies say there."""


@dataclass(frozen=True, slots=True)
class May:
    """What the policies let the caller do here now."""

    decide: bool
    administer: bool


@dataclass(frozen=True, slots=True)
class Requests:
    desk: Desk
    office: AskOffice
    town: Town
    log: str = ""
    """Origin of the audit log."""
    waits_for: WaitsFor = nothing_waits

    def pages(self) -> Sequence[Page]:
        lists = (("/", self.mine), ("/waiting", self.waiting), ("/orders", self.orders))
        forms_ = (
            ("/ask", self.asking, self.ask),
            ("/emergency", self.emergency, self.begin),
            ("/purpose", self.purpose, self.state),
            ("/orders/new", self.ordering, self.order),
            ("/deputies", self.deputies, self.delegate),
        )
        acts = (
            ("/approve", self.approve),
            ("/refuse", self.refuse),
            ("/end", self.end),
            ("/review", self.review),
        )
        return (
            *(Page("GET", path, handler) for path, handler in lists),
            Page("GET", "/reviews", self.reviews),
            Page("GET", "/one", self.one),
            *(Page("GET", path, shown) for path, shown, _ in forms_),
            *(Page("POST", path, done) for path, _, done in forms_),
            *(Page("POST", path, done) for path, done in acts),
            Page("GET", "/end", self.ending),
            *(
                Page("GET", path, self.mine) for path, _ in acts if path != "/end"
            ),  # the switch of languages of a refusal
        )

    # Lists.

    async def mine(self, request: web.Request) -> web.Response:
        """What the person asked for, has, or gave."""
        caller = self.desk.caller(request, REQUESTS)
        asks, more = await self._list(request, Sought(concerns=caller.subject))
        return await self._show(request, caller, "requests.html", asks=asks, more=more)

    async def waiting(self, request: web.Request) -> web.Response:
        """What waits for a decision in this municipality, and what was approved there and still runs."""
        caller = self.desk.caller(request, REQUESTS)
        await self._require(request, caller, Action.SIGN)
        now = self.desk.now()
        living = Sought(
            municipality=caller.municipality,
            kinds=frozenset({Kind.ACCESS, Kind.ORDER, Kind.DELEGATION, Kind.EMERGENCY}),
            ends_after=now,
        )
        waiting, more = await self._list(request, replace(living, stages=frozenset({Stage.WAITING})))
        run = replace(living, stages=frozenset({Stage.IN_FORCE}))
        running, more_run = await self._list(request, run, "running")
        return await self._show(
            request, caller, "waiting.html", waiting=waiting, more=more, running=running, more_run=more_run
        )

    async def orders(self, request: web.Request) -> web.Response:
        """What the person sponsors, placed, or works by."""
        caller, orders = self.desk.caller(request, REQUESTS), frozenset({Kind.ORDER})
        asks, more = await self._list(request, Sought(concerns=caller.subject, kinds=orders))
        return await self._show(request, caller, "orders.html", asks=asks, more=more)

    async def reviews(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        await self._require(request, caller, Action.ADMINISTER)
        asks, more = await self._list(request, self.office.reviews(caller))
        reads_log = self.log and not READERS_OF_LOG.isdisjoint(caller.roles)
        log_of = partial(forms.log_of, self.log if reads_log else "")
        return await self._show(request, caller, "reviews.html", asks=asks, more=more, log_of=log_of)

    async def _list(
        self, request: web.Request, sought: Sought, after: str = "after"
    ) -> tuple[Sequence[Ask], AskId | None]:
        """What is shown at once, and after which one the list goes on. `after`: name in the query."""
        last = AskId(request.query.get(after, "")) or None
        found = await self.office.find(replace(sought, after=last, limit=SHOWN + 1))
        return found[:SHOWN], found[SHOWN - 1].id if len(found) > SHOWN else None

    async def one(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        found = await self._seen(request, caller)
        lent = found.kind is Kind.DELEGATION and found.stands(self.desk.now())
        try:
            gains = await self.town.gains(found) if lent else None
        except DirectoryUnusable:
            gains = None
        return await self._show(
            request, caller, "request.html", one=found, mine=_theirs(found, caller), gains=gains
        )

    async def ending(self, request: web.Request) -> web.Response:
        """What is to end, before it does: in a list of equal buttons one is easily taken for another."""
        caller = self.desk.caller(request, REQUESTS)
        if "name" not in request.query:  # the switch of languages of a refusal
            return await self.mine(request)
        found = await self._seen(request, caller)
        return await self._show(request, caller, "end.html", one=found, mine=_theirs(found, caller))

    async def _seen(self, request: web.Request, caller: Assertion) -> Ask:
        """The one that the address names, where this person may know of it. Raises Refused."""
        name = AskId(request.query.get("name", ""))
        found = next(iter(await self.office.find(Sought(name=name))), None)
        if found is None:
            raise Refused(REFUSALS[Why.UNKNOWN], 404)
        may, here = await self._may(request, caller), found.municipality == caller.municipality
        reviews = found.kind is Kind.EMERGENCY and caller.municipality == self.office.centre
        decides = here and (may.decide or may.administer)
        if not (_theirs(found, caller) or decides or (reviews and may.administer)):
            raise Refused(REFUSALS[Why.UNKNOWN], 404)
        return found

    # Forms.

    async def asking(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        entered = forms.window_offered(self.desk.now()) | prefilled(request)
        return await self._form(request, caller, "ask.html", entered)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        return await self._for_oneself(request, Kind.ACCESS, "ask.html", "/?done=asked")

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
            holder = await self._named(named) if named and named != caller.login else None
            sponsor = await self._named(entered["sponsor"])
            return self._wish(Kind.ORDER, caller, asker, entered, holder=holder, sponsor=sponsor)

        return await self._asked(request, caller, "order.html", entered, wish, "/orders?done=asked")

    async def deputies(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, REQUESTS)
        entered = forms.window_offered(self.desk.now())
        return await self._form(request, caller, "deputies.html", entered)

    async def delegate(self, request: web.Request) -> web.StreamResponse:
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)

        async def wish() -> Wish:
            asker, deputy = await self._themselves(caller), await self._named(entered["person"])
            role = forms.role_of(entered)
            return self._wish(Kind.DELEGATION, caller, asker, entered, holder=deputy, role=role)

        return await self._asked(request, caller, "deputies.html", entered, wish, "/?done=recorded")

    # Acts.

    async def approve(self, request: web.Request) -> web.StreamResponse:
        entered = await form_of(request, ["name", "note"])
        doing = self._doing(request)
        await done(self.office.approve(AskId(entered["name"]), doing, entered["note"]))
        raise web.HTTPSeeOther(f"/one?name={entered['name']}&done=approved")

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        entered = await form_of(request, ["name", "note"])
        await done(self.office.refuse(AskId(entered["name"]), self._doing(request), entered["note"]))
        raise web.HTTPSeeOther(f"/one?name={entered['name']}&done=refused")

    async def end(self, request: web.Request) -> web.StreamResponse:
        entered, doing = await form_of(request, ["name"]), self._doing(request)
        ended = await done(self.office.withdraw(AskId(entered["name"]), doing))
        seen = ended.municipality == doing.officer.municipality or doing.by.subject in ended.parties()
        raise web.HTTPSeeOther(f"/one?name={ended.id}&done=ended" if seen else "/reviews?done=ended")

    async def review(self, request: web.Request) -> web.StreamResponse:
        entered = await form_of(request, ["name", "note"])
        await done(self.office.review(AskId(entered["name"]), self._doing(request), entered["note"]))
        raise web.HTTPSeeOther("/reviews?done=reviewed")

    # What they have in common.

    def _doing(self, request: web.Request) -> Doing:
        caller = self.desk.caller(request, REQUESTS)
        return Doing(caller, forms.party_of(caller), origin_of(request), self.desk.now())

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
        self, request: web.Request, kind: Kind, template: str, then: str
    ) -> web.StreamResponse:
        caller, entered = self.desk.caller(request, REQUESTS), await entered_in(request)

        async def wish() -> Wish:
            return self._wish(kind, caller, forms.person_of(caller), entered)

        return await self._asked(request, caller, template, entered, wish, then)

    async def _asked(
        self,
        request: web.Request,
        caller: Assertion,
        template: str,
        entered: Mapping[str, str],
        wish: Callable[[], Awaitable[Wish]],
        then: str,
    ) -> web.StreamResponse:
        """What the form can mend is shown in it."""
        try:
            await self.office.ask(await wish(), self._doing(request))
        except DirectoryUnusable:
            raise Refused(DIRECTORY_AWAY, 503) from None
        except AskRefused as error:
            if error.reason not in MENDABLE:
                raise Refused(REFUSALS[error.reason], 409) from error
            response = await self._form(request, caller, template, entered, error.reason)
            response.headers[REASON_HEADER] = error.reason
            return response
        except PoliciesRefuse as error:
            raise Refused(spoken(error)) from error
        raise web.HTTPSeeOther(then)

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        template: str,
        entered: Mapping[str, str],
        wrong: Why | None = None,
    ) -> web.Response:
        return await self._show(
            request,
            caller,
            template,
            status=200 if wrong is None else 409,
            entered=dict.fromkeys(forms.FIELDS, "") | dict(entered),
            wrong=REFUSALS[wrong] if wrong is not None else None,
            askable=self.town.askable(caller.municipality),
            why_max=WHY_MAX,
            settings=self.office.rules.settings,
            colleagues=await self._colleagues(caller),
            suppliers=await self._suppliers(caller),
        )

    async def _colleagues(self, caller: Assertion) -> Sequence[Party]:
        """Whom a form suggests by name; to a supplier nobody: who works here is not theirs to list."""
        if set(caller.roles) <= {Role.SUPPLIER}:
            return []
        found = await self.office.holding(caller.municipality, list(set(Role) - {Role.SUPPLIER}))
        return sorted((one for one in found if one.subject != caller.subject), key=lambda one: one.name)

    async def _suppliers(self, caller: Assertion) -> Sequence[Party]:
        if set(caller.roles) <= {Role.SUPPLIER}:
            return []
        return sorted(
            await self.office.holding(caller.municipality, [Role.SUPPLIER]), key=lambda one: one.name
        )

    async def _show(
        self, request: web.Request, caller: Assertion, template: str, *, status: int = 200, **context: Any
    ) -> web.Response:
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
            may=await self._may(request, caller),
            turn=await self.waits_for(caller, origin_of(request), {REQUESTS}),
            done=said if said in DONE else "",
            application=application,
            action=lambda one: ACTIONS[one].in_language(language),
            kind=lambda one: KINDS[one.kind].in_language(language),
            stage=lambda one: STAGES[one.stage].in_language(language),
            municipality=self.desk.municipality_name,
            can_end=lambda one: whose_turn.may_end(one, caller.subject, self.desk.now()),
            to_decide=lambda one: whose_turn.is_to_decide(one, caller.subject, self.desk.now()),
            **context,
        )

    async def _may(self, request: web.Request, caller: Assertion) -> May:
        async def permits(action: Action) -> bool:
            author, now = Author(SOMEBODY_ELSE), self.desk.now()
            return await self.office.permits(caller, action, author, origin_of(request), now) is None

        return May(await permits(Action.SIGN), await permits(Action.ADMINISTER))

    async def _require(self, request: web.Request, caller: Assertion, action: Action) -> None:
        """To see what others ask for. Raises Refused in the words of the policies."""
        author, now = Author(SOMEBODY_ELSE), self.desk.now()
        words = await self.office.permits(caller, action, author, origin_of(request), now)
        if words is not None:
            raise Refused(spoken(PoliciesRefuse(words)))

    async def _named(self, login: str) -> Person:
        """The one who answers to the login. Raises AskRefused, DirectoryUnusable."""
        found = await self.town.named(login.strip()[: forms.LOGIN_MAX]) if login.strip() else []
        if len(found) != 1:
            raise AskRefused(Why.PERSON_UNKNOWN)
        return found[0]

    async def _themselves(self, caller: Assertion) -> Person:
        """As the directory has them now: which of the roles are their own."""
        found = await self.town.person(caller.subject)
        if found is None:
            raise AskRefused(Why.PERSON_UNKNOWN)
        return found


def _theirs(one: Ask, caller: Assertion) -> bool:
    return caller.subject in one.parties()
