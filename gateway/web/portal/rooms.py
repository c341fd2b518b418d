"""The portal: applications, active municipality, own sign-ins. Reads, asks the store, shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from config.vocabulary import Language, MunicipalityCode
from gateway.grants.cookie import GRANT, SESSION, clear_cookie
from gateway.sessions.shown import NotOwn
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of, session_of_form
from gateway.web.identity import PORTAL
from gateway.web.portal.store import PortalStore
from gateway.web.refusal import Refusal, both, signed_out_page
from idp.http.page import language_of, page_headers

MUNICIPALITY_NOT_YOURS = Refusal(
    reason="municipality_not_yours",
    title=both(cs="V této obci nemáte žádnou roli", en="You hold no role in this municipality"),
    advice=both(
        cs="Vyberte na portálu některou ze svých obcí. Chybí-li v seznamu, obraťte se na tajemníka úřadu.",
        en="Choose one of your municipalities at the portal. If one is missing, ask your chief clerk.",
    ),
)
SIGN_IN_NOT_YOURS = Refusal(
    reason="session_not_yours",
    title=both(cs="Toto přihlášení mezi vašimi není", en="This is not one of your sign-ins"),
    advice=both(
        cs="Možná už skončilo. Podívejte se znovu na seznam svých přihlášení.",
        en="It may have ended already. Look at the list of your sign-ins again.",
    ),
)

DONE = frozenset({"switched", "ended"})
"""What a page can be told, by `?done=`, has just been done."""


@dataclass(frozen=True, slots=True)
class Portal:
    desk: Desk
    store: PortalStore

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/", self.applications),
            Page("POST", "/municipality", self.switch),
            Page("GET", "/sign-ins", self.sign_ins),
            Page("POST", "/sign-ins/end", self.end),
            Page("POST", "/sign-ins/end-all", self.end_all),
        )

    async def applications(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        memberships = await self.store.memberships(caller)
        return await self.desk.show(
            request,
            "applications.html",
            caller,
            cards=await self.store.cards(caller, self.desk.now()),
            memberships=memberships,
            active=next((one for one in memberships if one.code == caller.municipality), None),
            done=done_of(request),
        )

    async def switch(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        code = MunicipalityCode((await form_of(request, ["municipality"]))["municipality"])
        try:
            await self.store.switch(caller, code, origin=origin_of(request), now=self.desk.now())
        except NotOwn:
            raise Refused(MUNICIPALITY_NOT_YOURS) from None
        raise web.HTTPSeeOther("/?done=switched")

    async def sign_ins(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        sessions = await self.store.sessions(caller, self.desk.now())
        return await self.desk.show(
            request,
            "sign_ins.html",
            caller,
            sessions=sorted(
                sessions, key=lambda one: (one.session != caller.sid, -one.last_seen.timestamp())
            ),
            done=done_of(request),
        )

    async def end(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        session = await session_of_form(request)
        try:
            await self.store.end(caller, session, origin=origin_of(request), now=self.desk.now())
        except NotOwn:
            raise Refused(SIGN_IN_NOT_YOURS) from None
        if session == caller.sid:
            return self._signed_out(request, everywhere=False)
        raise web.HTTPSeeOther("/sign-ins?done=ended")

    async def end_all(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        await self.store.end_all(caller, origin=origin_of(request), now=self.desk.now())
        return self._signed_out(request, everywhere=True)

    def _signed_out(self, request: web.Request, *, everywhere: bool) -> web.Response:
        language: Language = language_of(request, self.desk.pages.default_language)
        html = signed_out_page(self.desk.pages, language, portal=self.desk.portal, everywhere=everywhere)
        response = web.Response(text=html, content_type="text/html", headers=page_headers())
        for name in (GRANT, SESSION):
            response.headers.add("Set-Cookie", clear_cookie(name))
        return response


def done_of(request: web.Request) -> str:
    done = request.query.get("done", "")
    return done if done in DONE else ""
