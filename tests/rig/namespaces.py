"""Machines on a network of their own: network namespaces behind a bridge in another one. Nothing outside is touched.

Each namespace lives as long as a process that does nothing, and the kernel ends that one with us, however we end: no
name, interface or rule is left behind.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BRIDGE, PREFIX = "br0", 24
CLONE_NEWNET = 0x40000000  # setns(2)
TOOLS = ("ip", "nft", "nsenter", "setpriv", "unshare")
TABLE = "inet cut"


def why_not() -> str:
    """Why no such network can be made here; empty where it can."""
    if os.geteuid() != 0:
        return "network namespaces take root"
    if missing := [one for one in TOOLS if _tool(one) is None]:
        return f"not installed: {', '.join(missing)}"
    tried = _said("unshare", "--net", "ip", "link", "add", BRIDGE, "type", "bridge")
    return f"no network namespaces here: {tried.stderr.strip()}" if tried.returncode else ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A namespace; its interface is `eth0`, that of the middle a bridge."""

    name: str
    holder: int
    """Process id of what keeps it."""

    @property
    def network(self) -> Path:
        return Path(f"/proc/{self.holder}/ns/net")

    @property
    def within(self) -> tuple[str, ...]:
        """Words before a command that is to run there; its process id stays the command's."""
        return (str(_tool("nsenter")), f"--net={self.network}", "--")

    def do(self, *command: str) -> None:
        said = _said(*self.within, *command)
        assert said.returncode == 0, f"{self.name}: {' '.join(command)}: {said.stderr}"

    def cut_off_from(self, addresses: Sequence[str]) -> None:
        """Nothing goes there or comes from there any more, and nobody is told (as behind a cable that was cut)."""
        them = ", ".join(addresses)
        self.do("nft", f"add table {TABLE}")
        for hook, side in (("input", "saddr"), ("output", "daddr")):
            self.do("nft", f"add chain {TABLE} {hook} {{ type filter hook {hook} priority 0; }}")
            self.do("nft", f"add rule {TABLE} {hook} ip {side} {{ {them} }} drop")

    def heal(self) -> None:
        self.do("nft", f"delete table {TABLE}")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Have this thread, and what it starts meanwhile (threads, processes), be on that machine."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            go_to(self.network)
            try:
                yield
            finally:
                _setns(before)
        finally:
            os.close(before)


@contextlib.contextmanager
def network(
    middle: Sequence[str], machines: Mapping[str, str]
) -> Iterator[tuple[Machine, dict[str, Machine]]]:
    """The middle, which has several addresses, and machines around it, by name, with one each."""
    with contextlib.ExitStack() as stack:
        hub = stack.enter_context(_machine("middle"))
        hub.do("ip", "link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "forward_delay", "0")
        for address in middle:
            hub.do("ip", "address", "add", f"{address}/{PREFIX}", "dev", BRIDGE)
        hub.do("ip", "link", "set", BRIDGE, "up")
        made = {}
        for name, address in machines.items():
            one = made[name] = stack.enter_context(_machine(name))
            hub.do(
                *("ip", "link", "add", f"to-{name}", "type", "veth"),
                *("peer", "name", "eth0", "netns", str(one.holder)),
            )
            hub.do("ip", "link", "set", f"to-{name}", "master", BRIDGE, "up")
            with one.entered():  # else IPv6 sends nothing while the kernel asks whose its address is
                Path("/proc/sys/net/ipv6/conf/eth0/accept_dad").write_text("0")
            one.do("ip", "address", "add", f"{address}/{PREFIX}", "dev", "eth0")
            one.do("ip", "link", "set", "eth0", "up")
        yield hub, made


@contextlib.contextmanager
def _machine(name: str) -> Iterator[Machine]:
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", "echo; exec sleep infinity"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.read(1) == b"\n"  # it is in its namespace now
            machine = Machine(name, holder.pid)
            machine.do("ip", "link", "set", "lo", "up")
            yield machine
        finally:
            holder.kill()


def go_to(namespace: Path) -> None:
    """Have this thread, and what it starts from now on, be there."""
    there = os.open(namespace, os.O_RDONLY)
    try:
        _setns(there)
    finally:
        os.close(there)


def _setns(there: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(there, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns(2)")


def _said(*command: str) -> subprocess.CompletedProcess[str]:
    program = _tool(command[0]) or command[0]
    return subprocess.run([program, *command[1:]], capture_output=True, check=False, text=True)


def _tool(name: str) -> str | None:
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
