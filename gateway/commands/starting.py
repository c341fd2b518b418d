"""Seen that everything can start: what the supervisor is to run, written down."""

import json
import os
import socket
import sys
from pathlib import Path

from config.fleet import Service
from config.settings import Settings
from config.sources import ACCEPTED
from gateway.commands.failure import explained
from gateway.commands.fitness import edge_ready_to_start, is_edge, ready_to_start
from gateway.commands.handing_over import Ready, tell
from gateway.commands.preflight import folder_in_memory
from gateway.commands.state import State
from gateway.envoy import draining, process
from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.elsewhere import way_to
from gateway.streams.words import CONTROL_PLANE_ANSWERS
from gateway.supervise import Plan


def first_checked(configuration: Path, line: socket.socket, *, directory: bool) -> State | None:
    """For the process that `brana serve` waits for: check, tell it at `line`, go on by the state.

    None where this machine has no control plane. Ends the process where it cannot start, and says why.
    """
    try:
        state, settings, lock = _ready(configuration, directory=directory)
        plan = plan_file(configuration, settings)
    except Exception as error:
        if (message := explained(error)) is None:
            raise
        sys.stderr.write(f"brana: {message}\n")
        sys.exit(1)
    with line:
        tell(line, Ready(plan, lock, stays=state is not None))
    return state


def _ready(configuration: Path, *, directory: bool) -> tuple[State | None, Settings, int]:
    """The state of what keeps one, the settings, and the descriptor of the lock. Raises what the parts raise."""
    if is_edge(configuration):
        settings, lock = edge_ready_to_start(configuration, holder=os.getppid())
        return None, settings, lock
    state, lock = ready_to_start(configuration, directory=directory, holder=os.getppid())
    return state, state.settings, lock


def plan_file(configuration: Path, settings: Settings) -> Path:
    """Write what the supervisor runs, and Envoy's bootstrap, into the run folder."""
    run, fleet = settings.state.directory / "run", settings.fleet
    start = run / "envoy.json"
    start.write_text(json.dumps(bootstrap(run, settings.limits)), "utf-8")
    draining.over(run)
    plan = run / "plan.json"
    grace = str(settings.streams.grace.total_seconds())
    answers = CONTROL_PLANE_ANSWERS if fleet is None else f"{way_to(Service.WATCH)}.sock"
    reads = [str(configuration), str(settings.state.directory / ACCEPTED)]
    control = _python("control_plane_process", *reads)
    streams = _python("streams_process", str(run), grace, answers, str(settings.streams.per_session))
    envoy = process.command(start, concurrency=os.cpu_count() or 1)
    Plan(
        control=control if fleet is None or fleet.decides else [],
        streams=streams if fleet is None or fleet.lets_in else [],
        envoy=envoy if fleet is None or fleet.lets_in else [],
        node=_python("node_process", *reads) if fleet is not None and fleet.lets_in else [],
        run=str(run),
        spool=str(settings.state.directory / "spool"),
        begun=str(folder_in_memory(settings.state)),
        silence=settings.limits.silence.total_seconds(),
    ).write(plan)
    return plan


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"gateway.commands.{module}", *arguments]
