"""The pages of connected applications put together."""

from collections.abc import Sequence

from config.alphabet import alphabetical
from gateway.commands.acting import acting
from gateway.commands.control_plane import ControlPlane
from gateway.commands.recording_looks import recording_looks
from gateway.commands.relying_parties import client_office
from gateway.commands.waiting import waits_for
from gateway.web.clients.acts import Acts
from gateway.web.clients.rooms import Rooms
from gateway.web.clients.site import Site
from gateway.web.desk import Page


def client_pages(plane: ControlPlane) -> Sequence[Page]:
    """On the host `policies.`."""
    hosted = {one.id: one.title for one in plane.settings.applications}
    in_order = sorted(plane.state.district.items(), key=lambda one: alphabetical(one[1].name))
    site = Site(
        desk=plane.desk,
        office=client_office(plane),
        may_act=acting(plane),
        applications=hosted,
        municipalities=[(code, one.name) for code, one in in_order],
        centre=plane.settings.office.municipality,
        configured=lambda: plane.settings.oidc_clients,
        record=recording_looks(plane.state),
        issuer=plane.addresses.issuer,
        waits_for=waits_for(plane),
    )
    return [*Rooms(site).pages(), *Acts(site).pages()]
