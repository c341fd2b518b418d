"""`brana serve` while it runs: its children, each started again when it dies. Standard library only.

`python -m gateway.supervise PLAN [LOCK [CHILD EAR]]` reads a JSON file made by `Plan.write`. Laws:

- none is touched when another dies; Envoy itself ends the streams whose watch has died;
- a child that dies is started again at once, then with growing pauses, and after `QUICK_DEATHS` quick deaths
  in a row (or when it says that its configuration is wrong) everything ends with a message;
- a child that gives no sign of life for `silence` is ended, and then it has died (`gateway/life.py`);
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
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from gateway.adopted import Adopted
from gateway.audit.headroom import set_aside
from gateway.beginning import die_with, leave_nothing_behind
from gateway.envoy import asked_plainly
from gateway.envoy.notices import CONTROL_PLANE, ENVOY, FOLDER, NODE, STREAMS, Notice, What, leave
from gateway.life import LIFE, LOOK_EVERY, Ear, Silence
from gateway.systemd import ENDS, LIVES, STARTED, Systemd

WRONG_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: starting again cannot help
TRY_LATER = 75  # EX_TEMPFAIL: nothing is broken, but for the moment it cannot run (the disk is full)
QUICK_SECONDS = 10.0  # a child that lived longer than this was well
QUICK_DEATHS = 8
LONGEST_PAUSE = 5.0  # seconds
DRAIN_SECONDS = 2.0  # for requests that are under way when everything ends
GRACE_SECONDS = 10.0  # for the control plane to write down what it holds
LAST_WORDS = 3.0  # for one that hangs to tell where
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
    silence: float = 30.0
    """Seconds that a child may give no sign of life."""

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, file: Path) -> "Plan":
        return cls(**json.loads(file.read_text("utf-8")))


Process = asyncio.subprocess.Process | Adopted


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    command: Callable[[], list[str]]
    """Asked before each start, because each start has its own log file."""
    started: Callable[[int], None]
    """Told the process id."""
    died: Callable[[int, int], None]
    """Told process id and exit status."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The control plane, started by this same process before it was the supervisor."""

    process: int
    ear: int
    """Our end of the pipe of its signs of life."""


class Supervisor:
    """Runs the plan until a signal comes or a child cannot be kept alive.

    `lock`: descriptor that the control plane holds too, so that nothing else starts while it still writes. `begun`: it
    runs already.
    """

    def __init__(
        self,
        plan: Plan,
        say: Callable[[str], None],
        systemd: Systemd,
        lock: int | None = None,
        begun: Begun | None = None,
    ) -> None:
        self._plan, self._say, self._systemd, self._lock = plan, say, systemd, lock
        self._admin = Path(plan.run) / asked_plainly.SOCKET
        self._begun = {} if begun is None else {CONTROL_PLANE: begun}
        self._running: dict[str, Process] = {}
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
        self._systemd.tell(STARTED)
        living = asyncio.create_task(self._live_for_systemd())
        await self._stopping.wait()
        self._systemd.tell(ENDS)
        await self._end()
        await asyncio.gather(*keepers)
        living.cancel()
        return 1 if self._failed else 0

    async def _live_for_systemd(self) -> None:
        while self._systemd.every is not None:
            self._systemd.tell(LIVES)
            await asyncio.sleep(self._systemd.every)

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
            told = partial(self._notice, "started", ENVOY)
            died = partial(self._notice, "died", ENVOY)
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
        if (begun := self._begun.pop(child.name, None)) is not None:
            with contextlib.closing(Ear(begun.ear)) as ear:
                return await self._lived(child, Adopted(begun.process), ear)
        try:
            command = child.command()
        except OSError as error:
            self._say(f"{child.name} cannot be started yet: {error}; free space on the disk")
            return TRY_LATER
        with contextlib.closing(Ear()) as ear:
            try:
                process = await self._started(child, command, ear.mouth)
            except OSError as error:
                self._say(f"{child.name} cannot be started: {error}; install the product again")
                return 1
            finally:
                ear.given_away()
            return await self._lived(child, process, ear)

    async def _lived(self, child: Child, process: Process, ear: Ear) -> int:
        self._running[child.name] = process
        child.started(process.pid)
        watching = asyncio.create_task(self._watch(child, process, ear))
        status = await process.wait()
        watching.cancel()
        del self._running[child.name]
        if not self._stopping.is_set():
            child.died(process.pid, status)
        return status

    async def _started(self, child: Child, command: list[str], mouth: int) -> asyncio.subprocess.Process:
        """Raises OSError."""
        held = () if self._lock is None or child.name != self._reloads() else (self._lock,)
        speaks = () if child.name == ENVOY else (mouth,)
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
            pass_fds=(*held, *speaks),
            env=os.environ | ({LIFE: str(mouth)} if speaks else {}),
        )

    async def _watch(self, child: Child, process: Process, ear: Ear) -> None:
        """Until the child ends, or has given no sign of life for so long that it is ended here."""
        silence, answered = Silence(self._plan.silence), asyncio.Event()
        asking: asyncio.Task[None] | None = None
        if child.name == ENVOY:
            asking = asyncio.create_task(asked_plainly.keep_asking(self._admin, answered.set, LOOK_EVERY))
        looked = time.monotonic()
        try:
            heard, passed = False, 0.0
            while not silence.too_long(heard=heard, passed=passed):
                await asyncio.sleep(LOOK_EVERY)
                before, looked = looked, time.monotonic()
                heard, passed = ear.heard() or answered.is_set(), looked - before
                answered.clear()
        finally:
            if asking is not None:
                asking.cancel()
        if not self._stopping.is_set():
            await self._end_silent(child, process, silence.seconds)

    async def _end_silent(self, child: Child, process: Process, seconds: float) -> None:
        """SIGABRT has it tell where it hangs; a stopped one hears that, and nothing else, when it is continued."""
        self._say(
            f"{child.name} has given no sign of life for {seconds:.0f} s; it is ended (process {process.pid})"
        )
        self._notice("hung", child.name, process.pid, round(seconds))
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGABRT)
            # That of asyncio would look whether it has ended by now, and take its status away.
            os.kill(process.pid, signal.SIGCONT)
            await asyncio.sleep(LAST_WORDS)
            process.kill()

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
            await asked_plainly.drained(self._admin, DRAIN_SECONDS)
            await _stop(envoy, DRAIN_SECONDS)
        if streams := self._running.get(STREAMS):
            await _stop(streams, DRAIN_SECONDS)
        if node := self._running.get(NODE):  # after Envoy, so that its last lines are carried
            await _stop(node, GRACE_SECONDS)
        if control := self._running.get(CONTROL_PLANE):
            await _stop(control, GRACE_SECONDS)

    def _envoy_command(self) -> list[str]:
        """Log files of its own for this start, behind the links that Envoy's configuration names."""
        now = datetime.now(UTC)
        stamp = now.strftime("%Y%m%dT%H%M%S%fZ")
        self._spool_file = f"access-{stamp}.log"
        set_aside(Path(self._plan.spool) / self._spool_file, make=True)
        _point(Path(self._plan.spool) / CURRENT, self._spool_file)
        _point(Path(self._plan.begun) / CURRENT, f"begun-{stamp}.log")
        return [*self._plan.envoy, "--service-node", f"envoy-{stamp}"]

    def _notice(self, what: What, part: str, process: int, number: int) -> None:
        """`number`: exit status, or seconds of silence."""
        notice = Notice(
            what=what,
            at=datetime.now(UTC),
            spool=self._spool_file,
            process=process,
            status=0 if what == "hung" else number,
            part=part,
            silent=number if what == "hung" else 0,
        )
        try:
            leave(Path(self._plan.run) / FOLDER, notice)
        except OSError as error:
            self._say(f"cannot write down that {part} {what}: {error}; free space on the disk")


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


async def _stop(process: Process, patience: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            process.kill()
            await process.wait()


def _how(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"signal {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"signal {-status}"


def _after(pause: float) -> str:
    return f" in {pause:g} s" if pause else ""


def main(arguments: list[str]) -> int:
    """Entry point. Takes the plan's file and, where there are such, the descriptor of the lock, and the control
    plane's process id with the descriptor at which its signs of life are heard.
    """
    numbers = [int(one) for one in arguments[1:]]
    lock = numbers[0] if numbers else None
    begun = Begun(*numbers[1:]) if len(numbers) > 1 else None
    for number in [*numbers[:1], *numbers[2:]]:
        os.set_inheritable(number, False)  # only the control plane gets the lock, on purpose

    def say(text: str) -> None:
        sys.stderr.write(f"brana: {text}\n")
        sys.stderr.flush()

    leave_nothing_behind()
    systemd = Systemd(os.environ, os.getpid())

    async def supervise() -> int:
        return await Supervisor(Plan.read(Path(arguments[0])), say, systemd, lock, begun).run()

    return asyncio.run(supervise())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
