"""The officers' pages about incidents and suspended people, over what is really kept."""

from pathlib import Path

from config.vocabulary import DeviceId, device_of
from gateway.audit.for_auditors import brana_verify
from gateway.incidents.bundle import Wanted, bundle
from gateway.incidents.suspending import Whom
from gateway.web.officer.incident_acts import IncidentActs
from gateway.web.officer.incidents import Incidents
from gateway.web.officer.leads import Machine
from gateway.web.officer.names import Names
from gateway.web.officer.suspensions import Suspensions
from tests.gateway.web.people import AUDITOR, FIREFOX, MAYOR, OFFICER
from tests.rig.incidents import Incidents as Kept

SWITCH = "https://policies.brana.test/incidents"
NOTEBOOK = DeviceId("NB" + "x" * 20)
ENROLLED = {NOTEBOOK: "NB-2026-17"}
"""With an agent."""
MACHINES: dict[DeviceId, Machine] = {}
"""Those to whose pages entries lead; a test puts its own there."""
KNOWN = {one.subject: Whom(one.subject, one.login, one.name) for one in (AUDITOR, MAYOR, OFFICER)}


def incident_pages(office, desk, kept: Kept, names: Names):
    """`office`: the sample, whose log is searched and told of looks."""

    async def whom(subject):
        """As the log has them, where nobody else does."""
        if (device := device_of(subject)) is not None:
            naming = (one for one in office.log.entries if one.details.get("device") == device)
            return next((Whom(subject, device, FIREFOX) for _ in naming), None)
        logged = (Whom(subject, one.person) for one in office.log.entries if one.subject == subject)
        return KNOWN.get(subject) or next(logged, None)

    async def handed(number, purpose, by, language, now):
        shown = await kept.office.exporting(number, purpose, by, now)
        made = bundle(
            Wanted(
                shown=shown, suspensions=await kept.stored.of_incident(number), entries=(), checkpoint="",
                key="brana.test+0+x", verifier=Path(brana_verify.__file__).read_bytes(), language=language,
                by=by.login, purpose=purpose, at=now,
            )
        )  # fmt: skip
        return made.name, made.content

    incidents = Incidents(desk, kept.office, names, office.record, kept.stored.of_incident, SWITCH)
    acts = IncidentActs(desk, kept.office, incidents, office.log, handed, office.record)
    suspensions = Suspensions(
        desk, kept.suspending, whom, kept.office.open_ones, office.log, office.record, ENROLLED.get
    )
    return [*incidents.pages(), *acts.pages(), *suspensions.pages()]
