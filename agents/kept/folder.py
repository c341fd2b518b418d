"""A folder whose files are whole or as they were before, whatever ends in the middle: power, disk space, the agent.

Not `config.durable`: Windows has no lock of a folder and no fsync of one, and one agent at a time works here (`alone`).
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from agents.kept import windows_rights

POSIX = os.name == "posix"
ROOM = 262_144
"""Octets that an enrolment takes on the disk, with much to spare."""


class ElsesFolder(PermissionError):
    """Rights of the administrator change nothing about it."""

    def __init__(self) -> None:
        super().__init__(1, "the folder belongs to another account")


class NotKept(Exception):
    """Nothing was changed. `str`: where, and what the system says; what to do is said by who knows the language."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")
        self.path = path
        self.error = error


class Folder:
    """`mode` of its files; the folder itself gives nobody more."""

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self.path = path
        self._mode = mode

    def prepare(self) -> None:
        """Raises NotKept, also where it belongs to somebody else."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            shown = self._mode != 0o600
            if not POSIX:
                windows_rights.protect(PureWindowsPath(self.path), windows_rights.here, shown=shown)
                return
            if self.path.stat().st_uid != os.geteuid():
                raise ElsesFolder if os.geteuid() == 0 else PermissionError(1, "of another account")
            self.path.chmod(0o755 if shown else 0o700)
        except OSError as error:
            raise NotKept(self.path, error) from error

    def read(self, name: str) -> bytes | None:
        """None: there is none. Raises NotKept where it may not be read."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotKept(self.path / name, error) from error

    def write(self, name: str, content: bytes) -> None:
        """Raises NotKept; then what stood there stands there still."""
        try:
            handle, beside = tempfile.mkstemp(prefix=f".{name}.", dir=self.path)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(handle)
                Path(beside).chmod(self._mode)
                Path(beside).replace(self.path / name)
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise
            self._settle()
        except OSError as error:
            raise NotKept(self.path / name, error) from error

    def remove(self, *names: str) -> None:
        """Raises NotKept."""
        if not self.path.exists():
            return
        try:
            for name in names:
                (self.path / name).unlink(missing_ok=True)
            self._settle()
        except OSError as error:
            raise NotKept(self.path, error) from error

    def has_room(self) -> None:
        """Before something is asked for that cannot be asked for twice. Raises NotKept."""
        self.write("room", bytes(ROOM))
        self.remove("room")

    def tidy(self) -> None:
        """Away with what a start before left half written."""
        with contextlib.suppress(OSError):
            for beside in self.path.glob(".*.????????"):
                beside.unlink()

    def _settle(self) -> None:
        """Names last through a loss of power, where the system knows how."""
        if os.name == "posix":
            handle = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class Busy(Exception):
    def __init__(self) -> None:
        super().__init__("another brana-agent works in this folder: stop the service first")


@contextlib.contextmanager
def alone(folder: Folder) -> Iterator[None]:
    """One agent at a time: two would say the same numbers. Raises Busy, NotKept."""
    path = folder.path / "lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise NotKept(path, error) from error
    try:
        _take(handle)
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def who_works(folder: Folder) -> int | None:
    """Process id of the agent that works in a folder; None: none does. Raises NotKept."""
    try:
        with alone(folder):
            return None
    except Busy:
        try:
            return int(folder.read("lock") or b"")
        except ValueError:
            return None


def _take(handle: int) -> None:
    try:
        if os.name == "posix":
            import fcntl  # noqa: PLC0415  # of this system alone

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError as error:
        raise Busy from error
