"""A bar of the entries of a directory that were read, of so many as there are; where nobody watches there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

COUNTING = "entries of {name} are counted"
READING = "{name}: {people} people, {groups} groups read"


@dataclass(slots=True)
class ReadingBar:
    name: str
    """Of the directory."""
    watched: bool
    """Whether anybody sees it: what it costs to count need not be paid otherwise."""
    _progress: Progress
    _task: TaskID
    people: int = 0
    groups: int = 0
    _total: int | None = None

    def expect(self, entries: int) -> None:
        self._total = entries
        self.read(self.people, self.groups)

    def read(self, people: int, groups: int) -> None:
        """So many by now. More than were counted move the end: somebody adds people meanwhile."""
        self.people, self.groups = people, groups
        done = people + groups
        self._progress.update(
            self._task,
            description=READING.format(name=self.name, people=people, groups=groups),
            completed=done,
            total=None if self._total is None else max(self._total, done),
        )


@contextmanager
def reading_bar(name: str, console: Console | None = None) -> Iterator[ReadingBar]:
    watched = console or Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=watched, disable=not watched.is_terminal) as progress:
        task = progress.add_task(COUNTING.format(name=name), total=None)
        yield ReadingBar(name, watched.is_terminal, progress, task)
