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
from dataclasses import dataclass
from pathlib import Path

from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.userspace import SOCKETS, Userspace

PROGRAM = "wireguard-go"
TUN = Path("/dev/net/tun")
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WITHIN = 10.0  # seconds for a start; it takes a tenth of one
LOOK_EVERY = 0.02
LAST_STANDARD = 2  # descriptor of what is said of errors
CREDENTIALS = struct.Struct("3i")  # process, user, group: SO_PEERCRED of unix(7)


class CannotTunnel(Exception):
    """No tunnel can be had on this machine, or by this process."""

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
        _reaped(self.process)

    async def end(self) -> None:
        """Its interface goes with it."""
        try:
            os.kill(self.process, signal.SIGTERM)
        except ProcessLookupError:
            return
        await self.ended()


def runs(name: str, sockets: Path = SOCKETS) -> Running | None:
    device = Userspace(name, sockets)
    process = listener(device.socket)
    return None if process is None else Running(device, process, taken_up=True)


async def running(name: str, *, program: str = PROGRAM, tun: Path = TUN, sockets: Path = SOCKETS) -> Running:
    """Raises CannotTunnel, TunnelDeviceFailed."""
    if (there := runs(name, sockets)) is not None:
        return there
    device = Userspace(name, sockets)
    if not tun.exists():
        raise CannotTunnel(
            f"{tun} is missing", "load the kernel's module tun (modprobe tun), or let this container have it"
        )
    if (found := shutil.which(program, path=PATHS)) is None:
        raise CannotTunnel(f"{program} is not installed", "install Debian's package wireguard-go")
    if _taken(name):
        raise CannotTunnel(
            f"the interface {name} is somebody else's", "choose another name for the tunnel's interface"
        )
    device.socket.unlink(missing_ok=True)  # of one that was killed
    child = _started(found, name)
    try:
        async with asyncio.timeout(WITHIN):
            while (process := listener(device.socket)) is None:
                if _reaped(child):
                    raise CannotTunnel(f"{PROGRAM} ended at once", "this process needs CAP_NET_ADMIN")
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError as error:
        os.kill(child, signal.SIGKILL)
        _reaped(child)
        raise TunnelDeviceFailed(
            name, f"{PROGRAM} gave no sign for {WITHIN:g} s", "it is started again"
        ) from error
    return Running(device, process, taken_up=False)


def _taken(name: str) -> bool:
    try:
        socket.if_nametoindex(name)
    except OSError:
        return False
    return True


def _started(program: str, name: str) -> int:
    """Process id; in a session of its own, so that what ends us does not end it, and holding no file of ours."""
    nothing: list[tuple[int, int] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    ]
    nothing += ((os.POSIX_SPAWN_CLOSE, one) for one in _descriptors() if one > LAST_STANDARD)
    environment = {"PATH": PATHS, "LOG_LEVEL": "error", "WG_PROCESS_FOREGROUND": "1"}
    return os.posix_spawn(program, [program, name], environment, file_actions=nothing, setsid=True)


def _descriptors() -> list[int]:
    return [int(one.name) for one in Path("/proc/self/fd").iterdir()]


def _reaped(process: int) -> bool:
    """Whether it is gone; one that is not our child somebody else reaps."""
    try:
        return os.waitpid(process, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return False


def listener(at: Path) -> int | None:
    """Process id of who answers at a socket."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(at))
        except OSError:
            return None
        octets = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        return int(CREDENTIALS.unpack(octets)[0])
