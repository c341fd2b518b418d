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
from config.vocabulary import Language
from gateway.commands.options import configuration, language
from gateway.commands.policy_folder import folder_argument, json_option, policy_folder
from gateway.commands.terminal import console
from gateway.commands.trial_bar import watched
from policies.model import Text
from policies.reasons import CS, EN
from policies.trial import Tried, tried

HEADS: tuple[Text, ...] = (
    {CS: "soubor", EN: "file"},
    {CS: "případ", EN: "case"},
    {CS: "obcí", EN: "tried at"},
    {CS: "otázek", EN: "questions"},
    {CS: "výsledek", EN: "result"},
)
HOLDS: Text = {CS: "platí", EN: "holds"}
NOTHING: Text = {CS: "platí: nic z toho nikdo nepovoluje", EN: "holds: nothing permits any of it"}
UNTRIED: Text = {CS: "; nevyzkoušeno pro {policies}", EN: "; not tried for {policies}"}
BROKEN: Text = {CS: "NEPLATÍ (obcí: {count}), {at}: {broken}", EN: "BROKEN at {count}, {at}: {broken}"}
NEVER: Text = {CS: "nikdy: {name}", EN: "never: {name}"}
TOLD: Text = {
    CS: "vyzkoušeno: {all}; případů: {cases}, nikdy: platí {held} z {nevers} (otázek: {questions}), neplatí: {broken}",
    EN: "{all} tried: {cases} cases, {held} of {nevers} nevers held ({questions} questions), {broken} broken",
}
DOUBT: Text = {
    CS: ", ne pro každé pravidlo vyzkoušeno: {count}",
    EN: ", {count} not tried for every policy",
}


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
@language
def test(*, configuration: Path, folder: Path | None, as_json: bool, language: Language) -> None:
    meant = policy_folder(configuration, folder)
    read, files, problems = meant.read()
    if problems:
        raise ConfigurationRefused(problems, language)
    found = tried(read.region, read.municipal, meant.names, files)
    rows = _rows(watched(found, len(read.municipal)))
    broken = [row for row in rows if row.broken]
    if as_json:
        click.echo(msgspec.json.encode([_as_json(row) for row in rows]))
    else:
        _show(rows, meant.district, language)
        click.echo(told(rows, language))
    sys.exit(1 if broken else 0)


def told(rows: Sequence[Row], language: Language) -> str:
    """What was tried, in a sentence."""
    nevers = [row for row in rows if row.first.kind == "never"]
    doubtful = sum(bool(row.untried) for row in rows)
    said = TOLD[language].format(
        all=len(rows),
        cases=len(rows) - len(nevers),
        held=sum(not row.broken for row in nevers),
        nevers=len(nevers),
        questions=sum(row.weighed for row in nevers),
        broken=sum(bool(row.broken) for row in rows),
    )
    return said + (DOUBT[language].format(count=doubtful) if doubtful else "")


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


def _show(rows: Sequence[Row], district: District, language: Language) -> None:
    table = Table(*(head[language] for head in HEADS), box=None, pad_edge=False)
    for row in rows:
        result = (HOLDS if row.weighed else NOTHING)[language]
        if row.untried:
            result += UNTRIED[language].format(policies=", ".join(row.untried))
        if row.broken:
            first = row.broken[0]
            at, broken = district.name(first.municipality), (first.broken or {})[language]
            result = BROKEN[language].format(count=len(row.broken), at=at, broken=broken)
        case = row.first.kind == "case"
        name = row.first.title[language] if case else NEVER[language].format(name=row.first.name)
        place = f"{row.first.file.name}:{row.first.line}"
        table.add_row(place, name, str(row.at), str(row.weighed), result)
    console().print(table)


def _as_json(row: Row) -> dict[str, object]:
    return {
        "file": str(row.first.file),
        "line": row.first.line,
        "kind": row.first.kind,
        "name": row.first.name,
        "title": row.first.title,
        "tried_at": row.at,
        "questions": row.questions,
        "weighed": row.weighed,
        "untried": list(row.untried),
        "broken": {one.municipality: one.broken for one in row.broken},
    }
