"""`brana device suspend|lift|list`: devices from which the gateway lets nobody in, also where pages do not work."""

import json
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from config.vocabulary import DeviceId, Language, device_subject, read_device_id
from gateway.audit.acts import looked
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.person_suspension import LISTED, by_operator, run, suspending_beside, told, until_when
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import said_ended
from gateway.commands.state import State, now
from gateway.commands.suspending import device_seen
from gateway.commands.terminal import console, local_time
from gateway.incidents.suspending import unseen
from gateway.incidents.suspension import Suspension
from idp.http.user_agent import describe


@click.group(help="Suspend a device at the gateway, and lift it.")
def command() -> None: ...


@command.command(help="End all sessions in a device, and let nobody sign in from it until it is lifted.")
@configuration
@click.argument("device")
@click.option("--why", required=True, help="Kept with it and in the audit log.")
@click.option("--until", type=MOMENT, default=None, metavar="MOMENT",
              help="It ends by itself then; without a zone that of Prague.")  # fmt: skip
@click.option(
    "--incident", type=click.IntRange(1), default=None, help="Number of the incident it belongs to."
)
def suspend(configuration: Path, device: str, why: str, until: datetime | None, incident: int | None) -> None:
    named = _named(device)

    async def work(state: State) -> tuple[Suspension, int]:
        whom = await device_seen(state, named) or unseen(device_subject(named))
        suspending = suspending_beside(state)
        return await suspending.suspend(whom, why, in_prague(until), by_operator(), now(), incident)

    made, ended = run(configuration, work)
    click.echo(f"{made.login} is suspended{until_when(made)}; {said_ended(ended)}")


@command.command(help="Let people sign in from a device again.")
@configuration
@click.argument("device")
@click.option("--why", required=True, help="Kept with it and in the audit log.")
def lift(configuration: Path, device: str, why: str) -> None:
    subject = device_subject(_named(device))

    async def work(state: State) -> Suspension:
        return await suspending_beside(state).resume(subject, why, by_operator(), now())

    lifted = run(configuration, work)
    click.echo(f"people can sign in from {lifted.login} again")


@command.command("list", help="Which devices are suspended now.")
@configuration
@click.option("--all", "over", is_flag=True, help="Also those whose suspension is over, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def listed(configuration: Path, *, over: bool, as_json: bool) -> None:
    async def work(state: State) -> list[Suspension]:
        some = await state.suspensions.latest(LISTED) if over else await state.suspensions.standing(now())
        found = [one for one in some if one.device is not None]
        look = looked(now(), subject=operator(), command="device list", of="", found=len(found))
        await state.record([look])
        return found

    found = run(configuration, work)
    if as_json:
        told_of = [{"device": one.device, "user_agent": one.name, **told(one)} for one in found]
        click.echo(json.dumps(told_of, ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("no device is suspended")
        return
    table = Table("device", "browser", "since", "until", "by", "why")
    for one in found:
        end = one.lifted_at or one.until
        until = "it is lifted" if end is None else local_time(end)
        browser = describe(one.name, Language.ENGLISH)
        table.add_row(one.device, browser, local_time(one.since), until, one.by.name, one.why)
    console().print(table)


def _named(text: str) -> DeviceId:
    """Raises CannotStart."""
    device = read_device_id(text)
    if device is None:
        raise CannotStart(
            f"{text!r} names no device", "entries of the log have it as `device`: 22 letters, digits, - and _"
        )
    return device
