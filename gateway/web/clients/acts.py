"""Acts on a connected application: what opens something is the centre's, what closes is its municipality's too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from config.vocabulary import REASON_HEADER
from gateway.clients.office import OVERLAP, OVERLAP_MAX
from gateway.clients.refused import ActRefused, Why
from gateway.clients.rules import TITLE_MAX
from gateway.web.clients import form
from gateway.web.clients.not_done import done, shown
from gateway.web.clients.rooms import LIST, OWN, Rooms
from gateway.web.clients.site import Site, named
from gateway.web.clients.words import said
from gateway.web.desk import Page, Refused, form_of
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from gateway.web.officer.shown_once import ShownOnce
from gateway.web.refusal import FORM_UNREADABLE
from gateway.web.ways_back import above, here, leading_back
from idp.http.page import language_of

NEW, SECRET = "/clients/new", "/clients/secret"
OVERLAPS = (timedelta(0), timedelta(hours=1), OVERLAP, timedelta(days=3), OVERLAP_MAX)
BESIDE = {Why.ID: "id", Why.ID_TAKEN: "id"}
SHOWN_AT_FIELDS = frozenset({*BESIDE, Why.DESCRIPTION})


@dataclass(frozen=True, slots=True)
class Made:
    """`id`: the secret's public name."""

    client: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Acts:
    site: Site
    made: ShownOnce[Made] = field(default_factory=ShownOnce[Made])

    def pages(self) -> Sequence[Page]:
        looked_at = Rooms(self.site).show  # the switch of languages of a refusal
        gets = (
            Page("GET", NEW, self.ask_new),
            Page("GET", SECRET, self.secret),
            Page("GET", f"{OWN}/change", self.ask_change),
            Page("GET", f"{OWN}/remove", self.ask_remove),
            Page("GET", f"{OWN}/secret", self.ask_secret),
            Page("GET", f"{OWN}/suspend", looked_at),
            Page("GET", f"{OWN}/resume", looked_at),
            Page("GET", f"{OWN}/end-secret", looked_at),
        )
        posts = (
            Page("POST", f"{OWN}/change", self.change),
            Page("POST", f"{OWN}/suspend", self.suspend),
            Page("POST", f"{OWN}/resume", self.resume),
            Page("POST", f"{OWN}/remove", self.remove),
            Page("POST", f"{OWN}/secret", self.make_secret),
            Page("POST", f"{OWN}/end-secret", self.end_secret),
        )
        new = leading_back((Page("POST", NEW, self.add),), here)
        return [*asked_first(gets, free=()), *new, *leading_back(posts, above)]

    async def ask_new(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        await self.site.require(request, caller, "add", centre=True)
        return await self._form(request, caller, {"id": "", **form.empty(caller.municipality)})

    async def add(self, request: web.Request) -> web.Response:
        site, caller, now = self.site, self.site.caller(request), self.site.desk.now()
        entered = await form_of(request, ("id", *form.FIELDS))
        name = entered["id"].strip()
        await site.require(request, caller, f"add {name[:TITLE_MAX]}", centre=True)
        described = form.described(entered)
        if described is None:
            raise Refused(FORM_UNREADABLE, 400)
        try:
            text = await site.office.add(name, described, site.by(request, caller), now)
        except ActRefused as refused:
            return await self._again(request, caller, entered, refused)
        if not text:
            raise web.HTTPSeeOther(f"/clients/own/{name}?done=added")
        one = await site.office.one(name)
        self.made.keep(caller.sid, Made(name, one.secrets[0].id if one else "", text), now)
        raise web.HTTPSeeOther(SECRET)

    async def ask_change(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        await self.site.require(request, caller, f"change {named(request)}", centre=True)
        one = await self.site.client(request, caller)
        seen = {"id": one.id, "seen": one.changed_at.isoformat()}
        return await self._form(request, caller, {**seen, **form.entered(one.described)})

    async def change(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"change {name}", centre=True)
        entered = await form_of(request, ("seen", *form.FIELDS))
        described, seen = form.described(entered), _moment(entered["seen"])
        if described is None:
            raise Refused(FORM_UNREADABLE, 400)
        by, now = site.by(request, caller), site.desk.now()
        try:
            await site.office.change(name, described, seen, by, now, site.reach(caller))
        except ActRefused as refused:
            return await self._again(request, caller, {"id": name, **entered}, refused)
        raise web.HTTPSeeOther(f"/clients/own/{name}?done=changed")

    async def suspend(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"suspend {name}")
        by, now = site.by(request, caller), site.desk.now()
        await done(site.office.suspend(name, by, now, site.reach(caller)))
        raise web.HTTPSeeOther(f"/clients/own/{name}?done=suspended")

    async def resume(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"resume {name}", centre=True)
        by, now = site.by(request, caller), site.desk.now()
        await done(site.office.resume(name, by, now, site.reach(caller)))
        raise web.HTTPSeeOther(f"/clients/own/{name}?done=resumed")

    async def ask_remove(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        await self.site.require(request, caller, f"remove {named(request)}", centre=True)
        one = await self.site.client(request, caller)
        return await self.site.show(request, "client_remove.html", caller, one=one)

    async def remove(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"remove {name}", centre=True)
        by, now = site.by(request, caller), site.desk.now()
        await done(site.office.remove(name, by, now, site.reach(caller)))
        raise web.HTTPSeeOther(f"{LIST}?done=removed")

    async def ask_secret(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        await self.site.require(request, caller, f"secret of {named(request)}")
        one = await self.site.client(request, caller)
        return await self.site.show(
            request, "client_secret.html", caller, one=one, overlaps=OVERLAPS, usual=OVERLAP
        )

    async def make_secret(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"secret of {name}")
        hours = (await form_of(request, ("overlap",)))["overlap"]
        if not (hours.isascii() and hours.isdecimal() and len(hours) <= len("9999")):
            raise Refused(shown(Why.OVERLAP), 409)
        by, now = site.by(request, caller), site.desk.now()
        making = site.office.make_secret(name, timedelta(hours=int(hours)), by, now, site.reach(caller))
        text, kept = await done(making)
        self.made.keep(caller.sid, Made(name, kept.id, text), now)
        raise web.HTTPSeeOther(SECRET)

    async def end_secret(self, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        await site.require(request, caller, f"end a secret of {name}")
        secret = (await form_of(request, ("secret",)))["secret"]
        by, now = site.by(request, caller), site.desk.now()
        await done(site.office.end_secret(name, secret, by, now, site.reach(caller)))
        raise web.HTTPSeeOther(f"/clients/own/{name}?done=ended")

    async def secret(self, request: web.Request) -> web.Response:
        """Once: the secret itself is kept nowhere."""
        caller = self.site.caller(request)
        made = self.made.take(caller.sid, self.site.desk.now())
        return await self.site.show(request, "client_secret_made.html", caller, made=made)

    async def _again(
        self, request: web.Request, caller: Assertion, entered: Mapping[str, str], refused: ActRefused
    ) -> web.Response:
        """What was typed, and what is wrong beside its field; for what no field mends it raises Refused."""
        if refused.reason not in SHOWN_AT_FIELDS:
            raise Refused(shown(refused.reason), 404 if refused.reason is Why.UNKNOWN else 409) from refused
        language = language_of(request, self.site.desk.pages.default_language)
        wrong = {name: said(what, remedy, language) for name, what, remedy in refused.faults}
        if refused.reason in BESIDE:
            told = shown(refused.reason)
            wrong[BESIDE[refused.reason]] = f"{told.title[language]}. {told.advice[language]}"
        response = await self._form(request, caller, entered, wrong)
        response.headers[REASON_HEADER] = refused.reason
        return response

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        entered: Mapping[str, str],
        wrong: Mapping[str, str] | None = None,
    ) -> web.Response:
        return await self.site.show(
            request,
            "client_form.html",
            caller,
            status=409 if wrong else 200,
            entered=entered,
            wrong=wrong or {},
            municipalities=self.site.municipalities,
            title_max=TITLE_MAX,
        )


def _moment(text: str) -> datetime:
    """Raises Refused."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
