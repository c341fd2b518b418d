"""The pages of people's own devices, at the portal: put together."""

from collections.abc import Sequence
from datetime import datetime

from config.vocabulary import DeviceId, SessionId, device_subject
from gateway.authorize.device_closes import Closed, closed_by
from gateway.commands.addresses import Addresses
from gateway.commands.control_plane import ControlPlane
from gateway.commands.enrolled_devices import device_office
from gateway.devices.device import Device
from gateway.web.desk import Page
from gateway.web.portal.devices import OwnDevices


def own_device_pages(plane: ControlPlane) -> Sequence[Page]:
    """By the settings of the moment: devices are switched on while the product runs."""

    async def closes(device: Device, sid: SessionId, moment: datetime) -> Sequence[Closed]:
        for session in await plane.state.sessions.by_ids([sid]):
            if session.ended_at is None:
                return closed_by(device, session, plane.snapshot, session.address, moment)
        return ()

    def suspended(device: DeviceId, moment: datetime) -> bool:
        return plane.suspended.suspended(device_subject(device), moment)

    def address() -> str:
        return Addresses(plane.settings, plane.state.district).origin(plane.settings.devices.host)

    return OwnDevices(
        plane.desk,
        lambda: device_office(plane.state, plane.devices),
        closes,
        suspended,
        lambda name: plane.application_titles().get(name),
        address,
    ).pages()
