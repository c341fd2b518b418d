"""`brana serve`: have somebody see that the machine is ready, then become the supervisor.

Who sees that it is has imported the product for it, and goes on as the control plane.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click

from gateway.beginning import die_with, leave_nothing_behind
from gateway.commands.handing_over import FIRST, WITHOUT_DIRECTORY, Ready, heard
from gateway.commands.options import configuration
from gateway.systemd import NOT_FOR_OTHERS

LIFE = "BRANA_LIFE"  # as in gateway/life.py, which would load an event loop


@click.command(help="Run the product of this machine: control plane and data plane, until told to end.")
@configuration
@click.option(
    WITHOUT_DIRECTORY, is_flag=True,
    help="Start although the office directory does not answer: nobody new signs in until it does.",
)  # fmt: skip
def command(configuration: Path, *, without_directory: bool) -> None:
    leave_nothing_behind()
    hears, speaks = os.pipe()
    for end in (hears, speaks):
        os.set_blocking(end, False)
    ours, theirs = socket.socketpair()
    first = _first(configuration.resolve(), theirs, speaks, directory=not without_directory)
    os.close(speaks)
    with ours:
        ready = _waited_for(first, ours)
    adopted = (str(first.pid), str(hears)) if ready.stays else ()
    for number in (ready.lock, *([hears] if ready.stays else [])):
        os.set_inheritable(number, True)
    if not ready.stays:
        first.wait()
    os.execv(sys.executable, [*supervisor(ready.plan, ready.lock), *adopted])  # noqa: S606 - our own


def _first(
    configuration: Path, line: socket.socket, life: int, *, directory: bool
) -> "subprocess.Popen[bytes]":
    """The control plane, which checks before it begins; started as the supervisor starts it."""
    with line:
        arguments = first_arguments(configuration, line.fileno(), directory=directory)
        return subprocess.Popen(
            [sys.executable, "-m", "gateway.commands.control_plane_process", *arguments],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - nothing runs beside this thread here
            pass_fds=(line.fileno(), life),
            env=first_environment(life),
        )


def first_arguments(configuration: Path, line: int, *, directory: bool) -> list[str]:
    return [str(configuration), FIRST, str(line), *([] if directory else [WITHOUT_DIRECTORY])]


def first_environment(life: int) -> dict[str, str]:
    ours = {name: said for name, said in os.environ.items() if name not in NOT_FOR_OTHERS}
    return ours | {LIFE: str(life)}


def _waited_for(first: "subprocess.Popen[bytes]", line: socket.socket) -> Ready:
    """Ends this process with what has ended the other, which has told why."""
    try:
        ready = heard(line)
        if ready is not None:
            return ready
        status = first.wait()
    except BaseException:
        first.kill()
        first.wait()
        raise
    if status < 0:
        click.echo(f"brana: what checks before the start was ended ({signal.strsignal(-status)})", err=True)
    sys.exit(status if status > 0 else 1)


def supervisor(plan: Path, lock: int) -> list[str]:
    """Command of the supervisor; `lock`: descriptor that it inherits and hands on to the control plane."""
    return [sys.executable, "-m", "gateway.supervise", str(plan), str(lock)]
