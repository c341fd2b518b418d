"""A disk of a few MiB that nobody else sees: tmpfs in a mount namespace of its own, of whoever runs it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TinyDisk:
    """`enter`: words before a command that sees the disk at `folder`; `outside`: the same for everybody."""

    folder: Path
    enter: tuple[str, ...]
    outside: Path

    def fill(self, leave: int = 0) -> Path:
        """Take all free space but `leave` bytes; delete the file to give it back."""
        ballast = self.outside / "ballast"
        free = os.statvfs(self.outside)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - leave))
        return ballast


@contextmanager
def tiny_disk(folder: Path, mib: int) -> Iterator[TinyDisk]:
    folder.mkdir(parents=True, exist_ok=True)
    mount = f'mount -t tmpfs -o size={mib}m,mode=700 none "$0" && echo mounted && exec sleep 600'
    privileged = os.geteuid() == 0  # whoever needs no other user keeps what they may open outside
    apart = [] if privileged else ["--user", "--map-root-user"]
    holder = subprocess.Popen(
        ["unshare", *apart, "--mount", "sh", "-c", mount, str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stderr is not None
        assert holder.stdout.readline() == "mounted\n", holder.stderr.read()
        target = (
            "nsenter",
            "--target",
            str(holder.pid),
            *([] if privileged else ["--user", "--preserve-credentials"]),
            "--mount",
            f"--wdns={Path.cwd()}",
        )
        yield TinyDisk(folder, target, Path(f"/proc/{holder.pid}/root") / folder.relative_to("/"))
    finally:
        holder.kill()
        holder.communicate()
