"""`brana device list|show`: devices with agents, whose they are, what they tell, and what they told before.

The look is recorded.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
from rich.table import Table

from config.vocabulary import DeviceId, Language, MunicipalityCode, SubjectId
from gateway.commands.called_by import known
from gateway.commands.device_named import HOW, device_argument
from gateway.commands.device_told import TIMES, called, failing, owner_told, told
from gateway.commands.looking import looking
from gateway.commands.options import configuration
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.suspension_options import as_json as as_json_option
from gateway.commands.terminal import console, local_time
from gateway.devices.device import Device
from gateway.devices.history import Change
from gateway.devices.named import KEY_KINDS, STANDINGS
from gateway.devices.posture import is_fresh
from gateway.devices.store import Sought
from gateway.web.devices.listing import HEALTHS, Health, Wanted, health
from idp.directory.person import Person

T = TypeVar("T")
Owners = Mapping[SubjectId | None, Person]


@click.command("list", help="Devices with agents.")
@configuration
@click.option("--municipality", default=None, metavar="CODE", help="Of one municipality alone.")
@click.option(
    "--state",
    "in_state",
    type=click.Choice([one.value for one in Health]),
    default=None,
    help="Those that fare so alone.",
)
@click.option("--system", default="", metavar="NAME", help="Those with this system alone, as `os` has it.")
@click.option("--owner", default=None, metavar="LOGIN", help="Of one person alone.")
@click.option("--find", "text", default="", help="A part of the name, the serial number or the identifier.")
@click.option("--all", "gone", is_flag=True, help="Also those that were retired or lost.")
@as_json_option
def listed(
    configuration: Path,
    municipality: str | None,
    in_state: str | None,
    system: str,
    owner: str | None,
    text: str,
    *,
    gone: bool,
    as_json: bool,
) -> None:
    asked = None if in_state is None else Health(in_state)
    moment = now()

    async def look(state: State) -> tuple[Sequence[Device], Owners, frozenset[str]]:
        owners = None if owner is None else frozenset({(await person_of(state, owner)).subject})
        where = None if municipality is None else MunicipalityCode(municipality)
        wanted = Wanted(text=text, system=system, municipality=where, owners=owners)
        fresh, of_gone = state.settings.devices.fresh, gone or asked is Health.GONE
        some = await state.devices.find(Sought(municipality=where, gone=of_gone))
        fit = [one for one in some if wanted.fits(one)]
        if asked is not None:
            fit = [one for one in fit if health(one, fresh, moment) is asked]
        return fit, await _owners(state, fit), await _suspended(state)

    state = existing_state(configuration)
    found, people, suspended = _looked(state, "device list", look, lambda one: len(one[0]))
    if as_json:
        click.echo(
            json.dumps(
                [
                    told(one, state.settings.devices.fresh, moment)
                    | owner_told(people.get(one.owner))
                    | {"suspended": one.id in suspended}
                    for one in found
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    if not found:
        filtered = any((municipality, in_state, system, owner, text))
        click.echo("no device fits" if filtered else "no device is enrolled; see `brana device code`")
        return
    table = Table("device", "name", "municipality", "owner", "state", "managed", "reported", "failing")
    for one in found:
        fares = HEALTHS[health(one, state.settings.devices.fresh, moment)].in_language(Language.ENGLISH)
        reported = "never" if one.reported_at is None else local_time(one.reported_at)
        table.add_row(
            one.id,
            one.name,
            state.district.name(one.municipality),
            called(one.owner, people.get(one.owner)) or "shared",
            f"{fares}, suspended" if one.id in suspended else fares,
            "yes" if one.managed else "no",
            reported if is_fresh(one, state.settings.devices.fresh, moment) else f"{reported}, too old",
            ", ".join(failing(one)) or "–",
        )
    console().print(table)


@click.command(help="A device: what it tells of itself, and what it told otherwise before.")
@configuration
@device_argument
@as_json_option
def show(configuration: Path, device: DeviceId, *, as_json: bool) -> None:
    async def look(state: State) -> tuple[Device | None, Owners, Sequence[Change], frozenset[str]]:
        one = await state.devices.device(device)
        people = await _owners(state, () if one is None else (one,))
        return one, people, await state.devices.history(device), await _suspended(state)

    state = existing_state(configuration)
    found, people, history, suspended = _looked(
        state, "device show", look, lambda one: int(one[0] is not None), device
    )
    if found is None:
        raise CannotStart(f"there is no device {device}", HOW)
    owner = people.get(found.owner)
    if as_json:
        click.echo(
            json.dumps(
                told(found, state.settings.devices.fresh, now())
                | owner_told(owner)
                | {"suspended": device in suspended, "history": [_change(one) for one in history]},
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    table = Table(show_header=False, title=found.name)
    for name, value in told(found, state.settings.devices.fresh, now()).items():
        if name == "owner" and owner is not None:
            table.add_row("owner", f"{called(found.owner, owner)} ({found.owner})")
        elif name != "facts":
            table.add_row(name.replace("_", " "), _text(name, value))
        if name == "state":
            table.add_row("suspended", _text("suspended", device in suspended))
    for fact in sorted(found.facts):
        table.add_row(fact, f"{found.facts[fact].value}  ({found.facts[fact].found_by})")
    console().print(table)
    for one in history:
        click.echo(f"{local_time(one.at)}  {', '.join(map(str, one.differences))}")


SHOWN = (listed, show)


def _looked(
    state: State,
    command: str,
    look: Callable[[State], Awaitable[T]],
    count: Callable[[T], int],
    of: str = "",
) -> T:
    async def work() -> T:
        found = await look(state)
        entry = looking(command, of=of, found=count(found))
        await state.record([entry])
        return found

    try:
        return asyncio.run(work())
    finally:
        state.database.close()


async def _suspended(state: State) -> frozenset[str]:
    """Devices that an officer or operator has suspended."""
    return frozenset(one.login for one in await state.suspensions.standing(now()) if one.device is not None)


async def _owners(state: State, devices: Sequence[Device]) -> Owners:
    """As the replica of the directories has them; who is not there any more is left out."""
    return {one.subject: one for one in await known(state, {one.owner for one in devices if one.owner})}


def _change(one: Change) -> dict[str, object]:
    changed = [{"of": each.of, "before": each.before, "after": each.after} for each in one.differences]
    return {"at": one.at.isoformat(), "differences": changed}


def _text(name: str, value: object) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case str():
            return _said(name, value)
    return str(value)


def _said(name: str, value: str) -> str:
    if name in TIMES:
        return local_time(datetime.fromisoformat(value))
    words = STANDINGS.get(value) or KEY_KINDS.get(value)
    if words is None and value in HEALTHS:
        words = HEALTHS[Health(value)]
    return value if words is None else words.in_language(Language.ENGLISH)
