"""Devices with agents in the running product, which remembers them: put together."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from config.settings import Devices
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import State, now
from gateway.commands.tunnelling import tunnel_asked
from gateway.devices.known import Known
from gateway.devices.office import DeviceOffice
from gateway.devices.reception import Reception
from gateway.devices.rules import Rules
from gateway.storage.database import DatabaseUnusable
from gateway.web.agents import Agents
from idp.directory.same_person import OtherAccounts, no_others
from idp.login import purses, throttle


async def look_at_devices(plane: ControlPlane) -> None:
    """What changed of devices, here or elsewhere, is what decisions go by from now on."""
    plane.devices.take(await plane.state.devices.since(plane.devices.read_to))


def rules_of(settings: Devices) -> Rules:
    return Rules(
        certificate=settings.certificate,
        approval=settings.approval,
        code=settings.code,
        report=settings.report,
        fresh=settings.fresh,
        by_people=settings.by_people,
        kept=settings.kept,
    )


def device_office(state: State, known: Known, others: OtherAccounts = no_others) -> DeviceOffice:
    """`known`: the memory of decisions; of a command one that nobody reads. `others`: of people who act."""
    return DeviceOffice(state.devices, known, rules_of(state.settings.devices), state.record, others)


async def miss_silent_devices(plane: ControlPlane, began: datetime, moment: datetime) -> None:
    """Record which devices report no more; one node does. `began`: since when we have listened, for devices could not
    report to whom was not there.
    """
    settings = plane.settings.devices
    if settings.enabled and plane.nodes.leads and moment >= began + settings.fresh:
        await device_office(plane.state, plane.devices).look_for_silent(moment)


async def forget_gone_devices(plane: ControlPlane, moment: datetime) -> None:
    """Whether or not devices are enrolled here by now; one node does."""
    if plane.nodes.leads:
        await device_office(plane.state, plane.devices).forget_gone(moment)


def agents(plane: ControlPlane) -> Agents:
    """What answers on the host of agents, by what the plane has taken."""
    settings, state = plane.settings, plane.state
    reception = Reception(
        state.devices,
        plane.devices,
        rules_of(settings.devices),
        state.record,
        settings.public.domain,
        partial(_guess, state),
    )
    host = f"{settings.devices.host}.{settings.public.domain}"
    longest = settings.devices.message_kib * 1024
    return Agents(host, reception, now, longest, (DatabaseUnusable,), tunnel_asked(plane, reception))


async def _guess(state: State, address: str, moment: datetime) -> Callable[[], Awaitable[None]] | None:
    """By the counters of sign-ins, with purses of its own."""
    paid_from = purses.of_device_code(address, state.settings.sign_in)
    taken = await state.identities.transact(lambda book: throttle.take(book, paid_from, moment))
    if isinstance(taken, throttle.Exhausted):
        return None

    async def give_back() -> None:
        await state.identities.transact(lambda book: throttle.give_back(book, taken, moment))

    return give_back
