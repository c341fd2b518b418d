"""`brana serve`: see that the machine is ready, then hand over to the supervisor."""

import json
import os
import sys
from pathlib import Path

import click

from config.settings import Settings
from gateway.commands.fitness import ready_to_start
from gateway.commands.options import configuration
from gateway.commands.preflight import folder_in_memory
from gateway.envoy import process
from gateway.envoy.bootstrap import bootstrap
from gateway.supervise import Plan


@click.command(help="Run the product of this machine: control plane and data plane, until told to end.")
@configuration
@click.option(
    "--without-directory", is_flag=True,
    help="Start although the office directory does not answer: nobody new signs in until it does.",
)  # fmt: skip
def command(configuration: Path, *, without_directory: bool) -> None:
    state, lock = ready_to_start(configuration.resolve(), directory=not without_directory)
    state.database.close()
    plan = plan_file(configuration.resolve(), state.settings)
    os.set_inheritable(lock, True)
    os.execv(sys.executable, supervisor(plan, lock))  # noqa: S606 - our own; needs nothing of this process


def plan_file(configuration: Path, settings: Settings) -> Path:
    """Write what the supervisor runs, and Envoy's bootstrap, into the run folder."""
    run = settings.state.directory / "run"
    start = run / "envoy.json"
    start.write_text(json.dumps(bootstrap(run, settings.limits)), "utf-8")
    plan = run / "plan.json"
    Plan(
        control=[sys.executable, "-m", "gateway.commands.control_plane_process", str(configuration)],
        streams=[
            sys.executable,
            "-m",
            "gateway.commands.streams_process",
            str(run),
            str(settings.streams.grace.total_seconds()),
        ],
        envoy=process.command(start, concurrency=os.cpu_count() or 1),
        run=str(run),
        spool=str(settings.state.directory / "spool"),
        begun=str(folder_in_memory(settings.state)),
    ).write(plan)
    return plan


def supervisor(plan: Path, lock: int) -> list[str]:
    """Command of the supervisor; `lock`: descriptor that it inherits and hands on to the control plane."""
    return [sys.executable, "-m", "gateway.supervise", str(plan), str(lock)]
