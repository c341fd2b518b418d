"""What setting up a Keycloak shows: steps in words or as JSON, and how far it is.

What a server calls things is a stranger's text: none of it reaches the terminal as a sign that does something there.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from gateway.audit.neutral import neutral
from idp.keycloak.difference import Act, Step
from idp.keycloak.piece import Kind, Secret

SIGNS = {Act.ADD: "+", Act.CHANGE: "~", Act.REMOVE: "-"}
DONE = {Act.ADD: "added", Act.CHANGE: "changed", Act.REMOVE: "removed"}
HIDDEN = "(secret)"
LONGEST = 4_000  # characters of a name or value in a line


def counted(steps: Sequence[Step]) -> str:
    if not steps:
        return "nothing to do"
    numbers = ((sum(step.act is act for step in steps), word) for act, word in DONE.items())
    return ", ".join(f"{number} to be {word}" for number, word in numbers if number)


def lines(steps: Sequence[Step], *, fields: bool) -> Iterator[str]:
    """One for each step; of changes, and of all with `fields`, one for each field below it."""
    for step in steps:
        yield f"{SIGNS[step.act]} {neutral(step.key.told, LONGEST)}"
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
    text = msgspec.json.format(msgspec.json.encode(told), indent=1).decode()
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def _hidden(value: Any) -> Any:
    return HIDDEN if isinstance(value, Secret) else value


def _plain(value: Any) -> str:
    shown = _hidden(value)
    if shown is None or shown == "":
        return "nothing"
    return neutral(shown if isinstance(shown, str) else msgspec.json.encode(shown).decode(), LONGEST)


@dataclass(slots=True)
class StepsBar:
    progress: Progress | None
    task: TaskID | None
    taken: int = 0

    def at(self, what: str) -> None:
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, description=f"reading {neutral(what, LONGEST)}")

    def done(self, step: Step) -> None:
        self.taken += 1
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, description=_short(step), advance=1)


def _short(step: Step) -> str:
    told = f"{step.key.kind.value} {step.key.name}" if step.key.kind is Kind.GROUP else step.key.told
    return neutral(told, LONGEST)


@contextmanager
def steps_bar(what: str, number: int | None = None, console: Console | None = None) -> Iterator[StepsBar]:
    """Drawn where somebody watches; nowhere else."""
    watched = console or Console(stderr=True)
    if not watched.is_terminal:
        yield StepsBar(None, None)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, console=watched) as progress:
        yield StepsBar(progress, progress.add_task(what, total=number))
