"""What is told while a database is copied before its migration: a bar where somebody watches, else a line a tenth.

rich is loaded where there is something to tell: a start that copies nothing does without it, and without click.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.storage.migrations.copying import Told

WORTH_TELLING = 64 * 2**20  # bytes: what is less is copied within a second
TENTHS = 10
WHAT = "copying the database before it is brought to this version"


@contextmanager
def copying_bar(terminal: "Console | None" = None) -> Iterator["Told"]:
    """`terminal`: where somebody watches; None: the standard error, where that is a terminal."""
    by_bar = terminal is not None or sys.stderr.isatty()
    with ExitStack() as ended:
        shown: Told | None = None

        def told(done: int, total: int) -> None:
            nonlocal shown
            if total < WORTH_TELLING:
                return
            if shown is None:
                shown = _bar(ended, total, terminal) if by_bar else _Lines()
            shown(done, total)

        yield told


def _bar(ended: ExitStack, total: int, terminal: "Console | None") -> "Told":
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = terminal or Console(stderr=True)
    progress = ended.enter_context(Progress(*columns, transient=True, console=console))
    task = progress.add_task(WHAT, total=total)
    return lambda done, _total: progress.update(task, completed=done)


class _Lines:
    def __init__(self) -> None:
        self._told = -1

    def __call__(self, done: int, total: int) -> None:
        tenth = done * TENTHS // total
        if tenth > self._told:
            self._told = tenth
            sys.stderr.write(f"{WHAT}: {done // 2**20} of {total // 2**20} MiB\n")
