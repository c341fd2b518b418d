"""`brana device list|show`: devices with agents, what they tell, and what they told before. The look is recorded."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
from rich.table import Table

from agents.protocol.checks import Check, passes
from config.vocabulary import DeviceId, Language, MunicipalityCode
from gateway.audit.acts import looked
from gateway.commands.device_named import HOW, device_argument
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.suspension_options import as_json as as_json_option
from gateway.commands.terminal import console, local_time
from gateway.devices.device import Device
from gateway.devices.history import Change
from gateway.devices.named import KEY_KINDS, STANDINGS
from gateway.devices.posture import is_fresh
from gateway.devices.store import Sought

T = TypeVar("T")


@click.command("list", help="Devices with agents.")
@configuration
@click.option("--municipality", default=None, metavar="CODE", help="Of one municipality alone.")
@click.option("--all", "gone", is_flag=True, help="Also those that were retired or lost.")
@as_json_option
def listed(configuration: Path, municipality: str | None, *, gone: bool, as_json: bool) -> None:
    where = None if municipality is None else MunicipalityCode(municipality)

    async def look(state: State) -> Sequence[Device]:
        return await state.devices.find(Sought(municipality=where, gone=gone))

    state = existing_state(configuration)
    found = _looked(state, "device list", look, len)
    if as_json:
        click.echo(json.dumps([_told(state, one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("no device is enrolled; see `brana device code`")
        return
    table = Table("device", "name", "municipality", "owner", "standing", "managed", "reported", "failing")
    for one in found:
        reported = "never" if one.reported_at is None else local_time(one.reported_at)
        table.add_row(
            one.id,
            one.name,
            state.district.name(one.municipality),
            one.owner or "shared",
            _in_words(one),
            "yes" if one.managed else "no",
            reported if _fresh(state, one) else f"{reported}, too old",
            ", ".join(_failing(one)) or "–",
        )
    console().print(table)


@click.command(help="A device: what it tells of itself, and what it told otherwise before.")
@configuration
@device_argument
@as_json_option
def show(configuration: Path, device: DeviceId, *, as_json: bool) -> None:
    async def look(state: State) -> tuple[Device | None, Sequence[Change]]:
        return await state.devices.device(device), await state.devices.history(device)

    state = existing_state(configuration)
    found, history = _looked(state, "device show", look, lambda one: int(one[0] is not None), device)
    if found is None:
        raise CannotStart(f"there is no device {device}", HOW)
    if as_json:
        click.echo(
            json.dumps(
                _told(state, found) | {"history": [_change(one) for one in history]},
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    table = Table(show_header=False, title=found.name)
    for name, value in _told(state, found).items():
        if name != "facts":
            table.add_row(name.replace("_", " "), _text(value))
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
        entry = looked(now(), subject=operator(), command=command, of=of, found=count(found))
        await state.record([entry])
        return found

    try:
        return asyncio.run(work())
    finally:
        state.database.close()


def _told(state: State, one: Device) -> dict[str, object]:
    """For programs: times in ISO 8601, values as the log has them."""
    return {
        "device": one.id,
        "name": one.name,
        "municipality": one.municipality,
        "owner": one.owner,
        "managed": one.managed,
        "asset": one.asset,
        "standing": one.standing.value,
        "key_kind": one.key_kind.value,
        "agent": one.agent,
        "enrolled_at": one.enrolled_at.isoformat(),
        "enrolled_by": one.enrolled_by.name,
        "approved_at": _moment(one.approved_at),
        "certificate": None if one.leaf is None else one.leaf.thumbprint,
        "certificate_until": None if one.leaf is None else one.leaf.ends_at.isoformat(),
        "reported_at": _moment(one.reported_at),
        "fresh": _fresh(state, one),
        "failing": _failing(one),
        "facts": {name.value: fact.value for name, fact in sorted(one.facts.items())},
    }


def _change(one: Change) -> dict[str, object]:
    changed = [{"of": each.of, "before": each.before, "after": each.after} for each in one.differences]
    return {"at": one.at.isoformat(), "differences": changed}


def _failing(one: Device) -> list[str]:
    return [check.value for check in Check if passes(check, one.facts) is False]


def _fresh(state: State, one: Device) -> bool:
    return is_fresh(one, state.settings.devices.fresh, now())


def _in_words(one: Device) -> str:
    return STANDINGS[one.standing].in_language(Language.ENGLISH)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _text(value: object) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case str() if value in STANDINGS or value in KEY_KINDS:
            return (STANDINGS.get(value) or KEY_KINDS[value]).in_language(Language.ENGLISH)
    return str(value)
