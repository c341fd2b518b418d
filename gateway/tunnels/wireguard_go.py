"""The process of wireguard-go: started where none runs, taken up where one does.

It outlives who started it, so that a restart interrupts nobody; without renewed leases the filter lets nothing of its
through. It ends when it is told, or when its interface is deleted.
"""

import asyncio
import os
import shutil
import signal
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.userspace import SOCKETS, Userspace

PROGRAM = "wireguard-go"
TUN = Path("/dev/net/tun")
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WITHIN = 10.0  # seconds for a start; it takes a tenth of one
LOOK_EVERY = 0.02
CREDENTIALS = struct.Struct("3i")  # process, user, group: SO_PEERCRED of unix(7)


class CannotTunnel(Exception):
    """This machine, or this process, can have no tunnel."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"no tunnel can be opened: {why}; {remedy}")


@dataclass(frozen=True, slots=True)
class Running:
    device: Userspace
    process: int
    taken_up: bool
    """It ran already."""

    async def ended(self) -> None:
        """Returns when the process is gone."""
        try:
            gone = os.pidfd_open(self.process)
        except ProcessLookupError:
            return
        loop, noticed = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(gone, noticed.set)
        try:
            await noticed.wait()
        finally:
            loop.remove_reader(gone)
            os.close(gone)

    async def end(self) -> None:
        """Its interface goes with it."""
        try:
            os.kill(self.process, signal.SIGTERM)
        except ProcessLookupError:
            return
        await self.ended()


async def running(name: str, *, program: str = PROGRAM, tun: Path = TUN, sockets: Path = SOCKETS) -> Running:
    """Raises CannotTunnel, TunnelDeviceFailed."""
    device = Userspace(name, sockets)
    if (process := _listener(device.socket)) is not None:
        await device.seen()
        return Running(device, process, taken_up=True)
    if not tun.exists():
        raise CannotTunnel(f"{tun} is missing", "load the kernel's module tun (modprobe tun), or let this container have it")
    if (found := shutil.which(program, path=PATHS)) is None:
        raise CannotTunnel(f"{program} is not installed", "install Debian's package wireguard-go")
    if Path("/sys/class/net", name).exists():
        raise CannotTunnel(f"the interface {name} is somebody else's", "choose another name for the tunnel's interface")
    device.socket.unlink(missing_ok=True)  # of one that was killed
    child = _started(found, name)
    try:
        async with asyncio.timeout(WITHIN):
            while (process := _listener(device.socket)) is None:
                if (status := child.poll()) is not None:
                    raise CannotTunnel(f"{PROGRAM} ended at once ({status})", "this process needs CAP_NET_ADMIN")
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError as error:
        child.kill()
        child.wait()
        raise TunnelDeviceFailed(name, f"{PROGRAM} gave no sign for {WITHIN:g} s", "it is started again") from error
    return Running(device, process, taken_up=False)


def _started(program: str, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [program, "-f", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": PATHS, "LOG_LEVEL": "error"},
    )


def _listener(at: Path) -> int | None:
    """Process id of who answers at a socket."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(at))
        except OSError:
            return None
        octets = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        return int(CREDENTIALS.unpack(octets)[0])
