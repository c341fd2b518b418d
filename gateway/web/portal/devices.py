"""The pages of a person's own devices: what each tells of itself, what it keeps closed and how that is mended, and what
its person may do about it. Another person's device is as good as none.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from agents.protocol.mending import UNKNOWN
from agents.protocol.messages import Standing
from config.settings import Title
from config.vocabulary import ApplicationId, DeviceId, SessionId, read_device_id
from gateway.authorize.device_closes import Closed
from gateway.devices.code import Code, line_to_type
from gateway.devices.device import Device
from gateway.devices.office import Confirmed, DeviceOffice, Reach
from gateway.devices.posture import is_fresh
from gateway.devices.records import By
from gateway.devices.refused import ActRefused, Why
from gateway.devices.steps import WHY_MAX
from gateway.devices.store import Sought
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.device_amiss import failing
from gateway.web.device_parts import WORDS, parts
from gateway.web.device_refusals import shown
from gateway.web.devices.listing import HEALTHS, needing
from gateway.web.identity import PORTAL, Assertion
from gateway.web.officer.shown_once import ShownOnce
from gateway.web.ways_back import above, leading_back
from idp.events import Actor
from idp.http.qr import picture
from policies.reasons import ACTION_NAMES

LIST = "/devices"
ONE = f"{LIST}/own/{{device}}"
DONE = frozenset({"renamed", "retired", "lost"})
"""What a page can be told, by `?done=`, has just been done."""


@dataclass(frozen=True, slots=True)
class Issued:
    code: str
    kept: Code


@dataclass(frozen=True, slots=True)
class OwnDevices:
    """`closes`: which applications a device keeps closed to the person of a session; `suspended`: whether an officer
    has suspended it; `address`: where agents enrol.
    """

    desk: Desk
    office: Callable[[], DeviceOffice]
    closes: Callable[[Device, SessionId, datetime], Awaitable[Sequence[Closed]]]
    suspended: Callable[[DeviceId, datetime], bool]
    title: Callable[[ApplicationId], Title | None]
    address: Callable[[], str]
    issued: ShownOnce[Issued] = field(default_factory=ShownOnce)

    def pages(self) -> Sequence[Page]:
        acts = (
            Page("POST", f"{LIST}/code", self.add),
            Page("POST", f"{ONE}/name", self.rename),
            Page("POST", f"{ONE}/retire", self.retire),
            Page("POST", f"{ONE}/lost", self.lose),
        )
        return (
            Page("GET", LIST, self.all),
            Page("GET", f"{LIST}/code", self.code),
            Page("GET", ONE, self.show),
            Page("GET", f"{ONE}/name", self.show),  # the switch of languages of a refusal
            Page("GET", f"{ONE}/retire", self.ask_retire),
            Page("GET", f"{ONE}/lost", self.ask_lose),
            *leading_back(acts, above),
        )

    async def all(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        office = self.office()
        found = await office.find(Sought(owner=caller.subject, gone=True))
        return await self.desk.show(
            request,
            "devices.html",
            caller,
            own=[one for one in found if not one.gone],
            gone=[one for one in found if one.gone],
            failing=failing,
            suspended=lambda one: self.suspended(one.id, self.desk.now()),
            fresh=lambda one: is_fresh(one, office.rules.fresh, self.desk.now()),
            needing=needing(found, office.rules.fresh, self.desk.now()),
            healths=HEALTHS,
            by_people=office.rules.by_people,
            approval=office.rules.approval,
            done=request.query.get("done") if request.query.get("done") in DONE else "",
            **WORDS,
        )

    async def add(self, request: web.Request) -> web.Response:
        caller, now = self._caller(request), self.desk.now()
        proof = Confirmed(caller.acr, caller.auth_time)
        try:
            code, kept = await self.office().issue_own(
                caller.subject, caller.municipality, proof, _by(caller, request), now
            )
        except ActRefused as refused:
            raise Refused(shown(refused.reason)) from refused
        self.issued.keep(caller.sid, Issued(code, kept), now)
        raise web.HTTPSeeOther(f"{LIST}/code")

    async def code(self, request: web.Request) -> web.Response:
        """Once: the code itself is kept nowhere."""
        caller = self._caller(request)
        issued = self.issued.take(caller.sid, self.desk.now())
        line = "" if issued is None else line_to_type(self.address(), issued.code)
        return await self.desk.show(
            request,
            "device_code.html",
            caller,
            issued=issued,
            line=line,
            picture=picture(line) if line else "",
            approval=self.office().rules.approval,
        )

    async def show(self, request: web.Request) -> web.Response:
        caller, now = self._caller(request), self.desk.now()
        office = self.office()
        device = await self._own(request, caller)
        return await self.desk.show(
            request,
            "device.html",
            caller,
            suspended=self.suspended(device.id, now),
            unknown_advice=UNKNOWN,
            closed=await self.closes(device, caller.sid, now) if device.standing is Standing.ACTIVE else (),
            application=self.title,
            doings=ACTION_NAMES,
            done="renamed" if request.query.get("done") == "renamed" else "",
            **parts(device, await office.history(device.id), office.rules.fresh, now),
            **WORDS,
        )

    async def rename(self, request: web.Request) -> web.Response:
        caller, device = self._caller(request), _named(request)
        name = (await form_of(request, ["name"]))["name"]
        act = self.office().rename(
            device, name, _by(caller, request), self.desk.now(), Reach(owner=caller.subject)
        )
        await _acted(act)
        raise web.HTTPSeeOther(f"{LIST}/own/{device}?done=renamed")

    async def ask_retire(self, request: web.Request) -> web.Response:
        return await self._ask(request, "retire")

    async def ask_lose(self, request: web.Request) -> web.Response:
        return await self._ask(request, "lost")

    async def retire(self, request: web.Request) -> web.Response:
        caller, device = self._caller(request), _named(request)
        why = (await form_of(request, ["why"]))["why"]
        by, own = _by(caller, request), Reach(owner=caller.subject)
        await _acted(self.office().retire(device, why, by, self.desk.now(), own))
        raise web.HTTPSeeOther(f"{LIST}?done=retired")

    async def lose(self, request: web.Request) -> web.Response:
        caller, device = self._caller(request), _named(request)
        why = (await form_of(request, ["why"]))["why"]
        by, own = _by(caller, request), Reach(owner=caller.subject)
        await _acted(self.office().lose(device, why, by, self.desk.now(), own))
        raise web.HTTPSeeOther(f"{LIST}?done=lost")

    async def _ask(self, request: web.Request, act: str) -> web.Response:
        """What is going to happen, before it does."""
        caller = self._caller(request)
        device = await self._own(request, caller)
        if device.gone and (act == "retire" or device.standing is Standing.LOST):
            raise web.HTTPSeeOther(f"{LIST}/own/{device.id}")
        used_here = caller.device == device.id
        return await self.desk.show(
            request, "device_end.html", caller, one=device, act=act, used_here=used_here, why_max=WHY_MAX
        )

    def _caller(self, request: web.Request) -> Assertion:
        """Raises Refused where no devices are enrolled here."""
        caller = self.desk.caller(request, PORTAL)
        if not self.desk.devices():
            raise Refused(shown(Why.UNKNOWN), 404)
        return caller

    async def _own(self, request: web.Request, caller: Assertion) -> Device:
        """Raises Refused."""
        name = read_device_id(request.match_info["device"])
        found = None if name is None else await self.office().device(name, Reach(owner=caller.subject))
        if found is None:
            raise Refused(shown(Why.UNKNOWN), 404)
        return found


def _named(request: web.Request) -> DeviceId:
    """Whose it is, the office asks, and records what it refuses. Raises Refused."""
    name = read_device_id(request.match_info["device"])
    if name is None:
        raise Refused(shown(Why.UNKNOWN), 404)
    return name


async def _acted(act: Awaitable[Device]) -> None:
    """Raises Refused."""
    try:
        await act
    except ActRefused as refused:
        raise Refused(shown(refused.reason), 404 if refused.reason is Why.UNKNOWN else 403) from refused


def _by(caller: Assertion, request: web.Request) -> By:
    return By(
        actor=Actor(caller.login, caller.subject),
        origin=origin_of(request),
        session=caller.sid,
        own_municipality=caller.municipality,
    )
