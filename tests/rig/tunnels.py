"""A gateway of tunnels, two laptops with real wireguard-go, and an office behind it, each on a network of its own.

`with ground() as there:`; what the gateway does runs on a thread that is in its namespace: `there.run(…)`. A socket
belongs to the namespace in which it was made, whoever uses it.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar

from gateway.tunnels.keys import PrivateKey, TunnelKey, octets_of
from gateway.tunnels.nftables import MODULE
from gateway.tunnels.opening import Opened, closed, opened
from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Admitted, Target, Transport
from gateway.tunnels.plan import Plan
from gateway.tunnels.userspace import SOCKETS
from gateway.tunnels.wireguard_go import PROGRAM, TUN
from tests.rig import namespaces
from tests.rig.namespaces import Machine

POOLS = (ip_network("10.90.0.0/16"), ip_network("fd00:90::/64"))
GATEWAY, OFFICE = "198.51.100.2", "198.51.100.3"
LAPTOPS = {
    "jana": ("198.51.100.11", "10.90.0.11", "fd00:90::11"),
    "petr": ("198.51.100.12", "10.90.0.12", "fd00:90::12"),
}
SERVED = "10.1.0.5"
"""Where the office serves; nobody but the gateway knows the way there."""
SERVED_6, GATEWAY_6, OFFICE_6 = "fd00:1::5", "fd00:2::2", "fd00:2::3"
IN_TUNNEL = "10.90.0.1"
ADDRESSES = [
    GATEWAY,
    OFFICE,
    SERVED,
    SERVED_6,
    IN_TUNNEL,
    "fd00:90::1",
    *(one for pair in LAPTOPS.values() for one in pair),
]
PORT = 51820
SOON = 5.0  # seconds for what takes milliseconds
ECHO, OTHER = (
    7007,
    7008,
)  # ports where the office says back what it hears: what laptops may reach, and what not
SILENCE = 0.4  # seconds after which nothing comes: an answer takes two milliseconds
Result = TypeVar("Result")


def why_not() -> str:
    """Why no tunnel can be made here; empty where it can."""
    if not TUN.exists():
        return f"tunnels need {TUN}, which is missing here"
    if shutil.which(PROGRAM) is None or not MODULE.exists():
        return "not installed: wireguard-go or python3-nftables"
    return namespaces.why_not()


def now() -> datetime:
    return datetime.now(UTC)


def interface(letter: str) -> str:
    """All wireguard-go of a machine share the folder of their sockets."""
    return f"wg{os.getpid():x}{letter}"


def told(name: str, text: str) -> str:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(SOON)
        asking.connect(str(SOCKETS / f"{name}.sock"))
        asking.sendall(text.encode())
        said = b""
        while not said.endswith(b"\n\n"):
            said += asking.recv(65536)
    assert said.endswith(b"errno=0\n\n"), said
    return said.decode()


@dataclass
class Laptop:
    """A device whose person did as the agent does; it sends everything for the office through its tunnel."""

    machine: Machine
    interface: str
    address: Address
    address_6: Address
    private: PrivateKey = field(default_factory=PrivateKey.generate)

    @property
    def key(self) -> TunnelKey:
        return self.private.public

    def up(self, gateway: TunnelKey) -> subprocess.Popen[bytes]:
        child = wireguard(self.machine, self.interface)
        told(self.interface, f"set=1\nprivate_key={self.private.reveal().hex()}\n\n")
        self.begin_anew(gateway)
        self.machine.do("ip", "address", "add", f"{self.address}/32", "dev", self.interface)
        self.machine.do("ip", "address", "add", f"{self.address_6}/128", "dev", self.interface, "nodad")
        self.machine.do("ip", "link", "set", self.interface, "up", "mtu", "1420")
        self.machine.do(
            "ip", "route", "add", f"{SERVED_6}/128", "dev", self.interface, "src", str(self.address_6)
        )
        for reached in (f"{SERVED}/32", str(POOLS[0])):
            self.machine.do("ip", "route", "add", reached, "dev", self.interface, "src", str(self.address))
        return child

    def begin_anew(self, gateway: TunnelKey) -> None:
        """What a gateway knows no more its peer says again after 15 seconds at the latest; here at once."""
        peer = f"public_key={octets_of(gateway).hex()}\n"
        told(self.interface, f"set=1\n{peer}remove=true\n\n")
        told(
            self.interface,
            f"set=1\n{peer}endpoint={GATEWAY}:{PORT}\nallowed_ip=0.0.0.0/0\nallowed_ip=::/0\n\n",
        )

    def connected(
        self, port: int, *, host: str = SERVED, source: str = "", within: float = SOON
    ) -> socket.socket:
        """Raises OSError: TimeoutError where nothing answers."""
        with self.machine.entered():
            made = socket.socket(family_of(host))
        made.settimeout(within)
        try:
            made.bind((source, 0))
            made.connect((host, port))
        except OSError:
            made.close()
            raise
        return made

    def reaches(self, port: int, *, host: str = SERVED, source: str = "") -> bool:
        try:
            self.connected(port, host=host, source=source, within=SILENCE).close()
        except TimeoutError:
            return False
        return True

    def admitted(self, *ports: int, host: str = SERVED, targets: timedelta = timedelta(hours=1)) -> Admitted:
        end = now() + targets
        return Admitted(
            self.key,
            frozenset({self.address, self.address_6}),
            now() + timedelta(hours=1),
            {Target(ip_address(host), Transport.TCP, port): end for port in ports},
        )

    def suspended(self) -> Admitted:
        return Admitted(self.key, frozenset({self.address, self.address_6}), None)


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def wireguard(machine: Machine, name: str) -> subprocess.Popen[bytes]:
    (SOCKETS / f"{name}.sock").unlink(missing_ok=True)  # of one that was killed
    command = ["setpriv", "--pdeathsig", "KILL", PROGRAM, name]
    child = subprocess.Popen(
        [*machine.within, *command],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "WG_PROCESS_FOREGROUND": "1", "LOG_LEVEL": "error"},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + SOON
    while not listens(name):
        assert time.monotonic() < until, "wireguard-go does not start"
        assert child.poll() is None
        time.sleep(0.005)
    return child


def listens(name: str) -> bool:
    """The file of its socket is there a moment before."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(SOCKETS / f"{name}.sock")) == 0


class Within:
    """An event loop on a thread that is on a machine."""

    def __init__(self, machine: Machine) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, args=(machine,))
        self._thread.start()

    def _live(self, machine: Machine) -> None:
        with machine.entered():
            asyncio.set_event_loop(self._loop)
            self._loop.run_forever()

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(30)

    def end(self) -> None:
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass
class Ground:
    gateway: Machine
    office: Machine
    middle: Machine
    laptops: dict[str, Laptop]
    plan: Plan
    private: PrivateKey
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    _opening: Any = None

    def open(self) -> Opened:
        self._opening = opened(self.plan, self.private, PORT)
        there: Opened = self.run(self._opening.__aenter__())
        return there

    def leave(self) -> None:
        """As when the process ends, and the tunnel stays."""
        self.run(self._opening.__aexit__(None, None, None))

    def end_device(self) -> None:
        """Whichever start of it runs."""
        self.run(closed(self.plan))


@dataclass
class Networks:
    """Before anybody opens a tunnel."""

    gateway: Machine
    office: Machine
    middle: Machine
    laptops: dict[str, Laptop]


@contextlib.contextmanager
def networks() -> Iterator[Networks]:
    machines = {"gateway": GATEWAY, "office": OFFICE, **{name: pair[0] for name, pair in LAPTOPS.items()}}
    with contextlib.ExitStack() as stack:
        middle, made = stack.enter_context(namespaces.network(["198.51.100.1"], machines))
        gateway, office = made["gateway"], made["office"]
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            with gateway.entered():
                Path("/proc/sys", *name.split(".")).write_text("1")
        gateway.do("ip", "route", "add", SERVED, "via", OFFICE)
        office.do("ip", "address", "add", f"{SERVED}/32", "dev", "lo")
        office.do("ip", "route", "add", str(POOLS[0]), "via", GATEWAY)
        for machine, address in ((gateway, GATEWAY_6), (office, OFFICE_6)):
            machine.do("ip", "address", "add", f"{address}/64", "dev", "eth0", "nodad")
        gateway.do("ip", "route", "add", SERVED_6, "via", OFFICE_6)
        office.do("ip", "address", "add", f"{SERVED_6}/128", "dev", "lo", "nodad")
        office.do("ip", "route", "add", str(POOLS[1]), "via", GATEWAY_6)
        laptops = {
            name: Laptop(made[name], interface(name[0]), ip_address(inside), ip_address(inside_6))
            for name, (_, inside, inside_6) in LAPTOPS.items()
        }
        yield Networks(gateway, office, middle, laptops)


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    with networks() as made, contextlib.ExitStack() as stack:
        gateway, laptops = made.gateway, made.laptops
        there = Within(gateway)
        stack.callback(there.end)
        private = PrivateKey.generate()
        plan = Plan(interface("g"), POOLS)
        found = Ground(gateway, made.office, made.middle, laptops, plan, private, there.run)
        # The gateway knows its peers before their first packet, else the handshake waits for five seconds.
        stack.callback(found.end_device)
        first = found.open()
        found.run(first.tunnel.apply([one.admitted() for one in laptops.values()], now()))
        found.leave()
        for laptop in laptops.values():
            child = laptop.up(private.public)
            stack.callback(child.wait)
            stack.callback(child.kill)
        yield found


@contextlib.contextmanager
def answering(machine: Machine, host: str, port: int) -> Iterator[None]:
    """A service that says back what it is told."""
    with machine.entered():
        listening = socket.create_server((host, port), family=family_of(host))

    def serve(one: socket.socket) -> None:
        with one, contextlib.suppress(OSError):
            while octets := one.recv(65536):
                one.sendall(octets)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = listening.accept()
                threading.Thread(target=serve, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def hears(machine: Machine, host: str, teller: Machine, source: str, port: int) -> bool:
    """Whether a word arrives; an answer to it would have a way of its own to fail."""
    with machine.entered():
        hearing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with teller.entered():
        telling = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with hearing, telling:
        hearing.settimeout(SILENCE)
        hearing.bind((host, port))
        telling.bind((source, port + 1000))
        telling.connect((host, port))
        telling.send(b"slovo")
        try:
            return hearing.recv(100) == b"slovo"
        except TimeoutError:
            return False
