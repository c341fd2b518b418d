"""`brana serve` while it runs: its children, each started again when it dies. Standard library only.

`python -m gateway.supervise PLAN` reads a JSON file made by `Plan.write`. Laws:

- none is touched when another dies; Envoy itself ends the streams whose watch has died;
- a child that dies is started again at once, then with growing pauses, and after `QUICK_DEATHS` quick deaths
  in a row (or when it says that its configuration is wrong) everything ends with a message;
- what passes by itself, such as a full disk, is waited for;
- SIGHUP is handed to whoever takes over the configuration anew (the control plane, where there is none the process of
  the node), unless a terminal was closed;
- whatever ends the supervisor ends all of them: by signal, or, if it is killed, by the kernel.
"""

import sys

if __name__ == "__main__":  # asyncio would load OpenSSL (4 MiB), and nothing here speaks TLS
    sys.modules["ssl"] = None  # type: ignore[assignment]

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from gateway.audit.headroom import set_aside
from gateway.envoy.notices import FOLDER, Notice, What, leave

PR_SET_PDEATHSIG = 1  # prctl(2)
WRONG_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: starting again cannot help
TRY_LATER = 75  # EX_TEMPFAIL: nothing is broken, but for the moment it cannot run (the disk is full)
QUICK_SECONDS = 10.0  # a child that lived longer than this was well
QUICK_DEATHS = 8
LONGEST_PAUSE = 5.0  # seconds
DRAIN_SECONDS = 2.0  # for requests that are under way when everything ends
GRACE_SECONDS = 10.0  # for the control plane to write down what it holds
ENVOY, CONTROL_PLANE, STREAMS = "Envoy", "control plane", "watch of streams"  # their names in messages
NODE = "process of the node"
CURRENT = "current.log"  # link to the file of Envoy's present start, in the spool and among what began


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run. `control`, `streams`, `envoy` and `node` are argument lists, empty where that does not run here;
    `run`, `spool` and `begun` folders.
    """

    control: list[str]
    streams: list[str]
    envoy: list[str]
    run: str
    spool: str
    begun: str
    node: list[str] = field(default_factory=list)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, file: Path) -> "Plan":
        return cls(**json.loads(file.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    command: Callable[[], list[str]]
    """Asked before each start, because each start has its own log file."""
    started: Callable[[int], None]
    """Told the process id."""
    died: Callable[[int, int], None]
    """Told process id and exit status."""


class Supervisor:
    """Runs the plan until a signal comes or a child cannot be kept alive.

    `lock`: descriptor that the control plane holds too, so that nothing else starts while it still writes.
    """

    def __init__(self, plan: Plan, say: Callable[[str], None], lock: int | None = None) -> None:
        self._plan, self._say, self._lock = plan, say, lock
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._failed = False
        self._spool_file = ""

    async def run(self) -> int:
        """Exit status: 0 after a signal, 1 when a child could not be kept alive."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        loop.add_signal_handler(signal.SIGHUP, self._hear_hangup, _terminal(), stays)
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children()]
        await self._stopping.wait()
        await self._end()
        await asyncio.gather(*keepers)
        return 1 if self._failed else 0

    def _hear_hangup(self, terminal: bool, stays: bool) -> None:  # noqa: FBT001 - arguments of a handler
        """`terminal`: there was one at the start; closing it ends everything, unless nohup(1) said all `stays`."""
        if terminal and not stays and not _terminal():
            self._stopping.set()
        elif reloads := self._running.get(self._reloads()):
            reloads.send_signal(signal.SIGHUP)

    def _reloads(self) -> str:
        """Name of the child that writes what this machine keeps, and takes its configuration over."""
        return CONTROL_PLANE if self._plan.control else NODE

    def _children(self) -> list[Child]:
        plan = self._plan
        commands = {CONTROL_PLANE: plan.control, NODE: plan.node, STREAMS: plan.streams}
        children = [
            Child(name, partial(list, command), lambda _pid: None, lambda _pid, _status: None)
            for name, command in commands.items()
            if command
        ]
        if plan.envoy:
            told = partial(self._notice, "started")
            died = partial(self._notice, "died")
            children.append(Child(ENVOY, self._envoy_command, lambda pid: told(pid, 0), died))
        return children

    async def _keep(self, child: Child) -> None:
        quick = 0
        while not self._stopping.is_set():
            begun = time.monotonic()
            status = await self._live(child)
            if self._stopping.is_set():
                return
            if status == TRY_LATER:
                await self._pause(LONGEST_PAUSE)
                continue
            quick = quick + 1 if time.monotonic() - begun < QUICK_SECONDS else 0
            if status == WRONG_CONFIGURATION or quick >= QUICK_DEATHS:
                self._give_up(child, status, quick)
                return
            pause = min(0.1 * 2 ** (quick - 2), LONGEST_PAUSE) if quick > 1 else 0.0
            self._say(f"{child.name} ended ({_how(status)}); starting it again{_after(pause)}")
            await self._pause(pause)

    async def _live(self, child: Child) -> int:
        """From a child's start to its end; its exit status."""
        try:
            command = child.command()
        except OSError as error:
            self._say(f"{child.name} cannot be started yet: {error}; free space on the disk")
            return TRY_LATER
        held = () if self._lock is None or child.name != self._reloads() else (self._lock,)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
                pass_fds=held,
            )
        except OSError as error:
            self._say(f"{child.name} cannot be started: {error}; install the product again")
            return 1
        self._running[child.name] = process
        child.started(process.pid)
        status = await process.wait()
        del self._running[child.name]
        if not self._stopping.is_set():
            child.died(process.pid, status)
        return status

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _give_up(self, child: Child, status: int, quick: int) -> None:
        times = f" {quick} times in a row, each within {QUICK_SECONDS:g} s" if quick > 1 else ""
        self._say(
            f"{child.name} cannot be kept running: it ended ({_how(status)}){times}. "
            "Everything stops now. Its messages above say why; mend that and start again."
        )
        self._failed = True
        self._stopping.set()

    async def _end(self) -> None:
        """Envoy first, so that the last lines of its log can still be taken over."""
        if envoy := self._running.get(ENVOY):
            await self._drain()
            await _stop(envoy, DRAIN_SECONDS)
        if streams := self._running.get(STREAMS):
            await _stop(streams, DRAIN_SECONDS)
        if node := self._running.get(NODE):  # after Envoy, so that its last lines are carried
            await _stop(node, GRACE_SECONDS)
        if control := self._running.get(CONTROL_PLANE):
            await _stop(control, GRACE_SECONDS)

    async def _drain(self) -> None:
        """No new requests; wait a moment for those under way."""
        admin = Path(self._plan.run) / "envoy-admin.sock"
        limit = time.monotonic() + DRAIN_SECONDS
        try:
            await asyncio.to_thread(_admin, admin, "POST", "/drain_listeners?graceful&skip_exit")
            while time.monotonic() < limit:
                said = await asyncio.to_thread(
                    _admin, admin, "GET", "/stats?filter=^http.people.downstream_rq_active$"
                )
                if said.rstrip().endswith(": 0"):
                    return
                await asyncio.sleep(0.05)
        except OSError:
            return  # no administration to ask: it is ending or was never up

    def _envoy_command(self) -> list[str]:
        """Log files of its own for this start, behind the links that Envoy's configuration names."""
        now = datetime.now(UTC)
        stamp = now.strftime("%Y%m%dT%H%M%S%fZ")
        self._spool_file = f"access-{stamp}.log"
        set_aside(Path(self._plan.spool) / self._spool_file, make=True)
        _point(Path(self._plan.spool) / CURRENT, self._spool_file)
        _point(Path(self._plan.begun) / CURRENT, f"begun-{stamp}.log")
        return [*self._plan.envoy, "--service-node", f"envoy-{stamp}"]

    def _notice(self, what: What, process: int, status: int) -> None:
        notice = Notice(
            what=what, at=datetime.now(UTC), spool=self._spool_file, process=process, status=status
        )
        try:
            leave(Path(self._plan.run) / FOLDER, notice)
        except OSError as error:
            self._say(f"cannot write down that Envoy {what}: {error}; free space on the disk")


def _terminal() -> bool:
    """Whether we have a controlling terminal, and it is still there (tty(4))."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _point(link: Path, name: str) -> None:
    """Have the link lead to another file of its folder, at once."""
    draft = link.with_name(f".{link.name}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(name)
    draft.replace(link)


def die_with(parent: int) -> Callable[[], None]:
    """For the child between fork and exec: end with the supervisor, even one that was killed."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


async def _stop(process: asyncio.subprocess.Process, patience: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            process.kill()
            await process.wait()


def _admin(path: Path, method: str, target: str) -> str:
    """One HTTP/1.0-style exchange with Envoy's administration socket. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: envoy\r\nConnection: close\r\n\r\n".encode())
        answer = bytearray()
        while part := connection.recv(4096):
            answer += part
    return answer.partition(b"\r\n\r\n")[2].replace(b"\r\n0\r\n", b"").decode("utf-8", "replace")


def _how(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"signal {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"signal {-status}"


def _after(pause: float) -> str:
    return f" in {pause:g} s" if pause else ""


def leave_nothing_behind() -> None:
    """For this process and all that it starts: files are the owner's alone, and memory with keys is never dumped.

    One byte is too little for a dump, and where dumps go to a program it says that there shall be none; 0 would not
    (core(5), "Piping core dumps to a program").
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


def main(arguments: list[str]) -> int:
    """Entry point. Takes the plan's file and, where there is one, the descriptor of the lock."""
    lock = int(arguments[1]) if len(arguments) > 1 else None
    if lock is not None:
        os.set_inheritable(lock, False)  # only the control plane gets it, on purpose

    def say(text: str) -> None:
        sys.stderr.write(f"brana: {text}\n")
        sys.stderr.flush()

    leave_nothing_behind()

    async def supervise() -> int:
        return await Supervisor(Plan.read(Path(arguments[0])), say, lock).run()

    return asyncio.run(supervise())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
