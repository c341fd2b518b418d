"""The product as its own user starts it, with one capability: what systemd does, done by root for a test."""

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.rig.somebody_else import NOBODY

CAPABILITY = "net_bind_service"
SETPRIV = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"),
    *(f"--{which}=-all,+{CAPABILITY}" for which in ("inh-caps", "ambient-caps", "bounding-set")),
)


def as_ordinary_user(folder: Path, program: Iterable[Path]) -> tuple[str, ...]:
    """Words before a command that runs it so. `folder`, with all that is in it, becomes that user's.

    `program`: what has to be read. Where root's home lies around it, a mount namespace of the command's own leaves
    the way open, and nothing else of that home is there.
    """
    for one in (folder, *folder.rglob("*")):
        os.chown(one, NOBODY, NOBODY, follow_symlinks=False)
    closed: dict[Path, list[Path]] = {}
    for path in {one.resolve() for one in program}:
        if around := [one for one in path.parents if not one.stat().st_mode & 0o001]:
            closed.setdefault(around[-1], []).append(path)
    if not closed:
        return SETPRIV
    behind = [path for paths in closed.values() for path in paths]
    binds = [(path, folder / f"way-{number}") for number, path in enumerate(behind)]
    script = [
        "set -e",
        *(f"mkdir {_q(held)}; mount --bind {_q(path)} {_q(held)}" for path, held in binds),
        *(f"mount -t tmpfs -o mode=755 none {_q(home)}" for home in closed),
        *(f"mkdir -p {_q(path)}; mount --bind {_q(held)} {_q(path)}" for path, held in binds),
        'exec "$@"',
    ]
    return ("unshare", "--mount", "sh", "-c", "\n".join(script), "sh", *SETPRIV)


def _q(path: Path) -> str:
    return shlex.quote(str(path))


def interpreter() -> list[Path]:
    """What Python itself is read from."""
    return [Path(sys.prefix), Path(sys.base_prefix)]
