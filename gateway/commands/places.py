"""Whether a folder can be made and written to, found out without making it."""

import os
import re
from pathlib import Path

from config.files import Fault

MOUNTS = Path("/proc/self/mounts")
OCTAL = re.compile(r"\\([0-7]{3})")  # how a space is written there
NO_FILES = frozenset(
    {"proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs", "bpf", "configfs"}
)
"""Kinds of file systems that show the kernel's own things and keep nothing, proc(5), sysfs(5), cgroups(7)."""


def place_fault(folder: Path) -> Fault | None:
    """What would keep this user from making `folder`, with all above it that is missing, and writing there."""
    above = nearest(folder)
    if (why := _why_unusable(above)) is None:
        return None
    done = "written to" if above == folder else "made"
    return f"{folder} cannot be {done}: {why[0]}", why[1]


def nearest(folder: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one)), Path("/"))


def _why_unusable(above: Path) -> Fault | None:
    another = "name another folder in the configuration"
    if not above.is_dir():
        return f"{above} is not a folder", another
    if _kind_of_disk(above) in NO_FILES:
        return f"{above} is the kernel's own and keeps no files", another
    if os.statvfs(above).f_flag & os.ST_RDONLY:
        return f"the disk of {above} is mounted for reading only", f"mount it for writing, or {another}"
    if not os.access(above, os.W_OK | os.X_OK, effective_ids=True):
        user = f"this user (uid {os.geteuid()})"
        return f"{user} may not write to {above}", f"give it to that user, or {another}"
    return None


def _kind_of_disk(folder: Path) -> str:
    """Type of the file system it stands on, proc_pid_mounts(5): of the latest mount nearest above it."""
    place, kind, nearest = folder.resolve(), "", -1
    for line in MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, written, found, *_ = line.split(" ")
        mount = Path(OCTAL.sub(lambda code: chr(int(code[1], 8)), written))
        if place.is_relative_to(mount) and len(mount.parts) >= nearest:
            kind, nearest = found, len(mount.parts)
    return kind
