"""The officers' pages about incidents and suspended people, put together."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from config.vocabulary import DeviceId, Language, SubjectId, device_of
from gateway.commands.control_plane import ControlPlane
from gateway.commands.incident_bundle import handed_out
from gateway.commands.own_applications import POLICIES
from gateway.commands.state import now
from gateway.commands.suspending import device_seen, suspending
from gateway.incidents.by import By
from gateway.incidents.incident import Waiting, waiting
from gateway.incidents.office import IncidentOffice
from gateway.incidents.suspending import Whom
from gateway.web.desk import Page
from gateway.web.officer.incident_acts import IncidentActs
from gateway.web.officer.incidents import Incidents
from gateway.web.officer.rooms import Officer
from gateway.web.officer.suspensions import Suspensions


def incident_office(plane: ControlPlane) -> IncidentOffice:
    """By what the plane has taken."""
    state = plane.state
    return IncidentOffice(
        state.incidents, state.record, frozenset(state.district), frozenset(plane.application_titles())
    )


def where_to_close(plane: ControlPlane) -> str:
    """The incident switch of the policies."""
    return f"{plane.addresses.of_own(POLICIES)}/incidents"


async def incidents_due(plane: ControlPlane) -> Waiting:
    open_ones = await incident_office(plane).open_ones()
    return waiting([(one.incident.number, one.dues) for one in open_ones], now())


def incident_pages(plane: ControlPlane, officer: Officer) -> Iterable[Page]:
    office, state = incident_office(plane), plane.state
    incidents = Incidents(
        officer.desk,
        office,
        officer.names,
        officer.record,
        state.suspensions.of_incident,
        where_to_close(plane),
        plane.settings.audit.incident_kept_months,
    )

    async def handed(
        number: int, purpose: str, by: By, language: Language, moment: datetime
    ) -> tuple[str, bytes]:
        reasons = officer.names.reasons
        made = await handed_out(state, office, number, purpose, by, language, reasons, moment)
        return made.name, made.content

    def enrolled(device: DeviceId) -> str | None:
        known = plane.devices.by_id(device)
        return None if known is None else known.name

    acts = IncidentActs(officer.desk, office, incidents, officer.log, handed, officer.record)
    suspensions = Suspensions(
        officer.desk,
        suspending(plane),
        partial(whom, plane),
        office.open_ones,
        officer.log,
        officer.record,
        enrolled,
    )
    return [*incidents.pages(), *acts.pages(), *suspensions.pages()]


async def whom(plane: ControlPlane, subject: SubjectId) -> Whom | None:
    """As the replica of a directory has somebody, or a session that is open; no directory is asked. A device as its
    sessions or the log have it.
    """
    if (device := device_of(subject)) is not None:
        return await device_seen(plane.state, device)
    kept = await plane.kept(subject)
    if kept is not None and kept.person is not None:
        return Whom(subject, kept.person.login, kept.person.name)
    found = await plane.state.sessions.open_of([subject])
    people: Sequence[Whom] = [
        *(Whom(subject, one.login, one.name) for one in found.sessions),
        *(Whom(subject, one.person.login, one.person.name) for one in found.sign_ons),
    ]
    return people[0] if people else None
