"""The page of the tunnel: a person opens it for a device of theirs, sees what it reaches until when, and closes it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.settings import TunnelTarget
from config.vocabulary import DeviceId, SessionId, read_device_id
from gateway.authorize.contact import with_contact
from gateway.authorize.through_tunnel import Decided, NotReached, Reached
from gateway.authorize.tunnel_held import NotOpened
from gateway.authorize.tunnel_of_whom import owns
from gateway.authorize.tunnel_office import TunnelOffice
from gateway.authorize.tunnel_words import WORDS
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.sessions.stronger import link
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import PORTAL, Assertion
from gateway.web.refusal import ShownRefusal
from gateway.web.ways_back import leading_back

HERE = "/tunnel"
DONE = frozenset({"opened", "closed"})
"""What the page can be told, by `?done=`, has just been done."""
NOWHERE = frozenset({Why.DEVICE_SILENT, Why.PLACE_UNSETTLED})
BY_TWO_FACTORS = "two_factors_needed"


@dataclass(frozen=True, slots=True)
class Somewhere:
    """A target as the page shows it; `stronger`: where a stronger sign-in is given, empty where that mends nothing."""

    target: TunnelTarget
    until: datetime | None = None
    refused: NotReached | None = None
    stronger: str = ""

    @property
    def place(self) -> str:
        return self.target.name or ", ".join(self.target.addresses)


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """`why`: why its tunnel cannot be opened now."""

    device: Device
    opened: Opened | None
    until: datetime | None
    """When it is over, at the latest."""
    others: bool
    """Somebody else has it open."""
    why: Why | None
    stronger: str
    doubted: bool
    """Its last tunnel was closed because packets came from elsewhere."""
    unknown: Why | None = None
    """Why nobody knows where it is, and it reaches nothing."""
    reached: Sequence[Somewhere] = ()
    not_reached: Sequence[Somewhere] = ()


@dataclass(frozen=True, slots=True)
class TunnelPages:
    """`stands`: whether the process that keeps tunnels is there."""

    desk: Desk
    office: TunnelOffice
    devices: Callable[[], Sequence[Device]]
    session: Callable[[SessionId], Awaitable[Session | None]]
    target: Callable[[str], TunnelTarget | None]
    stands: Callable[[], bool]

    def pages(self) -> Sequence[Page]:
        acts = (
            Page("POST", f"{HERE}/open", self.open),
            Page("POST", f"{HERE}/close", self.close),
        )
        return (
            Page("GET", HERE, self.show),
            Page("GET", f"{HERE}/open", self.back),  # the switch of languages of a refusal
            Page("GET", f"{HERE}/close", self.back),
            *leading_back(acts, lambda _: HERE),
        )

    async def show(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        session = await self._session(caller)
        own = [self._own(one, session) for one in self.devices() if not one.gone and owns(session, one)]
        done = request.query.get("done", "")
        return await self.desk.show(
            request,
            "tunnel.html",
            caller,
            own=sorted(own, key=lambda one: (one.opened is None, one.device.name)),
            words=WORDS,
            elsewhere=Why.TWO_PLACES,
            contact=with_contact,
            stands=self.stands(),
            done=done if done in DONE else "",
        )

    async def back(self, _: web.Request) -> web.Response:
        raise web.HTTPSeeOther(HERE)

    async def open(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, PORTAL)
        device = await _device(request)
        session = await self._session(caller)
        try:
            await self.office.open(device, session, origin_of(request), self.desk.now())
        except NotOpened as refused:
            raise Refused(_shown(refused.why)) from refused
        raise web.HTTPSeeOther(f"{HERE}?done=opened")

    async def close(self, request: web.Request) -> web.Response:
        """By whoever opened it; of another person's, and of none, nothing is done or told."""
        caller = self.desk.caller(request, PORTAL)
        device = await _device(request)
        found = self.office.of(device)
        if found is not None and found[0].subject == caller.subject:
            why, origin = Why.CLOSED_BY_PERSON, origin_of(request)
            await self.office.close(device, why, origin, self.desk.now())
        raise web.HTTPSeeOther(f"{HERE}?done=closed")

    async def _session(self, caller: Assertion) -> Session:
        """Raises Refused where it ended meanwhile."""
        session = await self.session(caller.sid)
        if session is None or session.ended_at is not None:
            raise Refused(_shown(Why.SESSION_OVER))
        return session

    def _own(self, device: Device, session: Session) -> OwnDevice:
        found = self.office.of(device.id)
        opened, decided = (None, None) if found is None else found
        mine = opened is not None and opened.subject == session.subject
        why = None if mine else self.office.may_open(device, session)
        stronger = link(BY_TWO_FACTORS, HERE) if why is Why.TWO_FACTORS else ""
        reached, not_reached = self._targets(decided) if mine else ((), ())
        others = opened is not None and not mine
        doubted = self.office.places.doubted(device.id)
        if opened is None or not mine:
            return OwnDevice(device, None, None, others, why, stronger, doubted)
        until = opened.until if decided is None else decided.ends(opened)
        unknown = self.office.places.unknown(device.id, self.desk.now())
        return OwnDevice(device, opened, until, others, why, stronger, doubted, unknown, reached, not_reached)

    def _targets(self, decided: Decided | None) -> tuple[Sequence[Somewhere], Sequence[Somewhere]]:
        reached, not_reached = [], []
        for name, answer in ({} if decided is None else decided.answers).items():
            target = self.target(name)
            if target is None:  # a reload has just taken it away
                continue
            match answer:
                case Reached():
                    reached.append(Somewhere(target, until=answer.until))
                case NotReached() if answer.reason in NOWHERE:  # is said once, for all of them
                    pass
                case NotReached():
                    stronger = link(answer.reason, HERE)
                    not_reached.append(Somewhere(target, refused=answer, stronger=stronger))
        return reached, not_reached


async def _device(request: web.Request) -> DeviceId:
    """Raises Refused."""
    name = read_device_id((await form_of(request, ["device"]))["device"])
    if name is None:
        raise Refused(_shown(Why.DEVICE_UNKNOWN))
    return name


def _shown(why: Why) -> ShownRefusal:
    title, advice = WORDS[why]
    return ShownRefusal(reason=why, title=title, advice=advice)
