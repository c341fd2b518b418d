"""The process that `tests.rig.warm` has copied: it imports the commands, and becomes one in each of its copies."""

import gc
import itertools
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path

from tests.rig.namespaces import go_to

PROJECT = Path(__file__).parents[2]
CONTROL_PLANE = "gateway.commands.control_plane_process"

KEPT = "BRANA_TESTS_KEPT"  # as in tests/rig/warm.py, which would import pytest
FILES = 4  # standard input, output and errors of the command, and where its end is told
MOST_FILES = 65_536


def wait_for_orders(line: socket.socket, before: Callable[[], None]) -> list[str] | None:
    """In the process itself: None, at the end. In a copy: the arguments of the command that it is from now on.

    `before`: done before each copy.
    """
    watched = selectors.DefaultSelector()
    watched.register(line, selectors.EVENT_READ)
    while True:
        for key, _ in watched.select():
            if key.fileobj is not line:
                watched.unregister(key.fd)
                process, tells = key.data
                os.close(key.fd)
                _tell(tells, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
                os.close(tells)
                continue
            length, files, _, _ = socket.recv_fds(line, 4, FILES)
            if not length:
                return None
            asked = json.loads(_whole(line, int.from_bytes(length)))
            before()
            process = os.fork()
            if process == 0:
                watched.close()
                line.close()
                if asked["network"] is not None:
                    go_to(Path(asked["network"]))
                _become(asked["environment"], files)
                return list(asked["arguments"])
            for one in files[:3]:
                os.close(one)
            _tell(files[3], process)
            watched.register(os.pidfd_open(process), selectors.EVENT_READ, (process, files[3]))


def _whole(line: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        got += line.recv(length - len(got))
    return got


def _tell(where: int, number: int) -> None:
    with suppress(BrokenPipeError):  # whoever asked has given up
        os.write(where, f"{number}\n".encode())


def _become(environment: dict[str, str], files: list[int]) -> None:
    """What a new process has from whoever starts it."""
    os.environ.clear()
    os.environ.update(environment)
    for number, one in enumerate(files[:3]):
        os.dup2(one, number)
    os.closerange(3, MOST_FILES)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old = getattr(sys, name)
        new = open(number, "w" if number else "r", encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


class Forked:
    """What `brana serve` asks of the process that checks."""

    def __init__(self, process: int) -> None:
        self.pid = process

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def _copied(configuration: Path, line: socket.socket, life: int, *, directory: bool) -> Forked:
    """In the place of `gateway.commands.serve._first`: the same without importing anything."""
    serve = import_module("gateway.commands.serve")
    dies = import_module("gateway.beginning").die_with(os.getpid())
    process = os.fork()
    if process:
        line.close()
        return Forked(process)
    code = 1
    try:
        os.setsid()
        dies()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for kept, after in itertools.pairwise([2, *sorted([line.fileno(), life]), MOST_FILES]):
            os.closerange(kept + 1, after)
        environment = serve.first_environment(life)
        os.environ.clear()
        os.environ.update(environment)
        hangup = import_module("gateway.commands.hangup").Hangup()
        arguments = serve.first_arguments(configuration, line.detach(), directory=directory)
        code = import_module(CONTROL_PLANE).main(arguments, hangup)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - told, as the interpreter would
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the tests' affair, who close the line then
    line = socket.socket(fileno=int(sys.argv[1]))
    if CONTROL_PLANE in sys.argv:
        import_module("gateway.commands.heap").import_quickly()  # as it does itself, before the first import
        import_module("gateway.commands.left_out").leave_out()
        import_module(CONTROL_PLANE)
    brana = import_module("gateway.__main__")
    for name in sys.argv[2:]:
        if name in brana.COMMANDS:
            import_module(brana.COMMANDS[name][0])
    kept = Path(os.environ[KEPT]) if KEPT in os.environ else None
    beforehand = import_module("tests.rig.made_beforehand")
    beforehand.make_beforehand(kept, tries=CONTROL_PLANE not in sys.argv)
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        sys.exit("something that a command imports starts a thread, which no copy would have")
    gc.freeze()
    arguments = wait_for_orders(line, partial(beforehand.remember, kept))
    if arguments is not None:
        if CONTROL_PLANE in sys.argv:
            import_module("gateway.commands.serve")._first = _copied
        signal.signal(signal.SIGINT, signal.default_int_handler)
        del sys.modules["gateway.__main__"]  # it is run anew, as the main module
        sys.argv = [str(Path(PROJECT, "gateway/__main__.py")), *arguments]
        runpy.run_module("gateway", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
