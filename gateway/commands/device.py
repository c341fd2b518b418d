"""`brana device suspend|lift|list`: devices from which the gateway lets nobody in, also where pages do not work."""

from datetime import datetime
from pathlib import Path

import click

from config.vocabulary import DeviceId, Language, device_subject, read_device_id
from gateway.commands import suspension_options as options
from gateway.commands.options import configuration
from gateway.commands.person_suspension import by_operator, run, suspend_whom, suspending_beside
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, now
from gateway.commands.suspending import device_seen
from gateway.incidents.suspending import Whom, unseen
from gateway.incidents.suspension import Suspension
from idp.http.user_agent import describe


@click.group(help="Suspend a device at the gateway, and lift it.")
def command() -> None: ...


@command.command(help="End all sessions in a device, and let nobody sign in from it until it is lifted.")
@configuration
@click.argument("device")
@options.suspension
def suspend(configuration: Path, device: str, why: str, until: datetime | None, incident: int | None) -> None:
    named = _named(device)

    async def whom(state: State) -> Whom:
        return await device_seen(state, named) or unseen(device_subject(named))

    suspend_whom(configuration, whom, why, until, incident)


@command.command(help="Let people sign in from a device again.")
@configuration
@click.argument("device")
@options.why
def lift(configuration: Path, device: str, why: str) -> None:
    subject = device_subject(_named(device))

    async def work(state: State) -> Suspension:
        return await suspending_beside(state).resume(subject, why, by_operator(), now())

    lifted = run(configuration, work)
    click.echo(f"people can sign in from {lifted.login} again")


@command.command("list", help="Which devices are suspended now.")
@configuration
@options.over
@options.as_json
def listed(configuration: Path, *, over: bool, as_json: bool) -> None:
    found = run(configuration, lambda state: options.asked_for(state, "device list", devices=True, over=over))
    if as_json:
        options.show_json(found, lambda one: {"device": one.device, "user_agent": one.name})
        return
    columns = {"device": lambda one: one.login, "browser": lambda one: describe(one.name, Language.ENGLISH)}
    options.show(found, columns, "no device is suspended")


def _named(text: str) -> DeviceId:
    """Raises CannotStart."""
    device = read_device_id(text)
    if device is None:
        raise CannotStart(
            f"{text!r} names no device", "entries of the log have it as `device`: 22 letters, digits, - and _"
        )
    return device
