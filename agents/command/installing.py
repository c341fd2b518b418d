"""`brana-agent install` and `uninstall`."""

import sys
from collections.abc import Callable
from pathlib import Path

from agents.browsers.browsers import Browsers
from agents.command.forgetting import forget
from agents.installing.installing import (
    Run,
    frozen,
    not_here,
    put_in,
    remove,
    runs_here,
    service_of,
    stop,
    this_program,
)
from agents.kept.folder import Folder
from agents.kept.state import State
from agents.tunnel.tunnelling import Device

SYSTEMD = Path("run/systemd/system")
"""There where it runs (sd_booted(3))."""


def install(root: Path) -> str:
    """What to tell, by its name in `words.SAYS`. Raises NotInstalled, NotKept."""
    program, place = this_program()
    put_in(service_of(place), program, root, _run_of(root))
    return "installed" if _runs(root) else "installed_here"


def uninstall(
    root: Path, state: Path, public: Path, chip: str, browsers: Callable[[str], Browsers], tunnel: Device
) -> tuple[list[str], list[Path]]:
    """What to tell, and what is left all the same. Raises NotInstalled, NotKept, Busy, TunnelFailed: it stays."""
    _, place = this_program()
    service = service_of(place)
    stop(service, root, _run_of(root))
    said = []
    if state.exists():
        said.append(forget(State(Folder(state)), Folder(public, 0o644), chip, browsers, tunnel))
    left = remove(service, root, _run_of(root), (state, public), program=frozen())
    return [*said, "uninstalled"], left


def _runs(root: Path) -> bool:
    here = root == Path(root.anchor)
    return here and (sys.platform != "linux" or (root / SYSTEMD).is_dir())


def _run_of(root: Path) -> Run:
    return runs_here if _runs(root) else not_here
