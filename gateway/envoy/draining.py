"""A node that is about to go: a file in the folder of the sockets says so to every process of it, until the next start.

Standard library only.
"""

from pathlib import Path

MARK = "draining"


def is_draining(run: Path) -> bool:
    return (run / MARK).exists()


def begin(run: Path) -> None:
    (run / MARK).touch(mode=0o600)


def over(run: Path) -> None:
    """At a start, or when the node stays after all."""
    (run / MARK).unlink(missing_ok=True)
