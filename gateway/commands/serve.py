"""`brana serve`: see that the machine is ready, then hand over to the supervisor."""

import json
import os
import sys
from pathlib import Path

import click

from config.settings import Settings
from gateway.commands.decisions import policy_book
from gateway.commands.options import configuration
from gateway.commands.preflight import require_free_ports
from gateway.commands.state import open_state
from gateway.envoy import process
from gateway.envoy.bootstrap import bootstrap
from gateway.supervise import Plan


@click.command(help="Run the product of this machine: control plane and data plane, until told to end.")
@configuration
def command(configuration: Path) -> None:
    state = open_state(configuration.resolve())
    try:
        policy_book(state.settings, state.district)
        require_free_ports(state.settings)
    finally:
        state.database.close()
    plan = plan_file(configuration.resolve(), state.settings)
    supervise(plan)


def plan_file(configuration: Path, settings: Settings) -> Path:
    """Write what the supervisor runs, and Envoy's bootstrap, into the run folder."""
    run = settings.state.directory / "run"
    start = run / "envoy.json"
    start.write_text(json.dumps(bootstrap(run)), "utf-8")
    plan = run / "plan.json"
    Plan(
        control=[sys.executable, "-m", "gateway.commands.control_plane_process", str(configuration)],
        envoy=process.command(start, concurrency=os.cpu_count() or 1),
        run=str(run),
        spool=str(settings.state.directory / "spool"),
    ).write(plan)
    return plan


def supervise(plan: Path) -> None:
    """Become the supervisor: its process needs nothing of what this one has loaded."""
    os.execv(sys.executable, [sys.executable, "-m", "gateway.supervise", str(plan)])  # noqa: S606 - our own
