"""`brana-agent up` and `down`: what is wanted is kept, and the service is told to look."""

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from agents.command import tunnel_telling
from agents.command.doctoring import shown_in
from agents.command.tunnel_file import Filed
from agents.command.tunnel_words import TUNNEL
from agents.command.words import SAYS, STANDINGS
from agents.kept.folder import who_works
from agents.kept.state import ShownTunnel, State
from agents.posture.machine import ThisMachine
from agents.protocol.messages import Standing
from agents.tunnel.linux import Interface
from agents.tunnel.plan import Plan, names_of
from agents.tunnel.tunnelling import Device, Tunnelling
from config.vocabulary import Language

PATIENCE = 30.0  # seconds; a thorough look at the machine may come first
TOLD_WITHIN = 10.0  # seconds for the gateway to hear that it is over
LOOK_EVERY = 0.1
RESOLVED = Path("/run/systemd/resolve")
"""There where systemd-resolved runs."""
POKE = getattr(signal, "SIGHUP", None)


def tunnelling_on(device: Device, state: State) -> Tunnelling:
    return Tunnelling(device, state.tunnel_key, lambda plan: _names(plan, device))


def heard_of_tunnels(poked: Flag) -> None:
    if POKE is not None:
        signal.signal(POKE, lambda *_: poked.set())


def up(state: State, public: Path, device: Device, tongue: Language) -> int:
    """Raises NotKept, Damaged."""
    if state.enrolment() is None:
        print(SAYS["not_enrolled"][tongue], file=sys.stderr)
        return 1
    state.want_tunnel(wanted=True)
    began = datetime.now(UTC)
    if not _poked(state):
        print(SAYS["not_running"][tongue], file=sys.stderr)
        return 1
    tunnel = _waited(public, began)
    if tunnel is None:
        shown = shown_in(public)
        if shown is None or shown.standing is Standing.ACTIVE:
            print(TUNNEL["waits"][tongue], file=sys.stderr)
        else:
            print(f"{SAYS['standing'][tongue]}: {STANDINGS[shown.standing][tongue]}", file=sys.stderr)
            print(TUNNEL["not_in_use"][tongue], file=sys.stderr)
        return 1
    for line in tunnel_telling.tunnel(tunnel, tongue):
        print(line)
    if tunnel.until is not None and isinstance(device, Filed):
        print(f"{TUNNEL['file'][tongue]}: {device.file}")
    return 0 if tunnel.until is not None else 1


def down(state: State, public: Path, device: Device, tongue: Language) -> int:
    """Whether the service runs or not, nothing is left here. Raises NotKept, TunnelFailed."""
    state.want_tunnel(wanted=False)
    runs = _poked(state)
    if runs:
        began = time.monotonic()
        while _tunnel_in(public) is not None and time.monotonic() < began + PATIENCE:
            time.sleep(LOOK_EVERY)
        while state.tunnel_untold() and time.monotonic() < began + TOLD_WITHIN:
            time.sleep(LOOK_EVERY)
    device.end()
    if not state.tunnel_untold():
        print(TUNNEL["down"][tongue])
        return 0
    print(TUNNEL["untold" if runs else "untold_and_stopped"][tongue], file=sys.stderr)
    return 1


def _poked(state: State) -> bool:
    """Whether there is somebody who looks."""
    process = who_works(state.folder)
    if process is None or POKE is None:
        return process is not None
    os.kill(process, POKE)
    return True


def _waited(public: Path, began: datetime) -> ShownTunnel | None:
    """What was answered since; None: nothing yet."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        shown = shown_in(public)
        tunnel = None if shown is None else shown.tunnel
        if tunnel is not None and tunnel.asked_at is not None and tunnel.asked_at >= began:
            return tunnel
        if shown is not None and shown.standing is not Standing.ACTIVE and _since(shown.reported_at, began):
            return None
        time.sleep(LOOK_EVERY)
    return None


def _since(reported: datetime | None, began: datetime) -> bool:
    return reported is not None and reported >= began


def _tunnel_in(public: Path) -> ShownTunnel | None:
    shown = shown_in(public)
    return None if shown is None else shown.tunnel


def _names(plan: Plan, device: Device) -> bool:
    """A file leads no names into the tunnel: who reads it would lead all of them there."""
    commands = names_of(plan, device.name) if isinstance(device, Interface) else ()
    if not commands:
        return True
    if not RESOLVED.is_dir():
        return False
    answers = [ThisMachine().run(*command) for command in commands]
    return all(answer is not None and answer.code == 0 for answer in answers)
