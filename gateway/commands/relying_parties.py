"""Relying parties: those of the settings that the plane has taken, and those that administrators keep."""

from collections.abc import Mapping

from gateway.clients.in_force import Known
from gateway.clients.office import ClientOffice
from gateway.clients.rules import Around
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import State
from idp.oidc.client import GATEWAY, Client, ClientId, clients_of


def relying_parties(
    plane: ControlPlane, gateway: Mapping[ClientId, Client] | None = None
) -> Mapping[ClientId, Client]:
    """All but the gateway, unless it is given; what is kept changes while they are looked at. Raises ClientUnusable."""
    configured, seal = plane.settings.oidc_clients, plane.state.seal
    fixed = clients_of(configured, lambda path: path.read_text(encoding="utf-8"), seal.pseudonym)
    return Known({**(gateway or {}), **fixed}, lambda: plane.own_clients.clients)


async def look_at_clients(plane: ControlPlane) -> None:
    """The provider goes by the database's word from now on."""
    plane.own_clients.take(await plane.state.own_clients.all(), plane.state.seal.pseudonym)


async def note_used_secrets(plane: ControlPlane) -> None:
    await plane.state.own_clients.note_used(plane.own_clients.used())


def client_office(plane: ControlPlane) -> ClientOffice:
    """By what the plane has taken."""

    async def took() -> None:
        await look_at_clients(plane)

    return ClientOffice(plane.state.own_clients, lambda: around(plane.state), took, plane.state.record)


def around(state: State) -> Around:
    """What clients may name, and which ids the configuration has."""
    settings = state.settings
    taken = {GATEWAY, *(one.id for one in settings.oidc_clients)}
    return Around(
        taken=taken | {one.id for one in settings.technical_accounts},
        applications=frozenset(one.id for one in settings.applications),
        municipalities=frozenset(state.district),
    )
