"""`brana serve`: see that the machine is ready, then hand over to the supervisor."""

import json
import os
import sys
from pathlib import Path

import click

from config.fleet import Service
from config.settings import Settings
from config.sources import ACCEPTED
from gateway.commands.fitness import edge_ready_to_start, is_edge, ready_to_start
from gateway.commands.left_out import let_in
from gateway.commands.options import configuration
from gateway.commands.preflight import folder_in_memory
from gateway.envoy import draining, process
from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.elsewhere import way_to
from gateway.streams.words import CONTROL_PLANE_ANSWERS
from gateway.supervise import Plan


@click.command(help="Run the product of this machine: control plane and data plane, until told to end.")
@configuration
@click.option(
    "--without-directory", is_flag=True,
    help="Start although the office directory does not answer: nobody new signs in until it does.",
)  # fmt: skip
def command(configuration: Path, *, without_directory: bool) -> None:
    let_in()
    settings, lock = ready(configuration.resolve(), directory=not without_directory)
    plan = plan_file(configuration.resolve(), settings)
    os.set_inheritable(lock, True)
    os.execv(sys.executable, supervisor(plan, lock))  # noqa: S606 - our own; needs nothing of this process


def ready(configuration: Path, *, directory: bool) -> tuple[Settings, int]:
    """Settings, and the descriptor of the lock. Raises what the parts raise."""
    if is_edge(configuration):
        return edge_ready_to_start(configuration)
    state, lock = ready_to_start(configuration, directory=directory)
    state.database.close()
    return state.settings, lock


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


def supervisor(plan: Path, lock: int) -> list[str]:
    """Command of the supervisor; `lock`: descriptor that it inherits and hands on to the control plane."""
    return [sys.executable, "-m", "gateway.supervise", str(plan), str(lock)]
