"""`brana policy incident close|open|list`: the incident switch, also where pages do not work."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from config.vocabulary import Language
from gateway.commands.act_not_done import not_done
from gateway.commands.decisions import titles_of
from gateway.commands.drawn_names import TakesDrawnNames
from gateway.commands.incident_targets import Targets, targets_help
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.policy_offices import incidents_of, office_of
from gateway.commands.reason_said import why_option
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import local_time
from gateway.policy_office.asking import by_operator
from gateway.policy_office.incident import Incident
from gateway.policy_office.incidents import Incidents
from gateway.policy_office.refusal import ActRefused
from idp.directory.same_person import no_others
from policies.incidents import ClosureKind
from policies.reasons import Names

SEE = "see `brana policy incident list`, and `brana policy incident close --help` for kinds and targets"


@click.group(help="Close a class of access at once, and open it again.")
def incident() -> None: ...


@incident.command(
    help="Close access of a KIND, with the TARGET that kind has, to everybody but those who may open it again.\n\n"
    f"{targets_help()}\n\nOne person's access is closed by `brana person suspend`.",
    short_help="Close a class of access.",
)
@configuration
@click.argument("kind", metavar="KIND", type=click.Choice([kind.value for kind in ClosureKind]))
@click.argument("target", default="")
@click.option("--reason-cs", required=True, help="What refused people read, in Czech.")
@click.option("--reason-en", required=True, help="The same in English.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def close(
    configuration: Path, kind: str, target: str, reason_cs: str, reason_en: str, *, as_json: bool
) -> None:
    reason = {Language.CZECH: reason_cs, Language.ENGLISH: reason_en}

    async def work(incidents: Incidents, targets: Targets) -> Incident:
        meant = targets.asked(ClosureKind(kind), target)
        try:
            return await incidents.close(by_operator(operator()), ClosureKind(kind), meant, reason, now())
        except ActRefused as refused:
            if hint := targets.hint(ClosureKind(kind), target):
                raise not_done(refused, SEE, hint) from refused
            raise

    made, targets = _done(configuration, work, "closed")
    if as_json:
        _echo_json(_told(made, targets))
        return
    click.echo(
        f"closed: {targets.named(made.closure)}\nopen it again: brana policy incident open {made.id} --why WHY"
    )


@incident.command(name="open", cls=TakesDrawnNames, help="Open again what the incident ID closed.")
@configuration
@click.argument("name", metavar="ID")
@why_option("Kept with it and in the audit log.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def open_again(configuration: Path, name: str, why: str, *, as_json: bool) -> None:
    async def work(incidents: Incidents, _: Targets) -> Incident:
        return await incidents.open_again(by_operator(operator()), name, why, now())

    made, targets = _done(configuration, work, "opened")
    if as_json:
        _echo_json(_told(made, targets))
        return
    click.echo(f"open again: {targets.named(made.closure)}")


@incident.command(name="list", help="What is closed now.")
@configuration
@click.option("--all", "over", is_flag=True, help="Also what was opened again, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def listed(configuration: Path, *, over: bool, as_json: bool) -> None:
    state = existing_state(configuration)
    try:
        found = asyncio.run(_listed(state, over=over))
    finally:
        state.database.close()
    targets = _targets(state)
    if as_json:
        _echo_json([_told(one, targets) for one in found])
        return
    for one in found:
        click.echo(shown(one, targets))
    if not found:
        click.echo("nothing is closed")


async def _listed(state: State, *, over: bool) -> list[Incident]:
    found = await incidents_of(state, office_of(state, no_others)).listed(by_operator(operator()), over=over)
    await state.record([looking("policy incident list", found=len(found))])
    return found


def _done(
    configuration: Path, work: Callable[[Incidents, Targets], Coroutine[Any, Any, Incident]], done: str
) -> tuple[Incident, Targets]:
    state = existing_state(configuration)
    targets = _targets(state)

    async def run() -> Incident:
        made = await work(incidents_of(state, office_of(state, no_others)), targets)
        await tell(state, f"{made.closure.id} is {done}")
        return made

    try:
        return asyncio.run(run()), targets
    except ActRefused as refused:
        raise not_done(refused, SEE) from refused
    finally:
        state.database.close()


def _targets(state: State) -> Targets:
    return Targets(Names(state.district, titles_of(state.settings)))


def _echo_json(told: object) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _by(name: str, subject: str) -> str:
    """Of an operator the name is the identifier too."""
    return f"{name} ({subject})" if name and name != subject else subject


def shown(one: Incident, targets: Targets) -> str:
    """In one line, by names beside identifiers."""
    closure, closed_by = one.closure, _by(one.closed_by_name, one.closure.by)
    closed = f"{one.id}  {targets.named(closure)}, closed {local_time(closure.at)} by {closed_by}"
    if one.opened_at is None:
        return closed
    opened_by = _by(one.opened_by_name, one.opened_by)
    return f"{closed}, opened {local_time(one.opened_at)} by {opened_by}: {one.why}"


def _told(one: Incident, targets: Targets) -> dict[str, str | None]:
    return {
        "id": one.id,
        "kind": one.closure.kind.value,
        "target": one.closure.target,
        "target_name": targets.name_of(one.closure) or None,
        "reason_cs": one.closure.reason[Language.CZECH],
        "reason_en": one.closure.reason[Language.ENGLISH],
        "closed_by": one.closure.by,
        "closed_by_name": one.closed_by_name,
        "closed_at": one.closure.at.isoformat(),
        "opened_by": one.opened_by or None,
        "opened_by_name": one.opened_by_name or None,
        "opened_at": None if one.opened_at is None else one.opened_at.isoformat(),
        "why": one.why or None,
    }
