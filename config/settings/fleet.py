"""Several machines that are one product."""

from datetime import timedelta
from typing import Literal

from msgspec import field

from config.settings.setting import Port, Setting


class Peer(Setting, frozen=True, kw_only=True):
    """Another node with a control plane."""

    name: str
    address: str
    """Its `fleet.address`, as it is reached from here."""
    port: Port = 8444


class Fleet(Setting, frozen=True, kw_only=True):
    node: str
    """Name of this machine among the nodes: lower-case letters, digits, hyphens."""
    role: Literal["whole", "edge", "control"] = "whole"
    """`edge`: people come in here, nothing is kept. `control`: decides and keeps. `whole`: both."""
    address: str = "127.0.0.1"
    """Where the control plane listens for the other nodes."""
    port: Port = 8444
    grace: timedelta = timedelta(minutes=1)
    """How long a node that hears from no control plane goes on letting fresh grants in."""
    peers: list[Peer] = field(default_factory=list)

    @property
    def decides(self) -> bool:
        """Whether a control plane runs here."""
        return self.role != "edge"

    @property
    def lets_in(self) -> bool:
        """Whether an Envoy runs here."""
        return self.role != "control"
