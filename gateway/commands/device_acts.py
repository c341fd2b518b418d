"""`brana device approve|turn-down|rename|block|unblock|take-over|hand-over|retire|lost`: what the administrators' page
of a device does, from the terminal.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from config.vocabulary import DeviceId
from gateway.commands.device_doing import act, owner_of
from gateway.commands.device_named import device_argument
from gateway.commands.options import configuration
from gateway.commands.reason_said import why_option
from gateway.commands.state import State, now
from gateway.commands.suspension_options import as_json as as_json_option
from gateway.devices.device import Device
from gateway.devices.office import DeviceOffice
from gateway.devices.records import By

Command = TypeVar("Command", bound=Callable[..., Any])
why_said = why_option("Kept in the audit log.")
why_may_be = click.option("--why", default="", help="Kept in the audit log.")


def of_a_device(command: Command) -> Command:
    """What all of them are told."""
    return configuration(device_argument(as_json_option(command)))


@click.command(help="Let a device that waits be used.")
@of_a_device
def approve(configuration: Path, device: DeviceId, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.approve(device, by, now()), as_json=as_json)


@click.command(name="turn-down", help="End a device that waits: it is not going to be approved.")
@of_a_device
@why_said
def turn_down(configuration: Path, device: DeviceId, why: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.turn_down(device, why, by, now()), as_json=as_json)


@click.command(help="Give a device another name.")
@of_a_device
@click.argument("name")
def rename(configuration: Path, device: DeviceId, name: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.rename(device, name, by, now()), as_json=as_json)


@click.command(help="Have a device open nothing, for a while.")
@of_a_device
@why_said
def block(configuration: Path, device: DeviceId, why: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.block(device, why, by, now()), as_json=as_json)


@click.command(help="End the block of a device.")
@of_a_device
@why_said
def unblock(configuration: Path, device: DeviceId, why: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.unblock(device, why, by, now()), as_json=as_json)


@click.command(name="take-over", help="Make a device that a person enrolled one of the office.")
@of_a_device
@click.option("--asset", default=None, metavar="SERIAL", help="Where the agent could read no serial number.")
def take_over(configuration: Path, device: DeviceId, asset: str | None, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.take_over(device, asset, by, now()), as_json=as_json)


@click.command(
    name="hand-over",
    help="Give a device to another person, who has a role in its municipality; whoever is signed in on it is "
    "signed out.",
    short_help="Give a device to another person.",
)
@of_a_device
@click.argument("login")
def hand_over(configuration: Path, device: DeviceId, login: str, *, as_json: bool) -> None:
    async def doing(state: State, office: DeviceOffice, by: By) -> Device:
        return await office.hand_over(device, await owner_of(state, login), by, now())

    act(configuration, doing, as_json=as_json)


@click.command(help="End a device for good: its key and certificate open nothing more.")
@of_a_device
@why_may_be
def retire(configuration: Path, device: DeviceId, why: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.retire(device, why, by, now()), as_json=as_json)


@click.command(help="The same of a device that was lost or stolen.")
@of_a_device
@why_may_be
def lost(configuration: Path, device: DeviceId, why: str, *, as_json: bool) -> None:
    act(configuration, lambda _, office, by: office.lose(device, why, by, now()), as_json=as_json)


ACTS = (approve, turn_down, rename, block, unblock, take_over, hand_over, retire, lost)
