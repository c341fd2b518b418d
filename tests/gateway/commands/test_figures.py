"""What `/metrics` tells of emergencies and incidents, of a control plane that does not run."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from config.vocabulary import Language
from gateway.asks.ask import Kind
from gateway.audit import acts
from gateway.audit.places import BLOCK
from gateway.commands.control_plane import ControlPlane
from gateway.commands.figures import take_figures
from gateway.commands.state import now, open_state
from gateway.policy_office.incident import Incident
from gateway.storage.policy_incidents import StoredIncidents
from policies.incidents import Closure, ClosureKind
from tests.gateway.asks.town import ask
from tests.rig.installation import install

pytestmark = pytest.mark.real


async def test_emergencies_and_what_an_incident_closes_are_counted(tmp_path: Path) -> None:
    state, moment = open_state(install(tmp_path).configuration), now()
    plane = ControlPlane(state)
    reason = dict.fromkeys(Language, "unik hesel")
    closure = Closure(kind=ClosureKind.SUPPLIERS, target="", reason=reason, by="urad:1", at=moment)
    try:
        await take_figures(plane)
        assert told(plane) == {"open": 0, "overdue": 0, "closures": 0}
        since = moment - timedelta(minutes=1)
        open_now = ask(Kind.EMERGENCY, since=since, until=moment + timedelta(hours=1), review_by=moment)
        plane.asked.put(open_now, moment)
        incident = Incident(id="I" * 16, closure=closure, closed_by_name="kucera.martin")
        await state.database.write(lambda connection: StoredIncidents(connection).keep(incident))
        await take_figures(plane)
        assert told(plane) == {"open": 1, "overdue": 1, "closures": 1}
        entries = [acts.started(moment, "1", str(number)) for number in range(BLOCK)]
        await state.record(entries)
        await take_figures(plane)
        assert f"brana_audit_not_indexed {float(BLOCK)}" in generate_latest(plane.metrics.registry).decode()
    finally:
        await plane.close()
        state.database.close()


def told(plane: ControlPlane) -> dict[str, int]:
    names = {
        "brana_emergency_open": "open",
        "brana_emergency_review_overdue": "overdue",
        "brana_incident_closures": "closures",
    }
    lines = [line.split(" ") for line in generate_latest(plane.metrics.registry).decode().splitlines()]
    return {names[name]: int(float(rest[0])) for name, *rest in lines if name in names}
