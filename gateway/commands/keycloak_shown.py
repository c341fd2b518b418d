"""What setting up a Keycloak shows: steps in words or as JSON, and how far it is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from idp.keycloak.difference import Act, Step
from idp.keycloak.piece import Kind, Secret

SIGNS = {Act.ADD: "+", Act.CHANGE: "~", Act.REMOVE: "-"}
DONE = {Act.ADD: "added", Act.CHANGE: "changed", Act.REMOVE: "removed"}
HIDDEN = "(secret)"


def counted(steps: Sequence[Step]) -> str:
    if not steps:
        return "nothing to do"
    numbers = ((sum(step.act is act for step in steps), word) for act, word in DONE.items())
    return ", ".join(f"{number} to be {word}" for number, word in numbers if number)


def lines(steps: Sequence[Step], *, fields: bool) -> Iterator[str]:
    """One for each step; of changes, and of all with `fields`, one for each field below it."""
    for step in steps:
        yield f"{SIGNS[step.act]} {step.key.told}"
        if fields or step.act is Act.CHANGE:
            for one in step.changes:
                before = "" if step.act is Act.ADD else f"{_plain(one.before)} → "
                yield f"    {one.field}: {before}{_plain(one.after)}"


def told_as_json(realm: str, steps: Sequence[Step]) -> str:
    told = {
        "realm": realm,
        "steps": [
            {
                "act": step.act.value,
                "kind": step.key.kind.value,
                "name": step.key.name,
                "within": step.key.within,
                "fields": [
                    {"name": one.field, "before": _hidden(one.before), "after": _hidden(one.after)}
                    for one in step.changes
                ],
            }
            for step in steps
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def _hidden(value: Any) -> Any:
    return HIDDEN if isinstance(value, Secret) else value


def _plain(value: Any) -> str:
    shown = _hidden(value)
    if isinstance(shown, str):
        return shown or "nothing"
    return "nothing" if shown is None else msgspec.json.encode(shown).decode()


@dataclass(slots=True)
class StepsBar:
    progress: Progress | None
    task: TaskID | None
    taken: int = 0

    def at(self, what: str) -> None:
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, description=f"reading {what}")

    def done(self, step: Step) -> None:
        self.taken += 1
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, description=_short(step), advance=1)


def _short(step: Step) -> str:
    return f"{step.key.kind.value} {step.key.name}" if step.key.kind is Kind.GROUP else step.key.told


@contextmanager
def steps_bar(what: str, number: int | None = None, console: Console | None = None) -> Iterator[StepsBar]:
    """Drawn where somebody watches; nowhere else."""
    watched = console or Console(stderr=True)
    if not watched.is_terminal:
        yield StepsBar(None, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=watched) as progress:
        yield StepsBar(progress, progress.add_task(what, total=number))
