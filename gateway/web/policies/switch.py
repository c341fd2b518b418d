"""The incident switch: what is closed now, closing a class of access after a look at whom it hits, opening it again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.vocabulary import Action, Language, MunicipalityCode, Role
from gateway.policy_office.incidents import CLOSE
from gateway.policy_office.refusal import Refusal
from gateway.policy_office.scope import OF_REGION
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.entered import texts_of
from gateway.web.policies.not_done import REFUSALS, done
from gateway.web.policies.site import NAME_LENGTH, Site
from gateway.web.refusal import FORM_UNREADABLE
from policies.incident_words import KIND_WORDS
from policies.incidents import Closure, ClosureKind, ClosureUnusable, called, target_fault
from policies.model import Text

REASON: Text = {
    Language.CZECH: "Řešíme bezpečnostní incident.",
    Language.ENGLISH: "We are dealing with a security incident.",
}
"""What refused people read, unless whoever closes says something else."""
FIELDS = ("kind", "role", "application", "municipality", "reason_cs", "reason_en")
EVERY = ""
"""Of a choice: none of them."""
TARGET_OF: Mapping[ClosureKind, tuple[str, ...]] = {
    ClosureKind.ROLE: ("role",),
    ClosureKind.APPLICATION: ("application",),
    ClosureKind.MUNICIPALITY: ("municipality",),
    ClosureKind.MUNICIPALITY_APPLICATION: ("municipality", "application"),
}
"""Fields whose values together are the kind's target."""
Hits = Callable[[Closure, datetime], Awaitable[tuple[int, int]]]
"""Open sessions that a closure would take something from, and of all there are."""


@dataclass(frozen=True, slots=True)
class Switch:
    site: Site
    hits: Hits
    municipalities: Mapping[MunicipalityCode, str]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/incidents", self.shown),
            Page("POST", "/incidents/confirm", self.confirm),
            Page("POST", "/incidents/close", self.close),
            Page("POST", "/incidents/{incident}/open", self.open_again),
            Page("GET", "/incidents/confirm", self.shown),  # the switch of languages of a refusal
            Page("GET", "/incidents/close", self.shown),
        )

    async def shown(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        found = await done(site.incidents.listed(site.asking(request, caller), over=True))
        return await site.show(
            request,
            "incidents.html",
            caller,
            closed=[one for one in found if one.stands],
            over=[one for one in found if not one.stands],
            called=self._called,
            everywhere=await site.gates_have_it(),
            kinds=KIND_WORDS,
            roles=list(Role),
            municipalities=self.municipalities,
            applications=site.applications,
            entered=dict.fromkeys(FIELDS, EVERY)
            | {f"reason_{language}": REASON[language] for language in Language},
        )

    async def confirm(self, request: web.Request) -> web.Response:
        """Nothing is closed yet. How many are signed in is told only to whoever may close."""
        site, caller = self.site, self.site.caller(request)
        entered = await texts_of(request, FIELDS)
        kind, target = _wanted(entered)
        await done(self._may_look(request, caller))
        closure = self._closure(caller, kind, target, entered)
        hit, everybody = await self.hits(closure, site.desk.now())
        return await site.show(
            request,
            "incident_confirm.html",
            caller,
            closure=closure,
            title=self._called(closure),
            hit=hit,
            everybody=everybody,
            entered=entered,
        )

    async def close(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        entered = await texts_of(request, FIELDS)
        kind, target = _wanted(entered)
        reason, now = _reason(entered), site.desk.now()
        await done(site.incidents.close(site.asking(request, caller), kind, target, reason, now))
        raise web.HTTPSeeOther("/incidents?done=closed")

    async def open_again(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        why = (await texts_of(request, ["why"]))["why"].strip()
        name = request.match_info["incident"][:NAME_LENGTH]
        await done(site.incidents.open_again(site.asking(request, caller), name, why, site.desk.now()))
        raise web.HTTPSeeOther("/incidents?done=opened")

    async def _may_look(self, request: web.Request, caller: Assertion) -> None:
        asking, about = self.site.asking(request, caller), "look whom it hits"
        async with self.site.office.refusing(asking, CLOSE, OF_REGION, self.site.desk.now()):
            await asking.require(Action.ADMINISTER, OF_REGION, None, about)

    def _called(self, closure: Closure) -> Text:
        return called(closure, self.site.books.in_force().names)

    def _closure(
        self, caller: Assertion, kind: ClosureKind, target: str, entered: Mapping[str, str]
    ) -> Closure:
        """Raises Refused."""
        try:
            now, by = self.site.desk.now(), caller.subject
            made = Closure(kind=kind, target=target, reason=_reason(entered), by=by, at=now)
        except ClosureUnusable:
            raise Refused(*REFUSALS[Refusal.INCIDENT_UNUSABLE]) from None
        if target_fault(made, self.site.incidents.district, self.site.incidents.applications):
            raise Refused(*REFUSALS[Refusal.INCIDENT_TARGET])
        return made


def _wanted(entered: Mapping[str, str]) -> tuple[ClosureKind, str]:
    """Raises Refused for no kind at all."""
    try:
        kind = ClosureKind(entered["kind"])
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
    return kind, "/".join(entered[name] for name in TARGET_OF.get(kind, ()))


def _reason(entered: Mapping[str, str]) -> Text:
    return {language: entered[f"reason_{language}"].strip() for language in Language}
