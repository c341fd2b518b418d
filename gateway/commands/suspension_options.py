"""What `brana person` and `brana device` have in common: options, and the list."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from rich.table import Table

from gateway.commands.audit_moments import MOMENT
from gateway.commands.looking import looking
from gateway.commands.reason_said import why_option
from gateway.commands.state import State, now
from gateway.commands.terminal import console, local_time
from gateway.incidents.suspension import Suspension

Command = TypeVar("Command", bound=Callable[..., Any])
LISTED = 200

why = why_option("Kept with it and in the audit log.")
over = click.option(
    "--all", "over", is_flag=True, help="Also those whose suspension is over, the newest first."
)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


def suspension(command: Command) -> Command:
    """Why, until when, and which incident it belongs to."""
    until = click.option("--until", type=MOMENT, default=None, metavar="MOMENT",
                         help="It ends by itself then; without a zone that of Prague.")  # fmt: skip
    incident = click.option(
        "--incident", type=click.IntRange(1), default=None, help="Number of the incident it belongs to."
    )
    return why(until(incident(command)))


async def asked_for(state: State, command: str, *, devices: bool, over: bool) -> list[Suspension]:
    """The look is recorded."""
    some = await state.suspensions.latest(LISTED) if over else await state.suspensions.standing(now())
    found = [one for one in some if (one.device is not None) is devices]
    await state.record([looking(command, found=len(found))])
    return found


def show(
    found: Sequence[Suspension], columns: Mapping[str, Callable[[Suspension], str]], nobody: str
) -> None:
    """A table; `columns` say which person or device it is."""
    if not found:
        click.echo(nobody)
        return
    table = Table(*columns, "since", "until", "by", "why")
    for one in found:
        end = one.lifted_at or one.until
        until = "it is lifted" if end is None else local_time(end)
        which = [tell(one) for tell in columns.values()]
        table.add_row(*which, local_time(one.since), until, one.by.name, one.why)
    console().print(table)


def show_json(found: Sequence[Suspension], which: Callable[[Suspension], Mapping[str, str | None]]) -> None:
    told = [{"id": one.id, "subject": one.subject, **which(one), **_told(one)} for one in found]
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def until_when(made: Suspension) -> str:
    return "" if made.until is None else f" until {local_time(made.until)}"


def _told(one: Suspension) -> dict[str, str | int | None]:
    return {
        "why": one.why,
        "by": one.by.name,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "incident": one.incident,
        "lifted_at": one.lifted_at.isoformat() if one.lifted_at else None,
        "lifted_by": one.lifted_by.name if one.lifted_by else None,
        "lifted_why": one.lifted_why or None,
    }
