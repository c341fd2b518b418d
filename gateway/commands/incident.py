"""`brana incident open|list|show|note|add|export|close`: security incidents, for people and scripts."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import msgspec
from rich.table import Table

from config.vocabulary import ApplicationId, Language, MunicipalityCode
from gateway.audit.reasons import REASONS
from gateway.commands.audit_handed_out import opened, purpose_option, require_new
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.decisions import titles_of
from gateway.commands.incident_bundle import called_in, handed_out
from gateway.commands.looking import looking
from gateway.commands.options import configuration
from gateway.commands.person_suspension import by_operator, run
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, now
from gateway.commands.terminal import console, local_time
from gateway.incidents.bundle import Bundle
from gateway.incidents.bundle_pages import in_words
from gateway.incidents.called import Called
from gateway.incidents.held_against import Difference
from gateway.incidents.incident import Described, Due, Incident, Kind, Severity
from gateway.incidents.items import Item
from gateway.incidents.named import difference_text
from gateway.incidents.office import IncidentOffice, Shown
from gateway.incidents.suspension import Suspension

NUMBER = click.IntRange(1, 2**31 - 1)
MOST = 50  # of a list, where nothing else is said


@click.group(help="Security incidents: open, describe, collect evidence, hand out, close.")
def command() -> None: ...


@command.command(
    name="open", help="Open an incident; the deadlines of its reports count from when it was noticed."
)
@configuration
@click.argument("title")
@click.option("--kind", type=click.Choice([one.value for one in Kind]), default=Kind.OTHER.value)
@click.option(
    "--severity", type=click.Choice([one.value for one in Severity]), default=Severity.SIGNIFICANT.value
)
@click.option("--noticed", type=MOMENT, default=None, metavar="MOMENT", help="When; now, if it is left out.")
@click.option(
    "--began", type=MOMENT, default=None, metavar="MOMENT", help="When it began, where that is known."
)
@click.option("--municipality", "municipalities", multiple=True, help="Code of one that is concerned.")
@click.option("--application", "applications", multiple=True, help="Id of one that is concerned.")
@click.option("--description", default="", help="What is known so far.")
def open_one(
    configuration: Path,
    title: str,
    kind: str,
    severity: str,
    noticed: datetime | None,
    began: datetime | None,
    municipalities: tuple[str, ...],
    applications: tuple[str, ...],
    description: str,
) -> None:
    moment = now()
    given = Described(
        title=title,
        kind=Kind(kind),
        severity=Severity(severity),
        noticed_at=in_prague(noticed) or moment,
        began_at=in_prague(began),
        municipalities=tuple(MunicipalityCode(one) for one in municipalities),
        applications=tuple(ApplicationId(one) for one in applications),
        description=description,
    )

    async def work(state: State) -> Incident:
        return await _office(state).open(given, by_operator(), moment)

    made = run(configuration, work)
    click.echo(f"incident {made.number} is open: brana incident show {made.number}")


@command.command(name="list", help="Incidents with what is due: open ones first, of each the newest first.")
@configuration
@click.option("--open", "only_open", is_flag=True, help="Only those that are open.")
@click.option("--since", type=MOMENT, default=None, metavar="MOMENT", help="Noticed at that time or later.")
@click.option("--most", type=click.IntRange(1, 10_000), default=MOST, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def listed(configuration: Path, *, only_open: bool, since: datetime | None, most: int, as_json: bool) -> None:
    async def work(state: State) -> list[Shown]:
        found = await _office(state).selected(most + 1, in_prague(since), only_open=only_open)
        await _look(state, "incident list", len(found[:most]))
        return found

    found = run(configuration, work)
    if len(found) > most:
        click.echo(f"there are more than these {most}: see --most, --since and --open", err=True)
        found = found[:most]
    if as_json:
        click.echo(json.dumps([_told(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        which = f"{'open ' if only_open else ''}incident{'' if since is None else ' noticed since then'}"
        click.echo(f"there is no {which}")
        return
    table = Table("number", "title", "kind", "severity", "noticed", "state")
    for one in found:
        incident, said = one.incident, one.incident.described
        table.add_row(
            str(incident.number),
            said.title,
            said.kind,
            said.severity,
            local_time(said.noticed_at),
            _state(one),
        )
    console().print(table)


@command.command(help="An incident with all that was written down of it.")
@configuration
@click.argument("number", type=NUMBER)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(configuration: Path, number: int, *, as_json: bool) -> None:
    async def work(state: State) -> tuple[Shown, Sequence[Suspension], Called]:
        found = await _office(state).shown(number)
        await _look(state, "incident show", int(found is not None))
        if found is None:
            raise CannotStart(f"there is no incident {number}", "see `brana incident list`")
        return found, await state.suspensions.of_incident(number), called_in(state)

    found, suspensions, called = run(configuration, work)
    _tell_differences(found.differences)
    if as_json:
        differences = [{"item": one.item, "what": one.what, "entry": one.entry} for one in found.differences]
        told = _told(found) | {"not_as_recorded": differences, "items": [_item(one) for one in found.items]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    said = found.incident.described
    click.echo(
        f"{number}  {said.title} ({said.kind}, {said.severity}), noticed {local_time(said.noticed_at)}"
    )
    for due in found.dues:
        click.echo(f"  {due.kind}: {_due(due)}")
    if said.description:
        click.echo(f"  {said.description}")
    for each in suspensions:
        click.echo(f"  suspended {_suspended(each)}")
    for one in found.items:
        words = in_words(one.body, Language.ENGLISH, called).replace("\n", "\n     ")
        click.echo(f"  {one.number}. {local_time(one.at)} {one.by.name}: {words}")
    if found.incident.closed_at is not None:
        click.echo(f"  closed {local_time(found.incident.closed_at)}: {found.incident.conclusion}")


@command.command(help="Write a note down; nothing takes it away again.")
@configuration
@click.argument("number", type=NUMBER)
@click.argument("text")
def note(configuration: Path, number: int, text: str) -> None:
    async def work(state: State) -> Item:
        return await _office(state).note(number, text, by_operator(), now())

    made = run(configuration, work)
    click.echo(f"item {made.number} of incident {number}, entry {made.entry} of the log")


@command.command(help="Add the entry SEQUENCE of the audit log as evidence.")
@configuration
@click.argument("number", type=NUMBER)
@click.argument("sequence", type=click.IntRange(0, 2**63 - 1))
def add(configuration: Path, number: int, sequence: int) -> None:
    async def work(state: State) -> Item:
        return await _office(state).add_entry(number, sequence, by_operator(), now())

    made = run(configuration, work)
    click.echo(f"entry {sequence} is item {made.number} of incident {number}")


@command.command(help="Write the bundle for the reports: texts, entries with their proofs, the verifier.")
@configuration
@click.argument("number", type=NUMBER)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.zip")
@purpose_option
@click.option("--english", is_flag=True, help="In English; else in Czech.")
def export(configuration: Path, number: int, out: Path, purpose: str, *, english: bool) -> None:
    require_new(out)
    language = Language.ENGLISH if english else Language.CZECH

    async def work(state: State) -> Bundle:
        return await handed_out(
            state, _office(state), number, purpose, by_operator(), language, REASONS, now()
        )

    made = run(configuration, work)
    with opened(out) as file:
        file.write(made.content)
    if made.damaged:
        numbers = ", ".join(str(one) for one in made.damaged)
        click.echo(f"{out}: entries that are NOT proven: {numbers}; run `brana audit verify`", err=True)
    _tell_differences(made.differences)
    if made.damaged or made.differences:
        sys.exit(1)
    click.echo(str(out))


@command.command(help="Close an incident; nothing can be added to it any more.")
@configuration
@click.argument("number", type=NUMBER)
@click.option("--conclusion", required=True, help="What it came to.")
def close(configuration: Path, number: int, conclusion: str) -> None:
    async def work(state: State) -> Incident:
        return await _office(state).close(number, conclusion, by_operator(), now())

    run(configuration, work)
    click.echo(f"incident {number} is closed")


def _office(state: State) -> IncidentOffice:
    return IncidentOffice(
        state.incidents, state.record, frozenset(state.district), frozenset(titles_of(state.settings))
    )


async def _look(state: State, asked: str, found: int) -> None:
    await state.record([looking(asked, found=found)])


def _tell_differences(found: Sequence[Difference]) -> None:
    for one in found:
        click.echo(f"NOT as the audit log has it: {difference_text(one, Language.ENGLISH)}", err=True)


def _state(one: Shown) -> str:
    if one.damaged:
        return "CHANGED BY HAND: see `brana incident show`"
    if not one.incident.open:
        return "closed"
    overdue = [due.kind for due in one.dues if due.overdue(now())]
    waits = [f"{due.kind} until {local_time(due.at)}" for due in one.dues if due.waits(now())]
    return "overdue: " + ", ".join(overdue) if overdue else next(iter(waits), "all reports sent")


def _due(due: Due) -> str:
    if due.sent_at is not None:
        return f"sent {local_time(due.sent_at)}{', late' if due.late else ''}"
    return f"{'OVERDUE since' if due.overdue(now()) else 'due'} {local_time(due.at)}"


def _suspended(one: Suspension) -> str:
    """Whom or what, and whether it is over."""
    which = f"the device {one.device}" if one.device is not None else f"{one.name} ({one.login})"
    lifted = "" if one.lifted_at is None else f"; lifted {local_time(one.lifted_at)}"
    return f"{which}, {local_time(one.since)} {one.by.name}: {one.why}{lifted}"


def _told(one: Shown) -> dict[str, object]:
    incident, said = one.incident, one.incident.described
    return {
        "number": incident.number,
        "title": said.title,
        "kind": said.kind.value,
        "severity": said.severity.value,
        "noticed_at": said.noticed_at.isoformat(),
        "municipalities": list(said.municipalities),
        "applications": list(said.applications),
        "open": incident.open,
        "reports": {
            due.kind.value: {
                "due_at": due.at.isoformat(),
                "sent_at": due.sent_at.isoformat() if due.sent_at else None,
                "overdue": due.overdue(now()),
            }
            for due in one.dues
        },
    }


def _item(one: Item) -> dict[str, object]:
    return {
        "item": one.number,
        "at": one.at.isoformat(),
        "by": one.by.name,
        "logged": one.entry,
        **msgspec.to_builtins(one.body),
    }
