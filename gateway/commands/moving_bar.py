"""What is told while a state is moved: a bar where somebody watches, a line for each table where nobody does."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.storage.moving import Told


@contextmanager
def moving_bar(console: Console | None = None) -> Iterator[Told]:
    watched = console or Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    if not watched.is_terminal:
        yield _line
        return
    with Progress(*columns, transient=True, console=watched) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


def _line(what: str, done: int, total: int) -> None:
    if done == total > 0:
        click.echo(f"{what}: {done} rows", err=True)
