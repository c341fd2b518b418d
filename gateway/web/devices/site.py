"""What every page of those who administer devices works with: who asks, which devices they may know of, how a page is
shown.

Who acts for the office that runs the centre reaches devices of all municipalities, whoever acts for another one its own
alone: another's are as good as none. Each act is put to the policies when it is done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from config.vocabulary import Action, DeviceId, MunicipalityCode, Role, read_device_id
from gateway.audit.purposes import Record
from gateway.authorize.act import Act
from gateway.devices.device import Device
from gateway.devices.office import EVERYWHERE, DeviceOffice, Reach
from gateway.devices.records import By
from gateway.devices.refused import ActRefused, Why
from gateway.waiting import MOST
from gateway.web.acting import MayAct
from gateway.web.desk import Desk, Refused, origin_of
from gateway.web.device_parts import WORDS
from gateway.web.device_refusals import shown_to_administrators
from gateway.web.devices.around import Around
from gateway.web.devices.listing import HEALTHS
from gateway.web.identity import DEVICES, Assertion
from gateway.web.officer.looks import look
from idp.events import Actor
from idp.http.arrival import led_here_by_us

LIST = "/"
ONE = "/one/{device}"
DONE_MAX = 16  # characters
READERS_OF_LOG = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Site:
    """`centre`: the municipality of the office that runs it; `log`: origin of the audit log. `record`: durable when it
    returns; what cannot be recorded is not shown.
    """

    desk: Desk
    office: Callable[[], DeviceOffice]
    may_act: MayAct
    around: Around
    centre: MunicipalityCode | None
    record: Record
    log: str = ""

    def caller(self, request: web.Request) -> Assertion:
        """Raises Refused where no devices are enrolled here."""
        caller = self.desk.caller(request, DEVICES)
        if not self.desk.devices():
            raise Refused(shown_to_administrators(Why.UNKNOWN), 404)
        return caller

    def everywhere(self, caller: Assertion) -> bool:
        return self.centre is not None and caller.municipality == self.centre

    def reach(self, caller: Assertion) -> Reach:
        return EVERYWHERE if self.everywhere(caller) else Reach(municipality=caller.municipality)

    async def require(self, request: web.Request, caller: Assertion, about: str) -> None:
        """Raises Refused, recorded, in the words of the policies."""
        act = Act(application=DEVICES, action=Action.ADMINISTER, about=f"devices: {about}")
        await self.may_act(caller, act, origin_of(request))

    def may(self, caller: Assertion) -> bool:
        """As far as the gate knew; each act is asked about anew."""
        return Action.ADMINISTER in caller.actions

    async def device(self, request: web.Request, caller: Assertion) -> Device:
        """The one that the address names; the look is recorded. Raises Refused, also of another municipality's."""
        name = named(request)
        found = await self.office().device(name, self.reach(caller))
        whose = {} if found is None else {"municipality": found.municipality}
        await self.look(request, caller, {"device": name, **whose}, int(found is not None))
        if found is None:
            raise Refused(shown_to_administrators(Why.UNKNOWN), 404)
        return found

    async def look(self, request: web.Request, caller: Assertion, of: Mapping[str, str], found: int) -> None:
        """Recorded before anything is shown. `found`: devices."""
        entry = look(request, caller, {"page": "devices", **of}, found=found, now=self.desk.now())
        await self.record([replace(entry, application=DEVICES)])

    def by(self, caller: Assertion, request: web.Request) -> By:
        return By(
            actor=Actor(caller.login, caller.subject),
            origin=origin_of(request),
            session=caller.sid,
            own_municipality=caller.municipality,
        )

    async def show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: Any
    ) -> web.Response:
        return await self.desk.show(
            request,
            template,
            caller,
            status=status,
            may=self.may(caller),
            to_approve=self.office().to_approve(caller.subject, self.reach(caller), MOST)
            if self.may(caller)
            else 0,
            everywhere=self.everywhere(caller),
            municipality=self.desk.municipality_name,
            log=self.log if not READERS_OF_LOG.isdisjoint(caller.roles) else "",
            done=request.query.get("done", "")[:DONE_MAX] if led_here_by_us(request) else "",
            healths=HEALTHS,
            **WORDS,
            **context,
        )


def named(request: web.Request) -> DeviceId:
    """Whose it is, the office asks, and records what it refuses. Raises Refused."""
    name = read_device_id(request.match_info["device"])
    if name is None:
        raise Refused(shown_to_administrators(Why.UNKNOWN), 404)
    return name


async def acted(act: Awaitable[object]) -> None:
    """Raises Refused."""
    try:
        await act
    except ActRefused as refused:
        status = 404 if refused.reason is Why.UNKNOWN else 403
        raise Refused(shown_to_administrators(refused.reason), status) from refused
