"""Saved views of the log, and the purpose for which somebody reads it: what officers keep for themselves."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from config.unseen import is_seen
from gateway.audit.entry import Entry
from gateway.audit.purposes import LONGEST, SHORTEST, Purposes, purpose_named
from gateway.audit.views import ASKED_MAX, NAME_MAX, TooManyViews, View, Views, kept, removed
from gateway.web.desk import Desk, Page, Refused, client_address_of, form_of, request_id_of
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import FIELD_LENGTH, READERS
from gateway.web.officer.looks import look
from gateway.web.officer.reach import Reach
from gateway.web.refusal import ShownRefusal, both

FORGOTTEN_AFTER = timedelta(days=2)  # no session lives so long

VIEW_UNUSABLE = ShownRefusal(
    reason="view_unusable",
    title=both(cs="Pohled nelze uložit", en="The view cannot be saved"),
    advice=both(
        cs=f"Napište název o nejvýše {NAME_MAX} znacích a vyberte v záznamu, co má pohled ukazovat.",
        en=f"Write a name of at most {NAME_MAX} characters, and choose in the log what the view is to show.",
    ),
)
TOO_MANY_VIEWS = ShownRefusal(
    reason="too_many_views",
    title=both(cs="Pohledů je příliš mnoho", en="There are too many views"),
    advice=both(cs="Odstraňte některý, který nepotřebujete.", en="Remove one that you do not need."),
)
VIEW_UNKNOWN = ShownRefusal(
    reason="view_unknown",
    title=both(cs="Takový pohled nemáte", en="You have no such view"),
    advice=both(cs="Podívejte se znovu na seznam pohledů.", en="Look at the list of views again."),
)
PURPOSE_UNUSABLE = ShownRefusal(
    reason="purpose_unusable",
    title=both(cs="Účel nelze použít", en="The purpose cannot be used"),
    advice=both(
        cs=f"Napište účel o {SHORTEST} až {LONGEST} znacích.",
        en=f"Write a purpose of {SHORTEST} to {LONGEST} characters.",
    ),
)


@dataclass(frozen=True, slots=True)
class SavedViews:
    """`record`: durable when it returns."""

    desk: Desk
    views: Views
    purposes: Purposes
    reach: Reach
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/views", self.shown),
            Page("POST", "/views", self.keep),
            Page("POST", "/views/remove", self.remove),
            Page("GET", "/views/remove", self.shown),  # the switch of languages of a refusal
            Page("GET", "/purpose", self.purpose),
            Page("POST", "/purpose", self.name_purpose),
        )

    async def shown(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        return await self.desk.show(
            request,
            "views.html",
            caller,
            views=await self.views.seen(caller.subject, self.reach.of(caller)),
            bounded=self.reach.of(caller) is not None,
        )

    async def keep(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        form = await form_of(request, ["name", "asked", "shared"])
        name, asked = form["name"].strip(), _asked(form["asked"])
        if not 0 < len(name) <= NAME_MAX or not is_seen(name) or not asked:
            raise Refused(VIEW_UNUSABLE, 400)
        view = View(
            owner=caller.subject,
            owner_name=caller.login,
            name=name,
            asked=asked,
            shared=form["shared"] == "1",
            within=self.reach.of(caller),
            saved_at=now,
        )
        try:
            await self.views.keep(view, self._told(request, caller, view))
        except TooManyViews:
            raise Refused(TOO_MANY_VIEWS, 409) from None
        raise web.HTTPSeeOther(f"/log?{asked}")

    async def remove(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        name = (await form_of(request, ["name"]))["name"][:NAME_MAX]
        gone = View(
            owner=caller.subject,
            owner_name=caller.login,
            name=name,
            asked="",
            shared=False,
            within=self.reach.of(caller),
            saved_at=self.desk.now(),
        )
        told = removed(self._told(request, caller, gone))
        if "\0" in name or not await self.views.remove(caller.subject, name, told):
            raise Refused(VIEW_UNKNOWN, 404)
        raise web.HTTPSeeOther("/views")

    async def purpose(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        return await self.desk.show(
            request,
            "reading_purpose.html",
            caller,
            purpose=await self.purposes.of(caller.sid),
            shortest=SHORTEST,
            longest=LONGEST,
            bounded=self.reach.of(caller) is not None,
        )

    async def name_purpose(self, request: web.Request) -> web.Response:
        """Empty: the routine again."""
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        purpose = (await form_of(request, ["purpose"]))["purpose"].strip()
        if purpose and not (SHORTEST <= len(purpose) <= LONGEST and is_seen(purpose)):
            raise Refused(PURPOSE_UNUSABLE, 400)
        entry = purpose_named(look(request, caller, {}, found=0, now=now), purpose)
        await self.purposes.name(caller.sid, purpose, entry, now, now - FORGOTTEN_AFTER)
        raise web.HTTPSeeOther("/log")

    def _told(self, request: web.Request, caller: Assertion, view: View) -> Entry:
        return kept(view, caller.sid, client_address_of(request), request_id_of(request))


def _pairs(written: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(written.removeprefix("?"), max_num_fields=100)
    except ValueError:
        return []


def _asked(written: str) -> str:
    """The filters among what an address asked for; nothing else of it is kept."""
    pairs = [(name, value[:FIELD_LENGTH]) for name, value in _pairs(written) if name in READERS and value]
    asked = urlencode(dict(pairs))
    return asked if len(asked) <= ASKED_MAX else ""
