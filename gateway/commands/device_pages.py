"""The pages of those who administer devices, put together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.alphabet import alphabetical
from config.settings import Title
from config.vocabulary import ApplicationId, DeviceId, device_subject
from gateway.authorize.device_closes import Closed, closed_at_best
from gateway.commands.acting import acting
from gateway.commands.asking_office import PlaneTown
from gateway.commands.control_plane import ControlPlane
from gateway.commands.enrolled_devices import device_office
from gateway.commands.names_of_people import NamesOfPeople
from gateway.commands.own_applications import DEVICES
from gateway.commands.recording_looks import recording_looks
from gateway.commands.state import now
from gateway.devices.device import Device
from gateway.web.desk import Page
from gateway.web.devices.around import Beside
from gateway.web.devices.doing import Acts
from gateway.web.devices.registering import Registering
from gateway.web.devices.rooms import Rooms
from gateway.web.devices.site import Site
from idp.directory.person import Person


def device_pages(plane: ControlPlane) -> Sequence[Page]:
    """On the host of agents, by what the plane has taken."""
    site = Site(
        desk=plane.desk,
        office=lambda: device_office(plane.state, plane.devices, plane.persons.others),
        may_act=acting(plane),
        around=PlaneAround(plane),
        centre=plane.settings.office.municipality,
        record=recording_looks(plane.state),
        log=plane.addresses.admin,
    )
    in_order = sorted(plane.state.district.items(), key=lambda one: alphabetical(one[1].name))
    district = [(code, one.name) for code, one in in_order]
    return [*Rooms(site).pages(), *Registering(site, district).pages(), *Acts(site).pages()]


@dataclass(frozen=True, slots=True)
class PlaneAround:
    """Implements `gateway.web.devices.around.Around`."""

    plane: ControlPlane

    async def beside(self, device: Device) -> Beside:
        plane, moment = self.plane, now()
        found = await plane.state.sessions.open_of({device_subject(device.id)})
        limits = plane.settings.sign_in
        theirs = [
            one
            for one in found.sessions
            if one.enrolled == device.id and one.why_over(limits, moment) is None
        ]
        if plane.tunnels is None:
            return Beside(theirs, None)
        office, _ = plane.tunnels
        tunnel = office.of(device.id)
        return Beside(
            theirs,
            None if tunnel is None else tunnel[0],
            doubted=office.places.doubted(device.id),
            nowhere=office.places.unknown(device.id, moment) is not None,
        )

    def suspended(self, device: DeviceId, now: datetime) -> bool:
        return self.plane.suspended.suspended(device_subject(device), now)

    async def closes(self, device: Device) -> Sequence[Closed]:
        plane = self.plane
        owner = None if device.owner is None else await plane.known.person(device.owner)
        if owner is None:
            return ()
        roles = frozenset((held.municipality, held.role) for held in owner.roles)
        return closed_at_best(device, roles, plane.snapshot, now())

    async def named(self, login: str) -> Sequence[Person]:
        return await PlaneTown(self.plane).named(login)

    async def names_of(self, subjects: Collection[str]) -> Mapping[str, str]:
        return await NamesOfPeople(self.plane)(subjects)

    def title(self, application: ApplicationId) -> Title | None:
        return self.plane.application_titles().get(application)

    def address(self) -> str:
        return self.plane.addresses.of_own(DEVICES)
