"""`brana policy test`: the cases beside the policies, each with its result."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec
from rich.table import Table

from config.district import District
from config.problem import ConfigurationRefused
from gateway.commands.options import configuration
from gateway.commands.policy_folder import folder_argument, json_option, policy_folder
from gateway.commands.terminal import console
from gateway.commands.trial_bar import watched
from policies.reasons import EN
from policies.trial import Tried, tried


@dataclass(slots=True)
class Row:
    """One case at all municipalities where it was tried."""

    first: Tried
    at: int = 0
    questions: int = 0
    weighed: int = 0
    broken: list[Tried] = field(default_factory=list)
    untried: dict[str, None] = field(default_factory=dict)
    """`@id`s of permits, in the order in which they were met."""


@click.command(
    name="test",
    help="Try the cases beside the policies of FOLDER, else of the configuration, and show each with its result.",
    short_help="Try the cases, and show each with its result.",
)
@configuration
@folder_argument
@json_option
def test(configuration: Path, folder: Path | None, *, as_json: bool) -> None:
    meant = policy_folder(configuration, folder)
    read, files, problems = meant.read()
    if problems:
        raise ConfigurationRefused(problems)
    found = tried(read.region, read.municipal, meant.names, files)
    rows = _rows(watched(found, len(read.municipal)))
    broken = [row for row in rows if row.broken]
    if as_json:
        click.echo(msgspec.json.encode([_as_json(row) for row in rows]))
    else:
        _show(rows, meant.district)
        click.echo(told(rows))
    sys.exit(1 if broken else 0)


def told(rows: Sequence[Row]) -> str:
    """What was tried, in a sentence."""
    nevers = [row for row in rows if row.first.kind == "never"]
    cases = len(rows) - len(nevers)
    held = sum(not row.broken for row in nevers)
    never = f"{held} of {len(nevers)} nevers held ({sum(row.weighed for row in nevers)} questions)"
    doubtful = sum(bool(row.untried) for row in rows)
    doubt = f", {doubtful} not tried for every policy" if doubtful else ""
    return f"{len(rows)} tried: {cases} cases, {never}, {sum(bool(row.broken) for row in rows)} broken{doubt}"


def _rows(found: Iterator[Tried]) -> list[Row]:
    rows: dict[tuple[Path, int], Row] = {}
    for one in found:
        row = rows.setdefault((one.file, one.line), Row(one))
        row.at += 1
        row.questions += one.questions
        row.weighed += one.weighed
        row.broken += [one] if one.broken else []
        row.untried |= dict.fromkeys(one.untried)
    return [rows[place] for place in sorted(rows)]


def _show(rows: Sequence[Row], district: District) -> None:
    table = Table("file", "case", "tried at", "questions", "result", box=None, pad_edge=False)
    for row in rows:
        result = "holds" if row.weighed else "holds: nothing permits any of it"
        if row.untried:
            result += f"; not tried for {', '.join(row.untried)}"
        if row.broken:
            first = row.broken[0]
            result = f"BROKEN at {len(row.broken)}, {district.name(first.municipality)}: {(first.broken or {})[EN]}"
        name = row.first.name if row.first.kind == "case" else f"never: {row.first.name}"
        place = f"{row.first.file.name}:{row.first.line}"
        table.add_row(place, name, str(row.at), str(row.weighed), result)
    console().print(table)


def _as_json(row: Row) -> dict[str, object]:
    return {
        "file": str(row.first.file),
        "line": row.first.line,
        "kind": row.first.kind,
        "name": row.first.name,
        "tried_at": row.at,
        "questions": row.questions,
        "weighed": row.weighed,
        "untried": list(row.untried),
        "broken": {one.municipality: one.broken for one in row.broken},
    }
