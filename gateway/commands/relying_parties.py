"""Relying parties of the settings that the plane has taken."""

from gateway.commands.control_plane import ControlPlane
from idp.oidc.client import Client, ClientId, clients_of


def relying_parties(plane: ControlPlane) -> dict[ClientId, Client]:
    """All but the gateway. Raises ClientUnusable."""
    configured, seal = plane.settings.oidc_clients, plane.state.seal
    return clients_of(configured, lambda path: path.read_text(encoding="utf-8"), seal.pseudonym)
