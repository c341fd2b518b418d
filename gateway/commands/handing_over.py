"""What the process that sees whether everything can start tells `brana serve`, which then becomes the supervisor.

Standard library only: whoever waits for it imports nothing else.
"""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

FIRST = "--first"
"""Of the control plane's arguments: it checks before it begins, and is told which socket to answer at."""
WITHOUT_DIRECTORY = "--without-directory"
LARGEST_WORD = 65_536  # bytes; a path and little more


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything can start. `lock`: descriptor; `stays`: whether who says so goes on as the control plane."""

    plan: Path
    lock: int
    stays: bool


def tell(line: socket.socket, ready: Ready) -> None:
    """Whoever hears it holds the lock too."""
    word = json.dumps({"plan": str(ready.plan), "stays": ready.stays})
    socket.send_fds(line, [word.encode()], [ready.lock])


def heard(line: socket.socket) -> Ready | None:
    """None: the other end was closed without a word."""
    word, descriptors, _, _ = socket.recv_fds(line, LARGEST_WORD, 1)
    if not word:
        return None
    said = json.loads(word)
    return Ready(Path(said["plan"]), descriptors[0], said["stays"])
