"""A bar of the municipalities whose policies were tried; where nobody watches there is none."""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from policies.trial import Tried


def watched(found: Iterator[Tried], municipalities: int, console: Console | None = None) -> Iterator[Tried]:
    shown = console or Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=shown, disable=not shown.is_terminal) as progress:
        task = progress.add_task("municipalities tried", total=municipalities)
        seen: set[str] = set()
        for one in found:
            seen.add(one.municipality)
            progress.update(task, completed=len(seen))
            yield one
