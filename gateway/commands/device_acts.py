"""`brana device code|approve|rename|block|unblock|retire|lost|take-over`: devices with agents, from the terminal."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import segno

from config.vocabulary import DeviceId, Language, MunicipalityCode, SubjectId
from gateway.audit.reasons import REASONS
from gateway.commands.addresses import Addresses
from gateway.commands.device_named import device_argument
from gateway.commands.enrolled_devices import device_office
from gateway.commands.operator import acting
from gateway.commands.options import configuration
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import local_time
from gateway.devices.code import Code
from gateway.devices.device import Device
from gateway.devices.known import Known
from gateway.devices.named import STANDINGS
from gateway.devices.office import DeviceOffice, Wish
from gateway.devices.records import By
from gateway.devices.refused import ActRefused

T = TypeVar("T")
SEE = "see `brana device list`"
why_said = click.option("--why", required=True, help="Kept in the audit log.")
why_may_be = click.option("--why", default="", help="Kept in the audit log.")


@click.command(
    name="code",
    help="Print a code that enrols one device, once, and the line to type at it. With LOGIN it is going to be that "
    "person's, without a shared one of a municipality.",
    short_help="Let a device enrol.",
)
@configuration
@click.argument("login", required=False)
@click.option("--municipality", default=None, metavar="CODE", help="Whose device it is.")
@click.option("--managed", is_flag=True, help="The office's own: nobody has to approve it.")
@click.option("--asset", default=None, metavar="SERIAL", help="Only the hardware with this serial number.")
@click.option("--name", default=None, help="What it is called; otherwise as it calls itself.")
def code(
    configuration: Path,
    login: str | None,
    municipality: str | None,
    asset: str | None,
    name: str | None,
    *,
    managed: bool,
) -> None:
    state = existing_state(configuration)
    if not state.settings.devices.enabled:
        raise CannotStart("no devices are enrolled here", "set devices.enabled, and start the product again")

    async def work(office: DeviceOffice) -> tuple[str, Code]:
        owner, where = await _whose(state, login, municipality)
        wish = Wish(municipality=where, owner=owner, managed=managed, asset=asset, name=name)
        return await office.issue(wish, By(actor=acting()), now())

    text, kept = _done(state, work)
    address = Addresses(state.settings, state.district).origin(state.settings.devices.host)
    line = f"brana-agent enrol {address} {text}"
    click.echo(f"    {line}\n")
    segno.make(line, error="m").terminal(compact=True)
    click.echo(f"good once, until {local_time(kept.expires_at)}; it is shown this once")


@click.command(help="Let a device that waits be used.")
@configuration
@device_argument
def approve(configuration: Path, device: DeviceId) -> None:
    _act(configuration, lambda office, by: office.approve(device, by, now()))


@click.command(help="Give a device another name.")
@configuration
@device_argument
@click.argument("name")
def rename(configuration: Path, device: DeviceId, name: str) -> None:
    _act(configuration, lambda office, by: office.rename(device, name, by, now()))


@click.command(help="Have a device open nothing, for a while.")
@configuration
@device_argument
@why_said
def block(configuration: Path, device: DeviceId, why: str) -> None:
    _act(configuration, lambda office, by: office.block(device, why, by, now()))


@click.command(help="End the block of a device.")
@configuration
@device_argument
@why_said
def unblock(configuration: Path, device: DeviceId, why: str) -> None:
    _act(configuration, lambda office, by: office.unblock(device, why, by, now()))


@click.command(help="End a device for good: its key and certificate open nothing more.")
@configuration
@device_argument
@why_may_be
def retire(configuration: Path, device: DeviceId, why: str) -> None:
    _act(configuration, lambda office, by: office.retire(device, why, by, now()))


@click.command(help="The same of a device that was lost or stolen.")
@configuration
@device_argument
@why_may_be
def lost(configuration: Path, device: DeviceId, why: str) -> None:
    _act(configuration, lambda office, by: office.lose(device, why, by, now()))


@click.command(
    name="take-over",
    help="Make a device that a person enrolled one of the office.",
)
@configuration
@device_argument
@click.option("--asset", default=None, metavar="SERIAL", help="Where the agent could read no serial number.")
def take_over(configuration: Path, device: DeviceId, asset: str | None) -> None:
    _act(configuration, lambda office, by: office.take_over(device, asset, by, now()))


ACTS = (code, approve, rename, block, unblock, retire, lost, take_over)


def _act(configuration: Path, act: Callable[[DeviceOffice, By], Awaitable[Device]]) -> None:
    """What was done is told on the terminal, and the running product goes by it."""
    state = existing_state(configuration)

    async def work(office: DeviceOffice) -> Device:
        made = await act(office, By(actor=acting()))
        await tell(state, _said(made))
        return made

    click.echo(_said(_done(state, work)))


def _done(state: State, work: Callable[[DeviceOffice], Awaitable[T]]) -> T:
    """What is refused is said with what helps."""
    try:
        return asyncio.run(_with(state, work))
    except ActRefused as refused:
        said = REASONS.name(refused.reason)
        told = refused.reason if said is None else said.in_language(Language.ENGLISH)
        raise CannotStart(f"{told} ({refused.reason})", SEE) from refused
    finally:
        state.database.close()


async def _with(state: State, work: Callable[[DeviceOffice], Awaitable[T]]) -> T:
    return await work(device_office(state, Known()))


async def _whose(
    state: State, login: str | None, municipality: str | None
) -> tuple[SubjectId | None, MunicipalityCode]:
    """Raises CannotStart."""
    person = None if login is None else await person_of(state, login)
    theirs = [] if person is None else sorted({one.municipality for one in person.roles})
    if municipality is None and len(theirs) != 1:
        raise CannotStart(
            "it has to be said of which municipality the device is",
            "add --municipality CODE" + (", one of " + ", ".join(theirs) if theirs else ""),
        )
    where = MunicipalityCode(theirs[0] if municipality is None else municipality)
    if where not in state.district:
        raise CannotStart(f"there is no municipality {where!r} in the district", "check the code")
    return None if person is None else person.subject, where


def _said(device: Device) -> str:
    standing = STANDINGS[device.standing].in_language(Language.ENGLISH)
    return f"{device.name} ({device.id}): {standing}{', managed' if device.managed else ''}"
