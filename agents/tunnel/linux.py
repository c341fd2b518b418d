"""The tunnel's interface on Linux: the kernel's WireGuard, or wireguard-go where it has none. Blocking.

Done in a child process (`keys.apart`): the libraries for it take more memory than an agent has.
"""

import errno
import os
import shutil
import socket
import time
from base64 import b64encode
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from agents.keys.apart import Failed, apart
from agents.tunnel.plan import Address, Plan, as_peer, told

KIND = "wireguard"
LACKING = {errno.EOPNOTSUPP, errno.ENOENT, errno.EPROTONOSUPPORT}
PROGRAM, PATHS = "wireguard-go", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SOCKETS = Path("/var/run/wireguard")
"""Where wireguard-go puts its sockets; it cannot be told otherwise."""
SECONDS = 30.0
STARTS = 10.0  # seconds; it takes a tenth of one
ANSWERS = 5.0


class TunnelFailed(Exception):
    """`str`: what could not be done, and why."""


class Interface:
    """`name`: of the interface; at most 15 characters."""

    filed = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._outer: Address | None = None

    def begin(self, plan: Plan, private: bytes) -> None:
        """Whatever was there by this name is replaced. Raises TunnelFailed."""
        self._outer = outer_of(plan)
        self._do(lambda: _begin(self.name, plan, self._outer, private))

    def change(self, plan: Plan) -> None:
        """The same gateway: what stays is not interrupted. Raises TunnelFailed."""
        self._outer = outer_of(plan)
        self._do(lambda: _change(self.name, plan, self._outer))

    def end(self) -> None:
        """Also of an agent that was killed. Raises TunnelFailed."""
        if there(self.name) or (SOCKETS / f"{self.name}.sock").exists():
            self._do(lambda: _end(self.name))

    def _do(self, work: Any) -> None:
        try:
            apart(lambda: work() or b"", SECONDS)
        except Failed as error:
            raise TunnelFailed(str(error)) from error


def there(name: str) -> bool:
    try:
        socket.if_nametoindex(name)
    except OSError:
        return False
    return True


def outer_of(plan: Plan) -> Address:
    """The gateway's address outside of the tunnel; of several the system's first. Raises TunnelFailed."""
    try:
        said = socket.getaddrinfo(plan.gateway, plan.port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise TunnelFailed(f"{plan.gateway}: {error.strerror or error}") from error
    return ip_address(said[0][4][0])


def _begin(name: str, plan: Plan, outer: Address, private: bytes) -> None:
    from pyroute2 import IPRoute, WireGuard  # noqa: PLC0415  # loaded here, so that the service does without
    from pyroute2.netlink.exceptions import NetlinkError  # noqa: PLC0415

    _end(name)
    with IPRoute() as kernel:
        try:
            kernel.link("add", ifname=name, kind=KIND)
        except NetlinkError as error:
            if error.code not in LACKING:
                raise
            _start(name)
            _tell(name, told(plan, outer, private))
        else:
            with WireGuard() as telling:
                telling.set(name, private_key=b64encode(private).decode(), peer=as_peer(plan, outer))
        (index,) = kernel.link_lookup(ifname=name)
        for own in plan.own:
            kernel.addr("replace", index=index, address=str(own), prefixlen=own.max_prefixlen)
        kernel.link("set", index=index, mtu=plan.mtu, state="up")
        _lead(kernel, index, plan, outer)


def _change(name: str, plan: Plan, outer: Address) -> None:
    from pyroute2 import IPRoute, WireGuard  # noqa: PLC0415

    if (SOCKETS / f"{name}.sock").exists():
        _tell(name, told(plan, outer, None))
    else:
        with WireGuard() as telling:
            telling.set(name, peer=as_peer(plan, outer))
    with IPRoute() as kernel:
        (index,) = kernel.link_lookup(ifname=name)
        _lead(kernel, index, plan, outer)


def _lead(kernel: Any, index: int, plan: Plan, outer: Address) -> None:
    """Ways to what is reached, and none that was there before and is not any more."""
    ways = plan.ways_beside(outer)
    for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
        wanted = {str(one) for one in ways if one.version == version}
        for route in kernel.get_routes(family=family, oif=index, table=MAIN):
            target = route.get_attr("RTA_DST")
            ours = route["dst_len"] == (32 if version == 4 else 128) and target != str(_own(plan, version))
            if ours and target not in wanted:
                kernel.route("del", dst=f"{target}/{route['dst_len']}", oif=index)
    for way in ways:
        source = str(plan.own_of(way))
        kernel.route("replace", dst=f"{way}/{way.max_prefixlen}", oif=index, prefsrc=source)


MAIN = 254
"""The table of ways that everybody's packets take."""


def _own(plan: Plan, version: int) -> Address | None:
    return next((one for one in plan.own if one.version == version), None)


def _end(name: str) -> None:
    """wireguard-go ends with its interface."""
    from pyroute2 import IPRoute  # noqa: PLC0415

    with IPRoute() as kernel:
        for index in kernel.link_lookup(ifname=name):
            kernel.link("del", index=index)
    at, until = SOCKETS / f"{name}.sock", time.monotonic() + ANSWERS
    while _listens(at) and time.monotonic() < until:
        time.sleep(0.02)
    at.unlink(missing_ok=True)  # of one that was killed


def _start(name: str) -> None:
    program = shutil.which(PROGRAM, path=PATHS)
    if program is None:
        raise TunnelFailed("this kernel has no WireGuard: install the package wireguard-go")
    nothing = [(os.POSIX_SPAWN_OPEN, one, os.devnull, os.O_RDWR, 0) for one in range(3)]
    environment = {"PATH": PATHS, "LOG_LEVEL": "error", "WG_PROCESS_FOREGROUND": "1"}
    child = os.posix_spawn(program, [program, name], environment, file_actions=nothing, setsid=True)
    until = time.monotonic() + STARTS
    while not _listens(SOCKETS / f"{name}.sock"):
        if os.waitpid(child, os.WNOHANG)[0]:
            raise TunnelFailed("wireguard-go ended at once: it needs /dev/net/tun, and root")
        if time.monotonic() > until:
            os.kill(child, 9)
            raise TunnelFailed("wireguard-go does not start")
        time.sleep(0.02)


def _listens(at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(at))
        except OSError:
            return False
        return True


def _tell(name: str, text: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as telling:
        telling.settimeout(ANSWERS)
        telling.connect(str(SOCKETS / f"{name}.sock"))
        telling.sendall(text)
        said = b""
        while not said.endswith(b"\n\n"):
            part = telling.recv(4096)
            if not part:
                break
            said += part
    if said != b"errno=0\n\n":
        raise TunnelFailed(f"wireguard-go refused: {said.decode(errors='replace').strip()}")
