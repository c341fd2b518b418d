"""The incident switch: what is closed now, closing a class of access after a look at whom it hits, opening it again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, Language, MunicipalityCode, Role
from gateway.policy_office.incidents import CLOSE
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION
from gateway.web.centre import actions_of
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.closing_form import FIELDS, NOT_THERE, TARGET_OF, Known, faults_in, target_of
from gateway.web.policies.entered import fields_of, texts_of
from gateway.web.policies.not_done import REFUSALS, done, told
from gateway.web.policies.site import NAME_LENGTH, Site
from gateway.web.policies.whom_it_hits import Hit
from gateway.web.refusal import FORM_UNREADABLE, PAGE_UNKNOWN
from gateway.web.ways_back import leading_back
from policies.incident_named import what_named
from policies.incident_words import KIND_WORDS
from policies.incidents import Closure, ClosureKind, called
from policies.model import Text

REASON: Text = {
    Language.CZECH: "Řešíme bezpečnostní incident.",
    Language.ENGLISH: "We are dealing with a security incident.",
}
"""What refused people read, unless whoever closes says something else."""
PREFILLED = ("kind", "role", "application", "municipality")
EVERY = ""
"""Of a choice: none of them."""
Hits = Callable[[Closure, datetime], Awaitable[Hit]]
"""Whom a closure would take something from at that moment."""


@dataclass(frozen=True, slots=True)
class Switch:
    site: Site
    hits: Hits
    municipalities: Mapping[MunicipalityCode, str]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/incidents", self.shown),
            Page("GET", "/incident", self.as_the_menu_calls_it),
            *leading_back(
                (
                    Page("POST", "/incidents/confirm", self.confirm),
                    Page("POST", "/incidents/close", self.close),
                    Page("POST", "/incidents/{incident}/open", self.open_again),
                ),
                lambda _: "/incidents",
            ),
            Page("GET", "/incidents/confirm", self.shown),  # the switch of languages of a refusal
            Page("GET", "/incidents/close", self.shown),
            Page("GET", "/incidents/{incident}/open", self.opening),
        )

    async def as_the_menu_calls_it(self, _: web.Request) -> web.Response:
        """Guessed from the menu's word, in a hurry."""
        raise web.HTTPSeeOther("/incidents")

    async def shown(self, request: web.Request) -> web.Response:
        """A link says what to close; nothing is closed before somebody has looked whom it hits."""
        named = {name: request.query[name] for name in PREFILLED if name in request.query}
        return await self._form(request, self.site.caller(request), named, {})

    async def confirm(self, request: web.Request) -> web.Response:
        """Nothing is closed yet. Who is signed in is told only to whoever may close."""
        site, caller = self.site, self.site.caller(request)
        kind, entered = _wanted(await fields_of(request))
        await done(self._may_look(request, caller))
        faults = faults_in(kind, entered, self._known)
        if kind is None or faults:
            return await self._form(request, caller, entered, faults)
        closure = self._closure(caller, kind, entered)
        hit = await self.hits(closure, site.desk.now())
        return await site.show(
            request,
            "incident_confirm.html",
            caller,
            closure=closure,
            title=self._called(closure),
            hit=hit,
            what=self._what(closure),
            entered=entered,
        )

    async def close(self, request: web.Request) -> web.Response:
        """What the office refuses for what was filled in is said at the field, and is recorded all the same."""
        site, caller = self.site, self.site.caller(request)
        kind, entered = _wanted(await fields_of(request))
        if kind is None:
            raise Refused(FORM_UNREADABLE, 400)
        reason, now, asking = _reason(entered), site.desk.now(), site.asking(request, caller)
        try:
            await site.incidents.close(asking, kind, target_of(kind, entered), reason, now)
        except ActRefused as refused:
            faults = faults_in(kind, entered, self._known)
            if not faults:
                raise told(refused) from refused
            return await self._form(request, caller, entered, faults)
        raise web.HTTPSeeOther("/incidents?done=closed")

    async def opening(self, request: web.Request) -> web.Response:
        """Asked before what is closed is opened; who may not open it sees what is closed."""
        caller = self.site.caller(request)
        if Action.ADMINISTER not in actions_of(caller, self.site.centre):
            raise web.HTTPSeeOther("/incidents")
        return await self._opening(request, caller)

    async def open_again(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        why = (await texts_of(request, ["why"]))["why"].strip()
        name = request.match_info["incident"][:NAME_LENGTH]
        asking = site.asking(request, caller)
        try:
            await site.incidents.open_again(asking, name, why, site.desk.now())
        except ActRefused as refused:
            if refused.reason is not Refusal.UNEXPLAINED:
                raise told(refused) from refused
            return await self._opening(request, caller, refused.reason)
        raise web.HTTPSeeOther("/incidents?done=opened")

    async def _may_look(self, request: web.Request, caller: Assertion) -> None:
        asking, about = self.site.asking(request, caller), "look whom it hits"
        async with self.site.office.refusing(asking, CLOSE, OF_REGION, self.site.desk.now()):
            await asking.require(Action.ADMINISTER, OF_REGION, None, about)

    def _called(self, closure: Closure) -> Text:
        return called(closure, self.site.books.in_force().names)

    def _what(self, closure: Closure) -> Text:
        return what_named(closure, self.site.books.in_force().names)

    def _closure(self, caller: Assertion, kind: ClosureKind, entered: Mapping[str, str]) -> Closure:
        now, target = self.site.desk.now(), target_of(kind, entered)
        return Closure(kind=kind, target=target, reason=_reason(entered), by=caller.subject, at=now)

    @property
    def _known(self) -> Known:
        return Known(self.site.applications, self.municipalities)

    async def _form(
        self, request: web.Request, caller: Assertion, entered: Mapping[str, str], faults: Mapping[str, Text]
    ) -> web.Response:
        """With what is closed; `faults` beside their fields, and nothing that was filled in is lost."""
        site = self.site
        found = await done(site.incidents.listed(site.asking(request, caller), over=True))
        usual = dict.fromkeys(FIELDS, EVERY) | {f"reason_{each}": REASON[each] for each in Language}
        response = await site.show(
            request,
            "incidents.html",
            caller,
            status=409 if faults else 200,
            closed=[one for one in found if one.stands],
            history=found,
            what=self._what,
            called=self._called,
            everywhere=await site.gates_have_it(),
            kinds=KIND_WORDS,
            asked_of=TARGET_OF,
            roles=list(Role),
            municipalities=self.municipalities,
            applications=site.applications,
            entered=usual | dict(entered),
            faults=faults,
            named=lambda ids, title: [(one, title(one)) for one in ids],
        )
        if faults:
            strange = NOT_THERE in faults.values()
            response.headers[REASON_HEADER] = (
                Refusal.INCIDENT_TARGET if strange else Refusal.INCIDENT_UNUSABLE
            )
        return response

    async def _opening(
        self, request: web.Request, caller: Assertion, refused: Refusal | None = None
    ) -> web.Response:
        site, name = self.site, request.match_info["incident"][:NAME_LENGTH]
        listed = await done(site.incidents.listed(site.asking(request, caller)))
        found = next((one for one in listed if one.id == name), None)
        if found is None:
            raise Refused(PAGE_UNKNOWN, 404)
        status, title = 409 if refused else 200, self._called(found.closure)
        wrong = REFUSALS[refused][0].title if refused else None
        response = await site.show(
            request, "incident_open.html", caller, status=status, one=found, title=title, wrong=wrong
        )
        if refused:
            response.headers[REASON_HEADER] = refused
        return response


def _wanted(fields: Mapping[str, list[str]]) -> tuple[ClosureKind | None, dict[str, str]]:
    """None: none was chosen. Raises Refused for what our form does not send."""
    if any(len(values) > 1 for name, values in fields.items() if name in FIELDS):
        raise Refused(FORM_UNREADABLE, 400)
    entered = {name: fields.get(name, [EVERY])[0] for name in FIELDS}
    try:
        return ClosureKind(entered["kind"]) if entered["kind"] else None, entered
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None


def _reason(entered: Mapping[str, str]) -> Text:
    return {language: entered[f"reason_{language}"].strip() for language in Language}
