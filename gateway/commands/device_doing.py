"""How a command acts on devices: by the office of devices, told to the running product, and what is refused said."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.commands.device_told import said, told
from gateway.commands.enrolled_devices import device_office
from gateway.commands.operator import acting
from gateway.commands.person import person_of
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.devices.device import Device
from gateway.devices.known import Known
from gateway.devices.office import DeviceOffice, Owner
from gateway.devices.records import By
from gateway.devices.refused import ActRefused

T = TypeVar("T")
SEE = "see `brana device list`"


def act(
    configuration: Path,
    doing: Callable[[State, DeviceOffice, By], Awaitable[Device]],
    *,
    as_json: bool,
) -> None:
    """What was done is told on the terminal, and the running product goes by it. Raises CannotStart."""
    state = existing_state(configuration)
    fresh = state.settings.devices.fresh

    async def work(office: DeviceOffice) -> Device:
        made = await doing(state, office, By(actor=acting()))
        await tell(state, said(made))
        return made

    made = done(state, work)
    if as_json:
        click.echo(json.dumps(told(made, fresh, now()), ensure_ascii=False, indent=2))
    else:
        click.echo(said(made))


def done(state: State, work: Callable[[DeviceOffice], Awaitable[T]]) -> T:
    """What is refused is said with what helps. Raises CannotStart."""
    try:
        return asyncio.run(_with(state, work))
    except ActRefused as refused:
        named = REASONS.name(refused.reason)
        why = refused.reason if named is None else named.in_language(Language.ENGLISH)
        raise CannotStart(f"{why} ({refused.reason})", SEE) from refused
    finally:
        state.database.close()


async def owner_of(state: State, login: str) -> Owner:
    """Raises CannotStart."""
    person = await person_of(state, login)
    return Owner(person.subject, person.login, frozenset(one.municipality for one in person.roles))


async def _with(state: State, work: Callable[[DeviceOffice], Awaitable[T]]) -> T:
    return await work(device_office(state, Known()))
