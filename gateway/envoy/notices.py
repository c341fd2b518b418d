"""How the supervisor tells of Envoy's starts and deaths, and of what hung: a folder of small files.

One file per event, written whole and renamed into place; the control plane deletes it once it is recorded.
So nothing is lost when either of the two dies in between. Standard library only: the supervisor uses it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from config import durable

FOLDER = "notices"  # below the folder of the sockets
ENVOY, CONTROL_PLANE, STREAMS, NODE = "Envoy", "control plane", "watch of streams", "process of the node"
"""Names of parts, in messages too."""
What = Literal["started", "died", "hung"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Envoy was started, or ended without having been told to; or a part gave no sign of life, and is ended for it."""

    what: What
    at: datetime
    spool: str
    """File name of that start's access log."""
    status: int
    """Exit status; negative: the signal that ended it; 0 for a start."""
    process: int = 0
    """Its process id; 0 where it is not known."""
    part: str = ""
    """Its name in the supervisor's messages."""
    silent: int = 0
    """Seconds without a sign of life, of what hung."""


def leave(folder: Path, notice: Notice) -> None:
    """Write one notice durably. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{notice.at.timestamp():020.6f}-{notice.what}.json"
    durable.replace(folder / name, json.dumps(asdict(notice) | {"at": notice.at.isoformat()}).encode())


def waiting(folder: Path) -> list[tuple[Path, Notice | None]]:
    """Notices nobody has taken yet, oldest first; None for a file that is none."""
    return [(path, _read(path)) for path in sorted(folder.glob("[!.]*.json"))]


def _read(path: Path) -> Notice | None:
    try:
        said = json.loads(path.read_text("utf-8"))
        if said["what"] not in get_args(What):
            return None
        return Notice(
            what=said["what"],
            at=datetime.fromisoformat(said["at"]),
            spool=str(said["spool"]),
            status=int(said["status"]),
            process=int(said.get("process", 0)),
            part=str(said.get("part", "")),
            silent=int(said.get("silent", 0)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def follow(folder: Path, record: Callable[[Notice], Awaitable[None]], pause: timedelta) -> None:
    """Record notices as they come, for ever; a notice is deleted after `record` has returned."""
    while True:
        for path, notice in waiting(folder):
            if notice is not None:
                await record(notice)
            path.unlink(missing_ok=True)
        await asyncio.sleep(pause.total_seconds())
