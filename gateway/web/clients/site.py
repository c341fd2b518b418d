"""What the pages of connected applications have in common: who asks, which they may know of, how a page is shown.

Who acts for the office that runs the centre, and may administer there, sees all of them and does everything. Whoever
drafts policies of a municipality sees its own, and can close them: suspend one, change its secrets. Where people are
sent is the centre's to say, as they are everybody's people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from config.settings import OidcClient, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode
from gateway.audit.entry import Code
from gateway.audit.purposes import Record
from gateway.authorize.act import Act
from gateway.clients.office import EVERYWHERE, ClientOffice, Reach
from gateway.clients.own import OwnClient
from gateway.clients.refused import Why
from gateway.incidents.by import By, Details
from gateway.sessions.officers_act import confirmed
from gateway.web.acting import MayAct
from gateway.web.centre import actions_of
from gateway.web.clients.not_done import shown
from gateway.web.clients.words import AUTHENTICATIONS
from gateway.web.desk import Desk, Refused, origin_of
from gateway.web.identity import POLICIES, Assertion
from gateway.web.officer.looks import look
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.http.arrival import led_here_by_us

NAME_MAX = 200  # characters of an id in an address
DONE_MAX = 16  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`issuer`: of our provider. `record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    office: ClientOffice
    may_act: MayAct
    applications: Mapping[ApplicationId, Title]
    municipalities: Sequence[tuple[MunicipalityCode, str]]
    centre: MunicipalityCode | None
    configured: Callable[[], Sequence[OidcClient]]
    record: Record
    issuer: str
    waits_for: WaitsFor = nothing_waits

    def caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, POLICIES)

    def everywhere(self, caller: Assertion) -> bool:
        return Action.ADMINISTER in actions_of(caller, self.centre)

    def reach(self, caller: Assertion) -> Reach:
        return EVERYWHERE if self.everywhere(caller) else Reach(caller.municipality)

    async def require(
        self, request: web.Request, caller: Assertion, about: str, *, centre: bool = False
    ) -> None:
        """`centre`: for whoever acts for all. Raises Refused, recorded, in the words of the policies."""
        whole = centre or self.everywhere(caller)
        action = Action.ADMINISTER if whole else Action.WRITE
        await self.may_act(
            caller, Act(application=POLICIES, action=action, about=f"clients: {about}"), origin_of(request)
        )
        if centre and not self.everywhere(caller):  # whatever policies say
            details: Details = {"act": about}
            by, now = self.by(request, caller), self.desk.now()
            await self.record([by.refused(Code.CLIENT_ACT_REFUSED, now, Why.UNKNOWN, details)])
            raise Refused(shown(Why.UNKNOWN), 404)

    async def client(self, request: web.Request, caller: Assertion) -> OwnClient:
        """The one that the address names; the look is recorded. Raises Refused, also of another municipality's."""
        name = named(request)
        found = await self.office.one(name, self.reach(caller))
        await self.look(request, caller, {"client": name}, int(found is not None))
        if found is None:
            raise Refused(shown(Why.UNKNOWN), 404)
        return found

    async def look(self, request: web.Request, caller: Assertion, of: Mapping[str, str], found: int) -> None:
        entry = look(request, caller, {"page": "clients", **of}, found=found, now=self.desk.now())
        await self.record([replace(entry, application=POLICIES)])

    def by(self, request: web.Request, caller: Assertion) -> By:
        return By(
            subject=caller.subject,
            login=caller.login,
            session=caller.sid,
            own_municipality=caller.municipality,
            application=POLICIES,
            origin=origin_of(request),
            confirmed=confirmed(caller, self.desk.now()),
        )

    async def show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: Any
    ) -> web.Response:
        return await self.desk.show(
            request,
            template,
            caller,
            status=status,
            turn=await self.waits_for(caller, origin_of(request), {POLICIES}),
            everywhere=self.everywhere(caller),
            municipality=self.desk.municipality_name,
            applications=self.applications,
            authentications=AUTHENTICATIONS,
            issuer=self.issuer,
            done=request.query.get("done", "")[:DONE_MAX] if led_here_by_us(request) else "",
            **context,
        )


def named(request: web.Request) -> str:
    return request.match_info["client"][:NAME_MAX]
