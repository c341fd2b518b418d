"""`brana device`: devices with agents; and `suspend|lift|suspended`: from which the gateway lets nobody in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from config.vocabulary import Language, device_subject
from gateway.commands import suspension_options as options
from gateway.commands.device_acts import ACTS
from gateway.commands.device_code import code
from gateway.commands.device_named import named
from gateway.commands.device_shown import SHOWN
from gateway.commands.options import configuration
from gateway.commands.person_suspension import by_operator, run, suspend_whom, suspending_beside
from gateway.commands.state import State, now
from gateway.commands.suspending import device_seen
from gateway.incidents.suspending import Whom, unseen
from gateway.incidents.suspension import Suspension
from idp.http.user_agent import describe


@click.group(help="Devices with agents: enrol them, see how they fare, block them. And suspend any device.")
def command() -> None: ...


for one in (code, *ACTS, *SHOWN):
    command.add_command(one)


@command.command(help="End all sessions in a device, and let nobody sign in from it until it is lifted.")
@configuration
@click.argument("device")
@options.suspension
def suspend(configuration: Path, device: str, why: str, until: datetime | None, incident: int | None) -> None:
    meant = named(device)

    async def whom(state: State) -> Whom:
        return await device_seen(state, meant) or unseen(device_subject(meant))

    suspend_whom(configuration, whom, why, until, incident)


@command.command(help="Let people sign in from a device again.")
@configuration
@click.argument("device")
@options.why
def lift(configuration: Path, device: str, why: str) -> None:
    subject = device_subject(named(device))

    async def work(state: State) -> Suspension:
        return await suspending_beside(state).resume(subject, why, by_operator(), now())

    lifted = run(configuration, work)
    click.echo(f"people can sign in from {lifted.login} again")


@command.command(help="Which devices are suspended now.")
@configuration
@options.over
@options.as_json
def suspended(configuration: Path, *, over: bool, as_json: bool) -> None:

    async def work(state: State) -> tuple[list[Suspension], dict[str, str]]:
        found = await options.asked_for(state, "device suspended", devices=True, over=over)
        enrolled = [await state.devices.device(one.device) for one in found if one.device is not None]
        return found, {one.id: one.name for one in enrolled if one is not None}

    found, names = run(configuration, work)
    if as_json:
        options.show_json(
            found, lambda one: {"device": one.device, "name": names.get(one.login), "user_agent": one.name}
        )
        return
    columns: dict[str, Callable[[Suspension], str]] = {
        "device": lambda one: one.login,
        "name, or browser": lambda one: names.get(one.login) or describe(one.name, Language.ENGLISH),
    }
    options.show(found, columns, "no device is suspended")
