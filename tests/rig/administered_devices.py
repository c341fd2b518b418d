"""The pages of those who administer devices, over a real office of devices: what is beside it is in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aiohttp import web

from config.settings import Title
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    DeviceId,
    Language,
    MunicipalityCode,
    Role,
)
from gateway.audit.entry import Entry
from gateway.authorize.act import Act
from gateway.authorize.device_closes import Closed
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened
from gateway.web.app import make_app
from gateway.web.desk import Refused
from gateway.web.devices.around import Beside
from gateway.web.devices.doing import Acts
from gateway.web.devices.registering import Registering
from gateway.web.devices.rooms import Rooms
from gateway.web.devices.site import Site
from gateway.web.identity import DEVICES
from gateway.web.refusal import ShownRefusal, both
from idp.directory.errors import DirectoryUnreachable
from idp.directory.person import AccountState, Person, RoleHeld
from policies.model import Permitted
from tests.gateway.storage.devices import Devices
from tests.gateway.web.people import HULIN, KROMERIZ, KVASICE, MAYOR, MUNICIPALITIES, NOW, OFFICER
from tests.gateway.web.sample import Office

HOST = "devices.brana.test"
BOTH_ACTIONS = (Action.READ, Action.ADMINISTER)
OF_CENTRE = replace(
    OFFICER, audience=DEVICES, login="sprava", roles=(Role.CENTRE_ADMINISTRATOR,), actions=BOTH_ACTIONS
)
OF_HULIN = replace(
    OF_CENTRE,
    subject="urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0007",
    login="spravce.hulin",
    name="Ivan Správce",
    sid="s-administrator-000001",
    municipality=HULIN,
    roles=(Role.LOCAL_ADMINISTRATOR,),
    acr=AuthenticationLevel.TWO_FACTORS,
)
OF_KVASICE = replace(
    OF_HULIN,
    subject="urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0008",
    login="spravce.kvasic",
    municipality=KVASICE,
)
LOOKS_ONLY = replace(OF_HULIN, login="dohled.hulin", roles=(Role.SECURITY_OFFICER,), actions=(Action.READ,))
NOT_PERMITTED = ShownRefusal(
    reason="role_not_sufficient", title=both(cs="Nesmíte", en="You may not"), advice=both(cs="Ne.", en="No.")
)
KEPT_CLOSED = Closed(
    ApplicationId("records"),
    {Language.CZECH: "Spisy chtějí bránu firewall", Language.ENGLISH: "Records need a firewall"},
    {Language.CZECH: "Zapněte ji.", Language.ENGLISH: "Turn it on."},
    (),
)


def person(about, municipality: MunicipalityCode) -> Person:
    return Person(
        subject=about.subject,
        login=about.login,
        name=about.name,
        mail="",
        state=AccountState.ACTIVE,
        roles=(RoleHeld(municipality, Role.CLERK),),
    )


@dataclass
class Town:
    """Implements `gateway.web.devices.around.Around`. `away`: the directory does not answer."""

    people: Sequence[Person] = field(
        default_factory=lambda: [person(MAYOR, HULIN), person(OF_HULIN, HULIN), person(OFFICER, KROMERIZ)]
    )
    closed: Sequence[Closed] = ()
    sessions: Sequence[Session] = ()
    tunnel: Opened | None = None
    doubted: bool = False
    nowhere: bool = False
    away: bool = False
    shut: Collection[DeviceId] = ()
    """What officers have suspended."""

    async def beside(self, _device: Device) -> Beside:
        return Beside(self.sessions, self.tunnel, self.doubted, self.nowhere)

    def suspended(self, device: DeviceId, _now: datetime) -> bool:
        return device in self.shut

    async def closes(self, _device: Device) -> Sequence[Closed]:
        self._there()
        return self.closed

    async def named(self, login: str) -> Sequence[Person]:
        self._there()
        return [one for one in self.people if one.login == login]

    async def names_of(self, subjects: Collection[str]) -> Mapping[str, str]:
        return {one.subject: one.name for one in self.people if one.subject in subjects}

    def title(self, application: ApplicationId) -> Title | None:
        return Title(cs="Spisová služba", en="Records") if application == "records" else None

    def address(self) -> str:
        return f"https://{HOST}"

    def _there(self) -> None:
        if self.away:
            raise DirectoryUnreachable("ldaps://ldap.test", "it does not answer")


@dataclass
class Place:
    at: Devices
    town: Town = field(default_factory=Town)
    asked: list[Act] = field(default_factory=list)
    switched_on: bool = True
    looks: list[Entry] = field(default_factory=list)
    log_full: bool = False

    async def _look(self, entries: Sequence[Entry]) -> None:
        if self.log_full:
            raise OSError("no space left")
        self.looks += entries

    def app(self) -> web.Application:
        async def may_act(caller, act: Act, _origin) -> Permitted:
            self.asked.append(act)
            if act.action not in caller.actions:
                raise Refused(NOT_PERMITTED)
            return Permitted(rule="devices-administer", version="1")

        desk = replace(Office().desk(), devices=lambda: self.switched_on, now=lambda: NOW)
        site = Site(
            desk, lambda: self.at.office, may_act, self.town, KROMERIZ, self._look, "https://admin.brana.test"
        )
        named = list(MUNICIPALITIES.items())
        pages = [*Rooms(site).pages(), *Registering(site, named).pages(), *Acts(site).pages()]
        return make_app(desk, {HOST: pages}, {})
