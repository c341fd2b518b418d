"""Whose a folder is on Windows, where names and modes of POSIX say nothing: by its owner and its access list.

Below `%PROGRAMDATA%` everybody may read, and make folders of their own before the agent is there. Laws: what belongs to
anybody but the system and its administrators, or leads elsewhere, is refused with all that is in it; nobody else reads
what is not shown. Accounts are named by their SIDs, as their names are in the system's language.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import PureWindowsPath

Command = tuple[str, ...]
Run = Callable[[Command], str]
"""What it says. Raises OSError where it does not do it."""
SYSTEM, ADMINISTRATORS, USERS = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545"
OURS = frozenset({SYSTEM, ADMINISTRATORS})
EVERYTHING_BELOW = "(OI)(CI)"
AGENT = "Brana Agent"
"""Below `%PROGRAMDATA%`: the folder of the folders."""
SECONDS = 60
_SYSTEM32 = PureWindowsPath(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
ICACLS = str(_SYSTEM32 / "icacls.exe")
POWERSHELL = str(_SYSTEM32 / "WindowsPowerShell" / "v1.0" / "powershell.exe")
LEADS_ELSEWHERE = "leads elsewhere"
OWNERS = (
    "$ErrorActionPreference = 'Stop'; "
    "@(Get-Item -Force -LiteralPath {path}) + @(Get-ChildItem -Force -Recurse -LiteralPath {path}) | "
    "ForEach-Object {{ if ($_.Attributes -band [IO.FileAttributes]::ReparsePoint) {{ '"
    + LEADS_ELSEWHERE
    + "' }} "
    "else {{ $_.GetAccessControl().GetOwner([Security.Principal.SecurityIdentifier]).Value }} }}"
)


class NotOurs(PermissionError):
    def __init__(self, path: PureWindowsPath) -> None:
        super().__init__(
            1,
            "it, or something in it, belongs to another account or leads elsewhere; look who put it there, and have an "
            f'administrator delete it (rd /s "{path}")',
        )


def protect(path: PureWindowsPath, run: Run, *, shown: bool) -> None:
    """`shown`: everybody may read it. Raises OSError, of which NotOurs is one."""
    rights = list(_rights(path, shown=shown))
    top, _ = rights[0]
    _require_ours(top, run)
    for folder, others in rights:
        run(granting(folder, *others))
    _require_ours(top, run)  # of what was put there before it was closed


def _require_ours(path: PureWindowsPath, run: Run) -> None:
    owners = {one.strip() for one in run(owners_of(path)).splitlines()} - {""}
    if not owners or not owners <= OURS:
        raise NotOurs(path)


def owners_of(path: PureWindowsPath) -> Command:
    quoted = "'" + str(path).replace("'", "''") + "'"
    return (
        POWERSHELL,
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        OWNERS.format(path=quoted),
    )


def granting(path: PureWindowsPath, *others: str) -> Command:
    """What was inherited goes."""
    ours = (f"*{one}:{EVERYTHING_BELOW}F" for one in (SYSTEM, ADMINISTRATORS))
    return (ICACLS, str(path), "/inheritance:r", "/grant:r", *ours, *others)


def _rights(path: PureWindowsPath, *, shown: bool) -> Iterator[tuple[PureWindowsPath, tuple[str, ...]]]:
    """From above: who owns the upper one exchanges the lower one."""
    if path.parent.name == AGENT:
        yield path.parent, (f"*{USERS}:RX",)
    yield path, (f"*{USERS}:{EVERYTHING_BELOW}RX",) if shown else ()


def here(command: Command) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{command[0]} does not end") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip() or done.stdout.decode(errors="replace").strip()
        raise PermissionError(1, f"{command[0]}: {said or 'failed'}")
    return done.stdout.decode("ascii", errors="replace")
