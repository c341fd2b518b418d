"""The pages of access reviews put together."""

from collections.abc import Sequence

from gateway.commands.acting import acting
from gateway.commands.control_plane import ControlPlane
from gateway.commands.recording_looks import recording_looks
from gateway.commands.reviewing import reviewing
from gateway.commands.waiting import waits_for
from gateway.web.access_review.rooms import Reviews
from gateway.web.access_review.site import Site
from gateway.web.desk import Page


def review_pages(plane: ControlPlane) -> Sequence[Page]:
    """On the host `policies.`."""
    return Reviews(
        Site(
            desk=plane.desk,
            reviewing=reviewing(plane),
            may_act=acting(plane),
            applications=plane.application_titles(),
            everywhere=list(plane.state.district),
            centre=plane.settings.office.municipality,
            waits_for=waits_for(plane),
            record=recording_looks(plane.state),
            others=plane.persons.others,
        )
    ).pages()
