"""Puts the agent into its system, and takes it out so that nothing is left."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from agents.installing.service import BUILDERS, PROGRAMS, Command, Service
from agents.kept.folder import Folder, NotKept

SECONDS = 60
Run = Callable[[Command], str | None]
"""Why it failed; None: it did not."""


class NotInstalled(Exception):
    """`str`: what could not be done, and why."""


def frozen() -> bool:
    """Whether what runs is the one file that `make agent` builds."""
    return bool(getattr(sys, "frozen", False))


def this_program(system: str = sys.platform) -> tuple[Path, PurePath]:
    """What runs now, and where it is to lie. What came with an environment of Python stays there."""
    if frozen():
        return Path(sys.executable), PROGRAMS[system]
    here = Path(sys.argv[0]).absolute()
    return here, here


def service_of(program: PurePath, system: str = sys.platform) -> Service:
    """Raises NotInstalled."""
    builder = BUILDERS.get(system)
    if builder is None:
        raise NotInstalled(f"nothing is known that starts a service on {system}")
    return builder(program)


def put_in(service: Service, program: Path, root: Path, run: Run) -> None:
    """`root`: of the system. Raises NotInstalled, NotKept."""
    _written(below(root, service.file), service.content, 0o644)
    target = below(root, service.program)
    if not (target.exists() and target.samefile(program)):
        _written(target, program.read_bytes(), 0o755)
    for command in service.starts:
        why = run(command)
        if why is not None:
            raise NotInstalled(f"{' '.join(command)}: {why}")


def stop(service: Service, root: Path, run: Run) -> None:
    """What is not there any more needs no end."""
    if below(root, service.file).exists():
        for command in service.ends:
            run(command)


def remove(service: Service, root: Path, run: Run, folders: Sequence[Path], *, program: bool) -> list[Path]:
    """What is left all the same. `program`: the file too, where it is ours to delete."""
    files = [below(root, service.file), *([below(root, service.program)] if program else [])]
    left = []
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except PermissionError:  # Windows deletes no program that runs
            left.append(file)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            left.append(folder)
    for command in service.reads_anew:
        run(command)
    return left


def below(root: Path, path: PurePath) -> Path:
    return root / path.relative_to(path.anchor)


def runs_here(command: Command) -> str | None:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.decode(errors="replace").strip() or "failed"


def not_here(_command: Command) -> None:
    """Of a system that does not run."""


def _written(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all: the system may read it at any moment. Raises NotKept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotKept(path.parent, error) from error
    Folder(path.parent, mode).write(path.name, content)
