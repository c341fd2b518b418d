"""The process of the tunnel as operators start it, and the control plane's end of the line to it."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.tunnels.connections import Began, Happened
from gateway.tunnels.line import Line
from gateway.tunnels.refusals import Refused
from gateway.tunnels.words import KEY, SOCKET
from tests.rig.namespaces import Machine
from tests.rig.tunnels import POOLS, PORT, SOON, Ground

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0  # seconds: it imports the product, on a busy machine
CONFIGURATION = """
[state]
directory = "{state}"
[tunnels]
endpoint = "198.51.100.2"
port = {port}
interface = "{interface}"
pool_ipv4 = "{pools[0]}"
pool_ipv6 = "{pools[1]}"
domains = ["{domain}"]
"""
DOMAIN = "sluzby.brana.example"
CAPABILITY = ["setpriv", "--bounding-set", "-all,+net_admin,+net_bind_service", "--inh-caps", "-all"]


@dataclass
class Process:
    """`said`: the file of what it says to operators; wireguard-go, which outlives it, holds it too."""

    child: "subprocess.Popen[bytes]"
    said: Path

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()

    def end(self) -> str:
        """What it said to operators."""
        self.child.terminate()
        return self.ended()

    def ended(self) -> str:
        """The same of one that ends by itself."""
        self.child.wait(2 * SOON)
        return self.said.read_text("utf-8")


@dataclass
class Kept:
    """What a control plane would have recorded."""

    news: list[Happened | Refused] = field(default_factory=list)
    open: list[Began] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def recorded(self) -> Sequence[Began]:
        return self.open

    async def hear(self, news: Sequence[Happened | Refused]) -> None:
        self.news += news

    def line(self, state: Path) -> Line:
        return Line(state / "tunnel" / SOCKET, self.recorded, self.hear, self.said.append)


def configured(there: Ground, state: Path) -> Path:
    """With the key that the laptops know."""
    (state / "tunnel").mkdir(mode=0o700, exist_ok=True)
    key = state / "tunnel" / KEY
    key.touch(mode=0o600)
    key.write_text(f"{there.private.base64()}\n", "ascii")
    file = state / "brana.toml"
    values: dict[str, Any] = {
        "state": state,
        "port": PORT,
        "interface": there.plan.interface,
        "pools": POOLS,
        "domain": DOMAIN,
    }
    file.write_text(CONFIGURATION.format(**values), "utf-8")
    return file


@contextlib.contextmanager
def process(there: Ground, state: Path, capabilities: Sequence[str] = CAPABILITY) -> Iterator[Process]:
    with process_of(there.gateway, configured(there, state), state, capabilities) as made:
        yield made


@contextlib.contextmanager
def process_of(
    gateway: Machine, configuration: Path, state: Path, capabilities: Sequence[str] = CAPABILITY
) -> Iterator[Process]:
    """`state`: the folder of the configuration's."""
    said = state / "tunnel.said"
    with said.open("wb") as file:
        child = subprocess.Popen(
            [*gateway.within, *capabilities, *command(configuration)],
            cwd="/",
            env={"PYTHONPATH": str(ROOT)},
            stderr=file,
        )
    socket, until = state / "tunnel" / SOCKET, time.monotonic() + STARTS_WITHIN
    while not _is_for_its_user(socket) and child.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield Process(child, said)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def _is_for_its_user(socket: Path) -> bool:
    """A moment after it is there it is for nobody else, and then the process hears what it is told."""
    return socket.exists() and socket.stat().st_mode & 0o777 == 0o600


def close(gateway: Machine, configuration: Path) -> None:
    """As operators do; wireguard-go ends with it."""
    words = [*gateway.within, *command(configuration, "--close")]
    subprocess.run(words, cwd="/", env={"PYTHONPATH": str(ROOT)}, check=True, timeout=STARTS_WITHIN)


def command(configuration: Path, *further: str) -> list[str]:
    return [sys.executable, "-m", "gateway", "tunnel", "--config", str(configuration), *further]
