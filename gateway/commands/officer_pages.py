"""The pages of the host `admin.` put together; loaded when somebody first opens one."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from gateway.audit.questions import questions
from gateway.audit.recomputation import Recomputation
from gateway.commands.control_plane import ControlPlane
from gateway.commands.export_pages import ExportPages
from gateway.commands.incident_pages import incident_pages
from gateway.commands.officer_room import officer_of
from gateway.commands.report_pages import ReportPages
from gateway.fleet.known_nodes import KnownFleet
from gateway.sessions.without_factor import WithoutFactor
from gateway.storage.alerts import StoredAlerts
from gateway.storage.audit import append
from gateway.storage.audit_retention import Retention
from gateway.storage.audit_views import StoredPurposes
from gateway.storage.database import Database
from gateway.storage.fleet_nodes import FleetNodes
from gateway.storage.seal import Seal, SealBroken
from gateway.web.desk import Page
from gateway.web.officer.alerts import Alerts
from gateway.web.officer.answers import Answers
from gateway.web.officer.came_from import asked_first
from gateway.web.officer.charts import Charts
from gateway.web.officer.exceptions import Exceptions
from gateway.web.officer.following import Following
from gateway.web.officer.holds import HoldPages
from gateway.web.officer.nodes import Nodes
from gateway.web.officer.people import People
from gateway.web.officer.places_hidden import HiddenPlaces
from gateway.web.officer.rechecks import Rechecks
from gateway.web.officer.turns import Turns
from gateway.web.officer.views import SavedViews


def officer_pages(plane: ControlPlane, recomputation: Recomputation) -> Iterable[Page]:
    """By what the plane has taken."""
    officer = officer_of(plane, recomputation)
    known, record = plane.assistance(), officer.record
    purposes = StoredPurposes(plane.state.database, append)
    people = People(
        officer.desk,
        known,
        plane.lost_factors(),
        record,
        officer.log,
        officer.sessions,
        others=plane.persons.others,
    )
    answers = Answers(
        officer.desk,
        officer.log,
        record,
        officer.names,
        officer.reach,
        questions(plane.settings.audit.questions),
        officer.reviews,
        accounts=WithoutFactor(
            plane.people.values, plane.known.as_they_count, plane.state.identities, plane.known.recovery
        ).accounts,
    )
    following = Following(
        officer.desk,
        officer.log,
        record,
        officer.names,
        officer.reach,
        officer.purpose_of,
        HiddenPlaces(plane.state.seal.close, partial(_opened, plane.state.seal)),
    )
    alerts = StoredAlerts(plane.state.database, append, plane.state.seal)
    turns = Turns()
    holds = Retention(plane.state.database)
    audit = plane.settings.audit
    parts: Iterable[Iterable[Page]] = (
        officer.pages(),
        answers.pages(),
        SavedViews(officer.desk, officer.views, purposes, officer.reach, record).pages(),
        Rechecks(officer.desk, officer.log, officer.sessions, officer.names).pages(),
        people.pages(),
        Exceptions(officer.desk, known, people, record).pages(),
        Nodes(officer.desk, partial(_known_fleet, plane.state.database), record).pages(),
        incident_pages(plane, officer),
        following.pages(),
        Charts(officer.desk, officer.log, record, officer.names, officer.reach).pages(),
        Alerts(officer.desk, alerts, officer.log, record, audit.alerts).pages(),
        ReportPages(plane, officer.names, record).pages(),
        ExportPages(plane, officer, turns).pages(),
        HoldPages(officer.desk, holds, audit.kept_months, record).pages(),
    )
    pages = officer.reach.pages(officer.desk, [page for part in parts for page in part])
    return asked_first(turns.pages(officer.desk, pages))


async def _known_fleet(database: Database, now: datetime) -> KnownFleet:
    return await database.read(lambda connection: FleetNodes(connection).known(now))


def _opened(seal: Seal, kept: bytes, purpose: str) -> bytes | None:
    try:
        return seal.open(kept, purpose)
    except SealBroken:
        return None
