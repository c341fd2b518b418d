"""The portal: applications and the active municipality. Reads, asks the store, shows.

Own sign-ins and factors are shown at one place, the provider's "my account", to which every page links.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from config.vocabulary import ADMINISTRATORS, RECOVERY_ADMINISTRATOR, ApplicationId, MunicipalityCode
from gateway.asks.separation import Duties
from gateway.sessions.shown import NotOwn
from gateway.waiting import NOTHING
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import DEVICES, POLICIES, PORTAL, REQUESTS
from gateway.web.portal.closed import ClosedCards, none_closed
from gateway.web.portal.standing import NO_ASKS, Asks
from gateway.web.portal.store import PortalStore
from gateway.web.refusal import ShownRefusal, both
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.http.page import language_of

MUNICIPALITY_NOT_YOURS = ShownRefusal(
    reason="municipality_not_yours",
    title=both(cs="V této obci nemáte žádnou roli", en="You hold no role in this municipality"),
    advice=both(
        cs="Vyberte na portálu některou ze svých obcí. Chybí-li v seznamu, obraťte se na tajemníka úřadu.",
        en="Choose one of your municipalities at the portal. If one is missing, ask your chief clerk.",
    ),
)

DONE = frozenset({"switched", "ended"})
"""What a page can be told, by `?done=`, has just been done."""


@dataclass(frozen=True, slots=True)
class Portal:
    desk: Desk
    store: PortalStore
    duties: Duties
    """Which may not meet in one person."""
    waits_for: WaitsFor = nothing_waits
    asks: Asks = NO_ASKS
    closed: ClosedCards = none_closed

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/", self.applications),
            Page("POST", "/municipality", self.switch),
            Page("GET", "/municipality", self.applications),  # the switch of languages of a refusal
        )

    async def applications(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        memberships = await self.store.memberships(caller)
        held = [(one.code, role) for one in memberships for role in one.roles]
        cards = await self.store.cards(caller, self.desk.now())
        deciding = {POLICIES, REQUESTS, DEVICES} & {one.application for one in cards}
        requests = next((one.address for one in cards if one.application == REQUESTS), "")
        language = language_of(request, self.desk.pages.default_language)

        def application(name: ApplicationId) -> str:
            title = self.asks.title(name)
            return title.in_language(language) if title is not None else name

        standing = self.asks.standing(caller.subject, self.desk.now())
        turn = await self.waits_for(caller, origin_of(request), deciding) if deciding else NOTHING
        return await self.desk.show(
            request,
            "applications.html",
            caller,
            cards=cards,
            closed=await self.closed(caller, self.desk.now()),
            turn=turn,
            standing=standing,
            shut=await self.asks.closed(standing.running) if standing.running else {},
            requests=requests.rstrip("/"),
            application=application,
            municipality=self.desk.municipality_name,
            memberships=memberships,
            active=next((one for one in memberships if one.code == caller.municipality), None),
            done=done_of(request),
            administers=not ADMINISTRATORS.isdisjoint(caller.roles),
            meeting=self.duties.meeting_now(caller.subject, held, self.asks.of, self.desk.now()),
            lending=self.duties.lending(caller.subject, held, self.asks.of, self.desk.now()),
            last_resort=caller.subject == RECOVERY_ADMINISTRATOR,
        )

    async def switch(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        code = MunicipalityCode((await form_of(request, ["municipality"]))["municipality"])
        try:
            await self.store.switch(caller, code, origin=origin_of(request), now=self.desk.now())
        except NotOwn:
            raise Refused(MUNICIPALITY_NOT_YOURS) from None
        raise web.HTTPSeeOther("/?done=switched")


def done_of(request: web.Request) -> str:
    done = request.query.get("done", "")
    return done if done in DONE else ""
