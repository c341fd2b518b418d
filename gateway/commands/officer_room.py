"""What the officers' pages stand on: of one configuration."""

from functools import partial

from config.vocabulary import DeviceId
from gateway.asks.emergencies import emergencies
from gateway.audit.recomputation import Recomputation
from gateway.commands.audit_incidents import incidents_held_against_the_log
from gateway.commands.control_plane import ControlPlane
from gateway.commands.incident_pages import incidents_due, where_to_close
from gateway.commands.own_applications import DEVICES, REQUESTS
from gateway.commands.policies_in_force import reasons_of
from gateway.commands.recording_looks import recording_looks
from gateway.commands.state import now
from gateway.commands.witnesses import witnesses_now
from gateway.storage.alerts import StoredAlerts
from gateway.storage.audit import append
from gateway.storage.audit_by_terms import out_of_reach
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_retention import Retention
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_views import StoredPurposes, StoredViews
from gateway.web.officer.leads import Machine
from gateway.web.officer.names import Names
from gateway.web.officer.reach import Reach
from gateway.web.officer.rooms import Officer


def officer_of(plane: ControlPlane, recomputation: Recomputation) -> Officer:
    state = plane.state
    names = Names(
        municipalities={code: one.name for code, one in state.district.items()},
        applications=plane.application_titles(),
        reasons=reasons_of(plane.book),
    )

    def machine(device: DeviceId) -> Machine | None:
        known = plane.devices.by_id(device)
        there = f"{plane.addresses.of_own(DEVICES)}/one/{device}"
        return None if known is None else Machine(known.name, there)

    return Officer(
        plane.desk,
        LogSearch(state.database),
        Checkpoints(state.database).newest,
        recording_looks(state),
        plane.supervision(),
        recomputation,
        names,
        Reach(plane.settings.office.municipality),
        StoredViews(state.database, append),
        StoredPurposes(state.database, append).of,
        lambda: plane.certificate.standing,
        lambda: emergencies(plane.asked.all(), now()),
        f"{plane.addresses.of_own(REQUESTS)}/reviews",
        partial(incidents_due, plane),
        where_to_close(plane),
        partial(Retention(state.database).kept, plane.settings.audit.kept_months),
        partial(witnesses_now, state.database, plane.settings.audit),
        StoredAlerts(state.database, append, state.seal).standing,
        lambda: state.database.read(out_of_reach),
        partial(incidents_held_against_the_log, state),
        machine,
    )
